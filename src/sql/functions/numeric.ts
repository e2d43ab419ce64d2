/** Numeric functions: rounding, powers, logarithms, trigonometry, random numbers. */
import { crc32 } from "node:zlib";
import { systemRandom } from "../../base/random.ts";
import {
  absoluteDecimal,
  canonicalInteger,
  type Decimal,
  decimalOf,
  decimalToInteger,
  type RoundingMode,
  roundDecimal,
} from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { printBound } from "../binder/print-bound.ts";
import {
  BIGINT,
  BIGINT_UNSIGNED,
  DOUBLE,
  decimalShape,
  decimalType,
  displayWidth,
  isUnsigned,
  type NumericClass,
  numericClass,
} from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { INT64_MAX, INT64_MIN, UINT64_MAX } from "../expression/number-conversion.ts";
import { readDecimal, readDouble, readInteger } from "../expression/readers.ts";
import { bindArithmetic } from "./arithmetic.ts";
import { boundCall, type FunctionDefinition, scalar, special } from "./function-definition.ts";
import { roundDouble } from "./string-encoding.ts";

function classOf(operand: BoundExpression): NumericClass {
  return operand.binaryLiteral === true ? "integer" : numericClass(operand.type);
}

const DOUBLE_RESULT = { type: DOUBLE } as const;
const NULLABLE_DOUBLE = { type: DOUBLE, nullable: true } as const;

/** A function of one double; what is not finite is error 1690. */
function real(name: string, body: (x: number) => number): FunctionDefinition {
  return special(name, [1, 1], NULLABLE_DOUBLE, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    const read = readDouble(argument, evaluate as Evaluator);
    return (frame) => {
      const x = read(frame);
      if (x === null) return null;
      const result = body(x);
      if (!Number.isFinite(result))
        throw sqlError("ER_DATA_OUT_OF_RANGE", "DOUBLE", `${name}(${printBound(argument)})`);
      return result;
    };
  });
}

/** Logarithms of what is not positive are NULL, with warning 3020. */
function logarithm(context: StatementContext, x: number, body: (x: number) => number): Value {
  if (x > 0) return body(x);
  const error = sqlError("ER_INVALID_ARGUMENT_FOR_LOGARITHM");
  if (context.strict) throw error;
  context.warn("Warning", error.errno, error.message);

  return null;
}

interface RoundParts {
  readonly operand: BoundExpression;
  readonly places: BoundExpression | undefined;
  readonly mode: RoundingMode;
}

/** ROUND and TRUNCATE. */
function rounding(name: "round" | "truncate", mode: RoundingMode): FunctionDefinition {
  return {
    name,
    minArguments: name === "round" ? 1 : 2,
    maxArguments: 2,
    bind(args) {
      const [operand, places] = args as readonly [BoundExpression, BoundExpression | undefined];
      const parts = { operand, places, mode };
      switch (classOf(operand)) {
        case "double": {
          return boundCall({
            name,
            args,
            result: { type: DOUBLE },
            build: (evaluators) => roundDoubles(parts, evaluators),
          });
        }
        case "integer":
          return boundCall({
            name,
            args,
            result: {
              type: isUnsigned(operand.type) ? BIGINT_UNSIGNED : BIGINT,
              displayLength: displayWidth(operand) + 1,
            },
            build: (evaluators) => roundIntegers(parts, evaluators),
          });
        case "decimal":
          return bindRoundDecimal(name, parts, args);
      }
    },
  };
}

