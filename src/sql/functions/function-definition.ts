/**
 * What a built-in function is: a name, how many arguments it takes, and `bind`, which derives its type from the bound
 * arguments and gives its implementation. {@link scalar} covers the usual case: arguments read as fixed kinds of
 * values, NULL in → NULL out, and a plain function of JavaScript values.
 */
import type { DateTime } from "../../values/datetime.ts";
import type { Decimal } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { BoundCall, BoundExpression, Coercibility, Volatility } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { type ArgumentKind, readerOf } from "../expression/readers.ts";

export interface FunctionDefinition {
  /** lower case, as MySQL prints it */
  readonly name: string;
  readonly minArguments: number;
  readonly maxArguments: number;
  /** The argument count must be even or odd: CONVERT_TZ no, JSON_OBJECT yes … */
  readonly parity?: "even" | "odd";
  bind(args: readonly BoundExpression[], environment: BindEnvironment): BoundExpression;
}

/** The type side of a result. Defaults: nullable when an argument is, numeric or implicit coercibility. */
export interface ResultShape {
  readonly type: SqlType;
  readonly nullable?: boolean;
  readonly coercibility?: Coercibility;
  readonly displayLength?: number;
  readonly decimals?: number;
}

export interface CallOptions {
  readonly name: string;
  readonly args: readonly BoundExpression[];
  readonly result: ResultShape;
  readonly volatility?: Volatility;
  readonly build: (args: readonly Evaluator[]) => Evaluator;
}

/** A call node with defaults filled in. */
export function boundCall(options: CallOptions): BoundCall {
  const { result, args } = options;
  const text = result.type.kind === "string" || result.type.kind === "binary" || result.type.kind === "json";
  return {
    kind: "call",
    name: options.name,
    args,
    volatility: options.volatility ?? "constant",
    type: result.type,
    nullable: result.nullable ?? args.some((argument) => argument.nullable),
    coercibility: result.coercibility ?? (text ? 4 : 5),
    build: options.build,
    ...(result.displayLength === undefined ? {} : { displayLength: result.displayLength }),
    ...(result.decimals === undefined ? {} : { decimals: result.decimals }),
  };
}

/** The JavaScript value that a function body sees for each kind of argument. */
export interface ArgumentValues {
  text: string;
  /** a byte string as one character per byte */
  latin: string;
  bytes: Uint8Array;
  integer: SqlInteger;
  /** an integer clipped to what a `number` holds exactly */
  count: number;
  double: number;
  decimal: Decimal;
  datetime: DateTime;
  date: DateTime;
  /** a date and time; functions of dates word their warnings differently */
  calendar: DateTime;
  time: number;
  /** any value as a JSON value; a string becomes a JSON string */
  json: JsonValue;
  /** a JSON document: strings are parsed */
  document: JsonValue;
  boolean: boolean;
}

export type Shape =
  | ResultShape
  | ((args: readonly BoundExpression[], environment: BindEnvironment) => ResultShape);

type Bodies<K extends readonly ArgumentKind[]> = { [I in keyof K]: ArgumentValues[K[I]] };

export interface ScalarOptions {
  /** The last so many arguments may be left out; the body then sees `undefined`. */
  readonly optional?: number;
  readonly volatility?: Volatility;
}

function shapeOf(shape: Shape, args: readonly BoundExpression[], environment: BindEnvironment): ResultShape {
  return typeof shape === "function" ? shape(args, environment) : shape;
}

/** A function that is NULL when an argument is, with arguments of fixed kinds. */
export function scalar<const K extends readonly ArgumentKind[]>(
  name: string,
  kinds: K,
  shape: Shape,
  body: (context: StatementContext, ...args: Bodies<K>) => Value,
  options: ScalarOptions = {},
): FunctionDefinition {
  // The readers chosen by `kinds` give exactly the tuple type the body declares.
  const call = body as unknown as (context: StatementContext, ...args: unknown[]) => Value;
  return {
    name,
    minArguments: kinds.length - (options.optional ?? 0),
    maxArguments: kinds.length,
    bind(args, environment) {
      return boundCall({
        name,
        args,
        result: shapeOf(shape, args, environment),
        volatility: options.volatility ?? "constant",
        build: (evaluators) =>
          strictEvaluator(
            evaluators.map((evaluate, at) =>
              readerOf(kinds[at] as ArgumentKind, args[at] as BoundExpression, evaluate),
            ),
            call,
          ),
      });
    },
  };
}

type Read = (frame: Frame) => unknown;

/** Evaluates all arguments, gives NULL when one is NULL, else calls `body`. */
export function strictEvaluator(
  reads: readonly Read[],
  body: (context: StatementContext, ...args: unknown[]) => Value,
): Evaluator {
  const [first, second, third] = reads;
  if (first === undefined) return (frame) => body(frame.context);
  if (second === undefined) {
    return (frame) => {
      const a = first(frame);
      return a === null ? null : body(frame.context, a);
    };
  }
  if (third === undefined) {
    return (frame) => {
      const a = first(frame);
      if (a === null) return null;
      const b = second(frame);
      return b === null ? null : body(frame.context, a, b);
    };
  }
  return (frame) => {
    const values: unknown[] = [];
    for (const read of reads) {
      const value = read(frame);
      if (value === null) return null;
      values.push(value);
    }
    return body(frame.context, ...values);
  };
}

/** A function whose body gets the bound arguments' evaluators: for anything that is not {@link scalar}. */
export function special(
  name: string,
  counts: readonly [number, number],
  shape: Shape,
  build: (
    evaluators: readonly Evaluator[],
    args: readonly BoundExpression[],
    environment: BindEnvironment,
  ) => Evaluator,
  volatility: Volatility = "constant",
): FunctionDefinition {
  return {
    name,
    minArguments: counts[0],
    maxArguments: counts[1],
    bind: (args, environment) =>
      boundCall({
        name,
        args,
        result: shapeOf(shape, args, environment),
        volatility,
        build: (evaluators) => build(evaluators, args, environment),
      }),
  };
}

export const MANY: number = Number.POSITIVE_INFINITY;
