/** MAKE_SET and EXPORT_SET: bits as comma-separated words. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import { aggregateCollations } from "../binder/collation-aggregation.ts";
import { displayWidth, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { readAs, readInteger } from "../expression/readers.ts";
import { toUnsigned64 } from "./bit.ts";
import { boundCall, type FunctionDefinition, MANY } from "./function-definition.ts";
import { stringFunction } from "./string-function.ts";

const MAKE_SET: FunctionDefinition = {
  name: "make_set",
  minArguments: 2,
  maxArguments: MANY,
  bind(args, environment) {
    const [bits, ...words] = args as readonly [BoundExpression, ...BoundExpression[]];
    const traits = aggregateCollations(words, {
      connectionCollation: environment.connectionCollation,
      operation: "make_set",
      forComparison: false,
    });
    const length = words.reduce((sum, word) => sum + displayWidth(word), words.length - 1);
    const type = textType(
      length,
      traits.collation === "binary" ? environment.connectionCollation : traits.collation,
    );
    return boundCall({
      name: "make_set",
      args,
      result: { type, coercibility: traits.coercibility, nullable: bits.nullable },
      build: ([mask, ...rest]) => {
        const readMask = readInteger(bits, mask as Evaluator);
        const reads = rest.map((evaluate, at) => readAs(type, words[at] as BoundExpression, evaluate));
        return (frame) => {
          const value = readMask(frame);
          if (value === null) return null;
          const set = toUnsigned64(value);
          const chosen: string[] = [];
          reads.forEach((read, at) => {
            const word = (set >> BigInt(at)) & 1n ? read(frame) : null;
            if (typeof word === "string") chosen.push(word);
          });
          return chosen.join(",");
        };
      },
    });
  },
};

const BITS_MAX = 64;

export const STRING_SET_FUNCTIONS: readonly FunctionDefinition[] = [
  MAKE_SET,
  stringFunction(
    "export_set",
    ["integer", "string", "string", "string", "count"],
    (args) =>
      BITS_MAX *
        Math.max(displayWidth(args[1] as BoundExpression), displayWidth(args[2] as BoundExpression)) +
      BITS_MAX,
    (_, bits, on, off, separator?: string, count?: number) => {
      const set = toUnsigned64(bits);
      const size = count === undefined || count < 0 || count > BITS_MAX ? BITS_MAX : count;
      return Array.from({ length: size }, (_unused, at) => ((set >> BigInt(at)) & 1n ? on : off)).join(
        separator ?? ",",
      );
    },
    { optional: 2 },
  ),
];
