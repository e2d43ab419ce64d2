/** CASE, IF, IFNULL, NULLIF, COALESCE, GREATEST, LEAST, INTERVAL, ISNULL: one type for several values. */
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import { bindComparison } from "../binder/bind-condition.ts";
import { NULL_CONSTANT } from "../binder/bind-literal.ts";
import type { BoundCall, BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { mergeTypes } from "../binder/type-aggregation.ts";
import { BIGINT, isTemporalType } from "../binder/types.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { compileComparison } from "../expression/comparison.ts";
import { readAs, readDouble, truthReader } from "../expression/readers.ts";
import { orderOf } from "../expression/type-order.ts";
import { boundCall, type FunctionDefinition, MANY, special } from "./function-definition.ts";

interface CaseParts {
  readonly operand: BoundExpression | undefined;
  readonly branches: readonly { readonly when: BoundExpression; readonly result: BoundExpression }[];
  readonly otherwise: BoundExpression | undefined;
}

type Test = (frame: Frame) => boolean;

/** CASE in both forms. `args` holds operand, then WHEN and THEN of each branch, then ELSE. */
export function bindCase(parts: CaseParts, environment: BindEnvironment): BoundExpression {
  const { operand, branches } = parts;
  const otherwise = parts.otherwise ?? NULL_CONSTANT;
  const values = [...branches.map((branch) => branch.result), otherwise];
  const merged = mergeTypes(values, {
    connectionCollation: environment.connectionCollation,
    operation: "case",
  });
  const conditions = branches.map((branch) =>
    operand === undefined ? branch.when : bindComparison("=", operand, branch.when, environment),
  );
  return boundCall({
    name: "case",
    args: [
      ...(operand === undefined ? [] : [operand]),
      ...branches.flatMap((branch) => [branch.when, branch.result]),
      otherwise,
    ],
    result: { ...merged, nullable: values.some((value) => value.nullable) },
    build: (evaluators) => {
      const offset = operand === undefined ? 0 : 1;
      const tests: Test[] = [];
      const results: Evaluator[] = [];
      branches.forEach((branch, at) => {
        const when = evaluators[offset + at * 2] as Evaluator;
        tests.push(
          caseTest(
            conditions[at] as BoundExpression,
            operand === undefined ? undefined : evaluators[0],
            when,
          ),
        );
        results.push(readAs(merged.type, branch.result, evaluators[offset + at * 2 + 1] as Evaluator));
      });
      const last = readAs(merged.type, otherwise, evaluators.at(-1) as Evaluator);
      return (frame) => {
        for (let i = 0; i < tests.length; i++) {
          if ((tests[i] as Test)(frame)) return (results[i] as Evaluator)(frame);
        }
        return last(frame);
      };
    },
  });
}

/** In CASE x WHEN … (`operand` given) the condition was bound over operand and branch, whose evaluators these are. */
function caseTest(condition: BoundExpression, operand: Evaluator | undefined, when: Evaluator): Test {
  if (operand !== undefined && condition.kind === "comparison") {
    const compare = compileComparison(condition, operand, when);
    return (frame) => compare(frame) === 1;
  }
  const truth = truthReader(condition, when);
  return (frame) => truth(frame) === true;
}

function merged(name: string, args: readonly BoundExpression[], environment: BindEnvironment) {
  return mergeTypes(args, { connectionCollation: environment.connectionCollation, operation: name });
}

/** The first value that is not NULL. */
function firstKnown(
  args: readonly BoundExpression[],
  evaluators: readonly Evaluator[],
  type: SqlType,
): Evaluator {
  const reads = evaluators.map((evaluate, at) => readAs(type, args[at] as BoundExpression, evaluate));
  return (frame) => {
    for (let i = 0; i < reads.length; i++) {
      const value = (reads[i] as Evaluator)(frame);
      if (value !== null) return value;
    }
    return null;
  };
}

function coalesceLike(name: string, counts: readonly [number, number]): FunctionDefinition {
  return {
    name,
    minArguments: counts[0],
    maxArguments: counts[1],
    bind(args, environment) {
      const result = merged(name, args, environment);
      return boundCall({
        name,
        args,
        result: { ...result, nullable: args.every((argument) => argument.nullable) },
        build: (evaluators) => firstKnown(args, evaluators, result.type),
      });
    },
  };
}

const IF: FunctionDefinition = {
  name: "if",
  minArguments: 3,
  maxArguments: 3,
  bind(args, environment) {
    const [condition, yes, no] = args as readonly [BoundExpression, BoundExpression, BoundExpression];
    const result = merged("if", [yes, no], environment);
    return boundCall({
      name: "if",
      args,
      result: { ...result, nullable: yes.nullable || no.nullable },
      build: ([test, a, b]) => {
        const truth = truthReader(condition, test as Evaluator);
        const whenTrue = readAs(result.type, yes, a as Evaluator);
        const whenFalse = readAs(result.type, no, b as Evaluator);
        return (frame) => (truth(frame) === true ? whenTrue(frame) : whenFalse(frame));
      },
    });
  },
};

/** NULLIF compares like `=` but gives the first argument as it is. */
const NULLIF: FunctionDefinition = {
  name: "nullif",
  minArguments: 2,
  maxArguments: 2,
  bind(args, environment): BoundCall {
    const [first, second] = args as readonly [BoundExpression, BoundExpression];
    const equality = bindComparison("=", first, second, environment);
    return boundCall({
      name: "nullif",
      args,
      result: { ...merged("nullif", [first], environment), nullable: true },
      build: ([a, b]) => {
        const value = a as Evaluator;
        if (equality.kind !== "comparison") return value;
        const equal = compileComparison(equality, value, b as Evaluator);
        return (frame) => (equal(frame) === 1 ? null : value(frame));
      },
    });
  },
};

function extreme(name: "greatest" | "least", sign: 1 | -1): FunctionDefinition {
  return {
    name,
    minArguments: 2,
    maxArguments: MANY,
    bind(args, environment) {
      const result = merged(name, args, environment);
      // Numbers compare as numbers even among strings, temporals as dates even among strings.
      const temporal = args.find((argument) => isTemporalType(argument.type));
      const compareType =
        result.type.kind === "string" && temporal !== undefined ? temporal.type : result.type;
      const order = orderOf(compareType);
      return boundCall({
        name,
        args,
        result,
        build: (evaluators) => {
          const reads = evaluators.map((evaluate, at) =>
            readAs(result.type, args[at] as BoundExpression, evaluate),
          );
          const keys =
            compareType === result.type
              ? reads
              : evaluators.map((evaluate, at) => readAs(compareType, args[at] as BoundExpression, evaluate));
          return (frame) => {
            let best: Value = null;
            let bestKey: Value = null;
            for (let i = 0; i < reads.length; i++) {
              const value = (reads[i] as Evaluator)(frame);
              if (value === null) return null;
              const key = keys === reads ? value : (keys[i] as Evaluator)(frame);
              if (key === null) return null;
              if (bestKey === null || order(key, bestKey) * sign > 0) {
                best = value;
                bestKey = key;
              }
            }
            return best;
          };
        },
      });
    },
  };
}

/** ANY_VALUE is no aggregate: it only silences the check of ONLY_FULL_GROUP_BY. */
const ANY_VALUE: FunctionDefinition = {
  name: "any_value",
  minArguments: 1,
  maxArguments: 1,
  bind(args) {
    const { type, coercibility, nullable, displayLength, decimals } = args[0] as BoundExpression;
    return boundCall({
      name: "any_value",
      args,
      result: {
        type,
        coercibility,
        nullable,
        ...(displayLength === undefined ? {} : { displayLength }),
        ...(decimals === undefined ? {} : { decimals }),
      },
      build: ([evaluate]) => evaluate as Evaluator,
    });
  },
};

export const CONTROL_FUNCTIONS: readonly FunctionDefinition[] = [
  ANY_VALUE,
  IF,
  NULLIF,
  coalesceLike("ifnull", [2, 2]),
  coalesceLike("coalesce", [1, MANY]),
  extreme("greatest", 1),
  extreme("least", -1),
  special("isnull", [1, 1], { type: BIGINT, nullable: false, displayLength: 1 }, ([evaluate]) => {
    const value = evaluate as Evaluator;
    return (frame) => (value(frame) === null ? 1 : 0);
  }),
  special("interval", [2, MANY], { type: BIGINT, nullable: false, displayLength: 2 }, (evaluators, args) => {
    const reads = evaluators.map((evaluate, at) => readDouble(args[at] as BoundExpression, evaluate));
    return (frame) => {
      const wanted = reads[0]?.(frame) ?? null;
      if (wanted === null) return -1;
      for (let i = 1; i < reads.length; i++) {
        const bound = (reads[i] as (typeof reads)[number])(frame);
        if (bound !== null && bound > wanted) return i - 1;
      }
      return reads.length - 1;
    };
  }),
];