function bindRoundDecimal(
  name: string,
  parts: RoundParts,
  args: readonly BoundExpression[],
): BoundExpression {
  const { operand, places } = parts;
  const shape = decimalShape(operand);
  const wanted =
    places === undefined
      ? 0
      : places.kind === "constant" && places.value !== null
        ? Number(places.value)
        : undefined;
  const scale = wanted === undefined ? shape.scale : Math.max(0, Math.min(shape.scale, wanted));
  const carry = parts.mode === "half-away" && (wanted === undefined || wanted < shape.scale) ? 1 : 0;
  const precision = Math.max(1, shape.precision - (shape.scale - scale) + carry);
  return boundCall({
    name,
    args,
    result: { type: decimalType(precision, scale, isUnsigned(operand.type)) },
    build: (evaluators) => {
      const read = readDecimal(operand, evaluators[0] as Evaluator);
      const digits = placesReader(places, evaluators[1]);
      return (frame) => {
        const value = read(frame);
        const count = digits(frame);
        if (value === null || count === null) return null;
        const kept = Math.max(-80, Math.min(value.scale, count, 30));
        const rounded = roundDecimal(value, kept, parts.mode);
        // The result's scale is that of its type, whatever this row asked for.
        return roundDecimal(rounded, scale);
      };
    },
  });
}

function placesReader(places: BoundExpression | undefined, evaluate: Evaluator | undefined) {
  if (places === undefined || evaluate === undefined) return () => 0;
  const read = readInteger(places, evaluate);
  return (frame: Parameters<Evaluator>[0]): number | null => {
    const value = read(frame);
    return value === null ? null : Math.max(-400, Math.min(400, Number(value)));
  };
}

function roundDoubles(
  { operand, places, mode }: RoundParts,
  [evaluate, count]: readonly Evaluator[],
): Evaluator {
  const read = readDouble(operand, evaluate as Evaluator);
  const digits = placesReader(places, count);
  return (frame) => {
    const value = read(frame);
    const scale = digits(frame);
    if (value === null || scale === null) return null;
    if (mode === "half-away") return roundDouble(value, scale);
    const factor = 10 ** Math.abs(scale);
    const scaled = scale < 0 ? value / factor : value * factor;
    if (!Number.isFinite(scaled)) return value;
    return scale < 0 ? Math.trunc(scaled) * factor : Math.trunc(scaled) / factor;
  };
}

function roundIntegers(
  { operand, places, mode }: RoundParts,
  [evaluate, count]: readonly Evaluator[],
): Evaluator {
  const read = readInteger(operand, evaluate as Evaluator);
  const digits = placesReader(places, count);
  return (frame) => {
    const value = read(frame);
    const scale = digits(frame);
    if (value === null || scale === null) return null;
    if (scale >= 0) return value;
    const rounded = decimalToInteger(roundDecimal(decimalOf(value, 0), Math.max(-80, scale), mode));
    const unsigned = isUnsigned(operand.type);
    if (rounded > (unsigned ? UINT64_MAX : INT64_MAX) || rounded < INT64_MIN) {
      const shownPlaces = places === undefined ? "0" : printBound(places);
      const call = `round(${printBound(operand)},${shownPlaces})`;
      throw sqlError("ER_DATA_OUT_OF_RANGE", unsigned ? "BIGINT UNSIGNED" : "BIGINT", call);
    }
    return rounded;
  };
}

/** CEILING and FLOOR: integers of integers and decimals, doubles of doubles. */
function wholeNumber(name: string, mode: "ceiling" | "floor"): FunctionDefinition {
  return {
    name,
    minArguments: 1,
    maxArguments: 1,
    bind(args) {
      const [operand] = args as readonly [BoundExpression];
      const kind = classOf(operand);
      if (kind === "double") {
        return boundCall({
          name,
          args,
          result: { type: DOUBLE, decimals: 0 },
          build: ([evaluate]) => {
            const read = readDouble(operand, evaluate as Evaluator);
            return (frame) => {
              const value = read(frame);
              return value === null ? null : mode === "ceiling" ? Math.ceil(value) : Math.floor(value);
            };
          },
        });
      }
      const shape = decimalShape(operand);
      const whole = shape.precision - shape.scale;
      const type =
        kind === "integer" || whole < 18
          ? isUnsigned(operand.type)
            ? BIGINT_UNSIGNED
            : BIGINT
          : decimalType(whole + (shape.scale > 0 ? 1 : 0), 0);
      return boundCall({
        name,
        args,
        result: { type, displayLength: displayWidth(operand) },
        build: ([evaluate]) => {
          if (kind === "integer") return readInteger(operand, evaluate as Evaluator) as Evaluator;
          const read = readDecimal(operand, evaluate as Evaluator);
          return (frame) => {
            const value = read(frame);
            if (value === null) return null;
            return type.kind === "decimal" ? roundDecimal(value, 0, mode) : decimalToInteger(value, mode);
          };
        },
      });
    },
  };
}

