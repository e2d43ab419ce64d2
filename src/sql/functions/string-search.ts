/** Functions that look for strings in strings, and compare them. */
import { collationByName } from "../../values/collation.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { aggregateCollations } from "../binder/collation-aggregation.ts";
import { BIGINT, displayWidth, isNumericType, isStringType, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { characterEquality, startsAt } from "../expression/like.ts";
import { readAs, readDouble, readInteger, readText } from "../expression/readers.ts";
import { boundCall, type FunctionDefinition, MANY } from "./function-definition.ts";
import { charactersOf, stringQuery } from "./string-function.ts";

/** The 1-based position of `needle` at or after `from`; 0 when it is not there. */
function locate(collation: string, needle: string, text: string, from = 1): number {
  const characters = charactersOf(text);
  if (from < 1 || from > characters.length + 1) return 0;
  const wanted = [...needle];
  if (wanted.length === 0) return from;
  const equal = characterEquality(collation);
  for (let at = from - 1; at + wanted.length <= characters.length; at++) {
    if (startsAt(characters, at, wanted, equal)) return at + 1;
  }
  return 0;
}

function compareText(collation: string, left: string, right: string): number {
  if (left === right) return 0;
  const order =
    collation === "binary" ? (left < right ? -1 : 1) : collationByName(collation).compare(left, right);
  return Math.sign(order);
}

const POSITION = { type: BIGINT, displayLength: 11 } as const;

/** FIELD compares as text when all are text, as integers when all are, else as doubles. */
const FIELD: FunctionDefinition = {
  name: "field",
  minArguments: 2,
  maxArguments: MANY,
  bind(args, environment) {
    const [wanted, ...others] = args as readonly [BoundExpression, ...BoundExpression[]];
    return boundCall({
      name: "field",
      args,
      result: { ...POSITION, nullable: false },
      build: (evaluators) => {
        const [subject, ...rest] = evaluators;
        const tests = others.map((other, at) =>
          fieldTest(
            args,
            [wanted, other],
            [subject as Evaluator, rest[at] as Evaluator],
            environment.connectionCollation,
          ),
        );
        return (frame) => tests.findIndex((test) => test(frame)) + 1;
      },
    });
  },
};

function fieldTest(
  all: readonly BoundExpression[],
  [left, right]: readonly [BoundExpression, BoundExpression],
  [a, b]: readonly [Evaluator, Evaluator],
  connectionCollation: string,
): (frame: Parameters<Evaluator>[0]) => boolean {
  if (all.every((argument) => isStringType(argument.type))) {
    const traits = aggregateCollations(all, { connectionCollation, operation: "field", forComparison: true });
    const first = readText(left, a);
    const second = readText(right, b);
    return (frame) => {
      const x = first(frame);
      const y = x === null ? null : second(frame);
      return x !== null && y !== null && compareText(traits.collation, x, y) === 0;
    };
  }
  const integers = all.every((argument) => isNumericType(argument.type) && argument.type.kind === "integer");
  const first = integers ? readInteger(left, a) : readDouble(left, a);
  const second = integers ? readInteger(right, b) : readDouble(right, b);
  return (frame) => {
    const x = first(frame);
    return x !== null && x === second(frame);
  };
}

const ELT: FunctionDefinition = {
  name: "elt",
  minArguments: 2,
  maxArguments: MANY,
  bind(args, environment) {
    const [index, ...values] = args as readonly [BoundExpression, ...BoundExpression[]];
    const traits = aggregateCollations(values, {
      connectionCollation: environment.connectionCollation,
      operation: "elt",
      forComparison: false,
    });
    const type = textType(Math.max(...values.map(displayWidth)), traits.collation);
    return boundCall({
      name: "elt",
      args,
      result: { type, nullable: true, coercibility: traits.coercibility },
      build: ([position, ...rest]) => {
        const at = readInteger(index, position as Evaluator);
        const reads = rest.map((evaluate, i) => readAs(type, values[i] as BoundExpression, evaluate));
        return (frame) => {
          const wanted = at(frame);
          return wanted === null ? null : (reads[Number(wanted) - 1]?.(frame) ?? null);
        };
      },
    });
  },
};

export const STRING_SEARCH_FUNCTIONS: readonly FunctionDefinition[] = [
  FIELD,
  ELT,
  stringQuery(
    "locate",
    ["string", "string", "count"],
    POSITION,
    ({ collation }, needle, text, from?: number) => locate(collation, needle, text, from ?? 1),
    { optional: 1 },
  ),
  stringQuery("instr", ["string", "string"], POSITION, ({ collation }, text, needle) =>
    locate(collation, needle, text),
  ),
  stringQuery(
    "strcmp",
    ["string", "string"],
    { type: BIGINT, displayLength: 2 },
    ({ collation }, left, right) => compareText(collation, left, right),
  ),
  stringQuery(
    "find_in_set",
    ["string", "string"],
    { type: BIGINT, displayLength: 3 },
    ({ collation }, needle, set) => {
      if (set === "" || needle.includes(",")) return 0;
      return set.split(",").findIndex((member) => compareText(collation, needle, member) === 0) + 1;
    },
  ),
];
