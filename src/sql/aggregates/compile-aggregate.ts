/** From a bound aggregate to a factory of states. */
import { sqlError } from "../../values/sql-error.ts";
import type { SqlInteger } from "../../values/value.ts";
import type { BoundAggregate } from "../binder/name-scope.ts";
import { numericClass } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { GroupKey } from "../executor/group-key.ts";
import { ValuePart } from "../executor/group-key-part.ts";
import { compileExpression } from "../expression/compile.ts";
import { type Read, readDecimal, readDouble, readInteger } from "../expression/readers.ts";
import type { RowLayout } from "../expression/row-layout.ts";
import { groupKeyFor } from "../planner/key-compilation.ts";
import type { AggregateFactory } from "./aggregate.ts";
import { bitFactory } from "./bit-aggregates.ts";
import { CountRows, CountValues } from "./count.ts";
import { distinctFilter } from "./distinct.ts";
import { Extreme } from "./extreme.ts";
import { countField, extremeField } from "./field-aggregates.ts";
import { groupConcatFactory } from "./group-concat.ts";
import { JsonArrayAggregate, JsonObjectAggregate } from "./json-aggregates.ts";
import { scaledSum } from "./scaled-sum.ts";
import { DecimalSum, DoubleSum, IntegerSum } from "./sum.ts";
import { Variance } from "./variance.ts";

/** One factory per aggregate of a plan; each state it makes belongs to one group. */
export function compileAggregate(aggregate: BoundAggregate, layout: RowLayout): AggregateFactory {
  const evaluators = aggregate.args.map((argument) => compileExpression(argument, layout));
  const factory = plainFactory(aggregate, evaluators, layout);
  const redundant = aggregate.name === "min" || aggregate.name === "max" || aggregate.name === "group_concat";
  if (!aggregate.distinct || redundant) return factory;
  const summing = aggregate.name === "sum" || aggregate.name === "avg";
  const asNumbers = summing && aggregate.type.kind === "float";
  return distinctFilter(
    factory,
    asNumbers ? numberKey(aggregate.args, evaluators) : groupKeyFor(aggregate.args, layout),
  );
}

function plainFactory(
  aggregate: BoundAggregate,
  evaluators: readonly Evaluator[],
  layout: RowLayout,
): AggregateFactory {
  const [argument, second] = aggregate.args;
  const [evaluate, evaluateSecond] = evaluators;
  if (aggregate.name === "count") {
    if (argument === undefined) return () => new CountRows();
    const field = aggregate.args.length === 1 ? countField(argument, layout) : undefined;
    return field ?? (() => new CountValues(evaluators));
  }
  if (argument === undefined || evaluate === undefined) {
    throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", aggregate.name);
  }
  switch (aggregate.name) {
    case "sum":
    case "avg":
      return sumFactory(aggregate, argument, evaluate, layout);
    case "min":
    case "max": {
      const sign = aggregate.name === "max" ? 1 : -1;
      return extremeField(argument, sign, layout) ?? (() => new Extreme(argument, evaluate, sign));
    }
    case "bit_and":
    case "bit_or":
    case "bit_xor":
      return bitFactory(aggregate.name, argument, evaluate);
    case "std":
    case "stddev_samp":
    case "variance":
    case "var_samp": {
      const read = readDouble(argument, evaluate);
      const { name } = aggregate;
      return () => new Variance(read, name);
    }
    case "group_concat":
      return groupConcatFactory(aggregate, evaluators, layout);
    case "json_arrayagg":
      return () => new JsonArrayAggregate(argument, evaluate);
    case "json_objectagg": {
      if (second === undefined || evaluateSecond === undefined) {
        throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", aggregate.name);
      }
      return () => new JsonObjectAggregate([argument, second], [evaluate, evaluateSecond]);
    }
    default:
      throw sqlError("ER_NOT_SUPPORTED_YET", aggregate.name);
  }
}

type Argument = BoundAggregate["args"][number];

/** SUM and AVG of text tell values apart by their numbers. */
function numberKey(args: readonly Argument[], evaluators: readonly Evaluator[]): GroupKey {
  return new GroupKey(
    args.map(
      (argument, at) =>
        new ValuePart(readDouble(argument, evaluators[at] as Evaluator), (value) => value as number | null),
    ),
  );
}

function sumFactory(
  aggregate: BoundAggregate,
  argument: Argument,
  evaluate: Evaluator,
  layout: RowLayout,
): AggregateFactory {
  const average = aggregate.name === "avg";
  if (aggregate.type.kind !== "decimal") {
    const read = readDouble(argument, evaluate);
    return () => new DoubleSum(read, average);
  }
  const { scale } = aggregate.type;
  const averageScale = average ? scale : undefined;
  const scaled = scaledSum(argument, readDecimal(argument, evaluate), averageScale, layout);
  if (scaled !== undefined) return scaled;
  if (numericClass(argument.type) === "integer" || argument.binaryLiteral === true) {
    const read: Read<SqlInteger> = readInteger(argument, evaluate);
    return () => new IntegerSum(read, averageScale);
  }
  const read = readDecimal(argument, evaluate);
  return () => new DecimalSum(read, { resultScale: averageScale });
}