const ABS: FunctionDefinition = {
  name: "abs",
  minArguments: 1,
  maxArguments: 1,
  bind(args) {
    const [operand] = args as readonly [BoundExpression];
    const kind = classOf(operand);
    const shape = decimalShape(operand);
    const type =
      kind === "double"
        ? DOUBLE
        : kind === "decimal"
          ? decimalType(shape.precision, shape.scale, isUnsigned(operand.type))
          : isUnsigned(operand.type)
            ? BIGINT_UNSIGNED
            : BIGINT;
    return boundCall({
      name: "abs",
      args,
      result: {
        type,
        displayLength: displayWidth(operand),
        ...(operand.decimals === undefined ? {} : { decimals: operand.decimals }),
      },
      build: ([evaluate]) => absolute(operand, kind, evaluate as Evaluator),
    });
  },
};

function absolute(operand: BoundExpression, kind: NumericClass, evaluate: Evaluator): Evaluator {
  if (kind === "double") {
    const read = readDouble(operand, evaluate);
    return (frame) => {
      const value = read(frame);
      return value === null ? null : Math.abs(value);
    };
  }
  if (kind === "decimal") {
    const read = readDecimal(operand, evaluate);
    return (frame) => {
      const value = read(frame);
      return value === null ? null : absoluteDecimal(value);
    };
  }
  const read = readInteger(operand, evaluate);
  return (frame): Value => {
    const value: SqlInteger | null = read(frame);
    if (value === null || value >= 0) return value;
    if (value === INT64_MIN) throw sqlError("ER_DATA_OUT_OF_RANGE", "BIGINT", `abs(${printBound(operand)})`);
    return typeof value === "number" ? -value : canonicalInteger(-value);
  };
}

const SIGN = special("sign", [1, 1], { type: BIGINT, displayLength: 17 }, ([evaluate], [operand]) => {
  const argument = operand as BoundExpression;
  if (classOf(argument) === "decimal") {
    const read = readDecimal(argument, evaluate as Evaluator);
    return (frame) => {
      const value: Decimal | null = read(frame);
      return value === null ? null : value.isZero ? 0 : value.isNegative ? -1 : 1;
    };
  }
  const read = readDouble(argument, evaluate as Evaluator);
  return (frame) => {
    const value = read(frame);
    return value === null ? null : Math.sign(value) + 0;
  };
});

/** MySQL's own generator: two linear congruences, so that RAND(n) repeats. */
const RAND_MODULUS = 0x3fffffff;

class RepeatableRandom {
  #first: number;
  #second: number;

  constructor(seed: number) {
    this.#first = ((seed * 0x10001 + 55555555) >>> 0) % RAND_MODULUS;
    this.#second = (Math.imul(seed, 0x10000001) >>> 0) % RAND_MODULUS;
  }

  next(): number {
    this.#first = (this.#first * 3 + this.#second) % RAND_MODULUS;
    this.#second = (this.#first + this.#second + 33) % RAND_MODULUS;
    return this.#first / RAND_MODULUS;
  }
}

const RAND = special(
  "rand",
  [0, 1],
  { type: DOUBLE, nullable: false },
  ([evaluate], [seed]) => {
    if (evaluate === undefined || seed === undefined) return () => systemRandom.fraction();
    const read = readInteger(seed, evaluate);
    let context: StatementContext | undefined;
    let generator = new RepeatableRandom(0);
    return (frame) => {
      const fixed = seed.kind === "constant" || seed.kind === "parameter";
      if (!fixed || frame.context !== context) {
        generator = new RepeatableRandom(Number(BigInt.asUintN(32, BigInt(read(frame) ?? 0))));
        context = frame.context;
      }
      return generator.next();
    };
  },
  "row",
);

const MOD: FunctionDefinition = {
  name: "mod",
  minArguments: 2,
  maxArguments: 2,
  bind: (args, environment) =>
    bindArithmetic("%", args[0] as BoundExpression, args[1] as BoundExpression, environment),
};

function toDegrees(radians: number): number {
  return radians * (180 / Math.PI);
}

export const NUMERIC_FUNCTIONS: readonly FunctionDefinition[] = [
  rounding("round", "half-away"),
  rounding("truncate", "truncate"),
  wholeNumber("ceiling", "ceiling"),
  wholeNumber("ceil", "ceiling"),
  wholeNumber("floor", "floor"),
  ABS,
  SIGN,
  RAND,
  MOD,
  scalar("sqrt", ["double"], NULLABLE_DOUBLE, (_, x) => (x < 0 ? null : Math.sqrt(x))),
  real("exp", Math.exp),
  real("sin", Math.sin),
  real("cos", Math.cos),
  real("tan", Math.tan),
  real("cot", (x) => 1 / Math.tan(x)),
  scalar("asin", ["double"], NULLABLE_DOUBLE, (_, x) => (Math.abs(x) > 1 ? null : Math.asin(x))),
  scalar("acos", ["double"], NULLABLE_DOUBLE, (_, x) => (Math.abs(x) > 1 ? null : Math.acos(x))),
  scalar(
    "atan",
    ["double", "double"],
    DOUBLE_RESULT,
    (_, y, x?: number) => (x === undefined ? Math.atan(y) : Math.atan2(y, x)),
    {
      optional: 1,
    },
  ),
  scalar(
    "atan2",
    ["double", "double"],
    DOUBLE_RESULT,
    (_, y, x?: number) => (x === undefined ? Math.atan(y) : Math.atan2(y, x)),
    {
      optional: 1,
    },
  ),
  real("degrees", toDegrees),
  real("radians", (x) => x * (Math.PI / 180)),
  special(
    "pi",
    [0, 0],
    { type: DOUBLE, nullable: false, decimals: 6, displayLength: 8 },
    () => () => Math.PI,
  ),
  special("pow", [2, 2], DOUBLE_RESULT, ([a, b], args) => {
    const [base, exponent] = args as readonly [BoundExpression, BoundExpression];
    const x = readDouble(base, a as Evaluator);
    const y = readDouble(exponent, b as Evaluator);
    return (frame) => {
      const left = x(frame);
      const right = left === null ? null : y(frame);
      if (left === null || right === null) return null;
      const result = left ** right;
      if (!Number.isFinite(result)) {
        throw sqlError("ER_DATA_OUT_OF_RANGE", "DOUBLE", `pow(${printBound(base)},${printBound(exponent)})`);
      }
      return result;
    };
  }),
  scalar("ln", ["double"], NULLABLE_DOUBLE, (context, x) => logarithm(context, x, Math.log)),
  scalar("log2", ["double"], NULLABLE_DOUBLE, (context, x) => logarithm(context, x, Math.log2)),
  scalar("log10", ["double"], NULLABLE_DOUBLE, (context, x) => logarithm(context, x, Math.log10)),
  scalar(
    "log",
    ["double", "double"],
    NULLABLE_DOUBLE,
    (context, x, y?: number) => {
      if (y === undefined) return logarithm(context, x, Math.log);
      if (x <= 0 || x === 1) return logarithm(context, 0, Math.log);
      return logarithm(context, y, (z) => Math.log(z) / Math.log(x));
    },
    { optional: 1 },
  ),
  scalar("crc32", ["bytes"], { type: BIGINT_UNSIGNED, displayLength: 10 }, (_, bytes) => crc32(bytes)),
];
