/** Aggregate and window calls: argument checks and result types. */
import { decodeText } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Aggregate, Expression, WindowFunction } from "../ast/expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { aggregateCollations } from "../binder/collation-aggregation.ts";
import type { BindEnvironment, BoundAggregate, NameScope } from "../binder/name-scope.ts";
import { mergeTypes } from "../binder/type-aggregation.ts";
import {
  BIGINT,
  BIGINT_UNSIGNED,
  binaryType,
  DOUBLE,
  decimalShape,
  decimalType,
  displayWidth,
  JSON_TYPE,
  numericClass,
  textType,
} from "../binder/types.ts";
import type { ResultShape } from "../functions/function-definition.ts";

export type Bind = (
  expression: Expression,
  scope: NameScope,
  environment: BindEnvironment,
) => BoundExpression;

const SUM_EXTRA_DIGITS = 22;

export function bindAggregate(
  node: Aggregate,
  scope: NameScope,
  environment: BindEnvironment,
  bind: Bind,
): BoundExpression {
  const inner = scope.aggregateArguments();
  const args = node.args.map((argument) => single(bind(argument, inner, environment)));
  const orderBy = node.orderBy.map(({ expression, descending }) => ({
    expression: positioned(expression, args) ?? single(bind(expression, inner, environment)),
    descending,
  }));
  const separator =
    node.separator === undefined ? "," : decodeText(node.separator, environment.clientCharset);
  const shape = aggregateShape(node, args, environment);
  const aggregate: BoundAggregate = {
    name: node.name,
    distinct: node.distinct,
    args,
    orderBy,
    separator,
    type: shape.type,
    nullable: shape.nullable ?? true,
    ...(shape.displayLength === undefined ? {} : { displayLength: shape.displayLength }),
    ...(shape.decimals === undefined ? {} : { decimals: shape.decimals }),
  };
  if (node.over === undefined) return scope.placeAggregate(aggregate);
  return scope.placeWindowCall({
    function: aggregate,
    args,
    over: node.over,
    type: aggregate.type,
    nullable: aggregate.nullable,
  });
}

function single(expression: BoundExpression): BoundExpression {
  if (expression.kind === "row") throw sqlError("ER_OPERAND_COLUMNS", 1);
  return expression;
}

/** ORDER BY 1 inside GROUP_CONCAT is the first argument. */
function positioned(expression: Expression, args: readonly BoundExpression[]): BoundExpression | undefined {
  if (expression.kind !== "number" || expression.form !== "integer") return undefined;
  const argument = args[Number(expression.text) - 1];
  if (argument === undefined) throw sqlError("ER_BAD_FIELD_ERROR", expression.text, "order clause");
  return argument;
}

function aggregateShape(
  node: Aggregate,
  args: readonly BoundExpression[],
  environment: BindEnvironment,
): ResultShape {
  const [first] = args;
  if (node.name === "count") return { type: BIGINT, nullable: false, displayLength: 21 };
  if (first === undefined) throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", node.name);
  switch (node.name) {
    case "sum":
      return sumShape(first);
    case "avg":
      return averageShape(first, environment.divPrecisionIncrement);
    case "min":
    case "max":
      return extremeShape(first);
    case "bit_and":
    case "bit_or":
    case "bit_xor":
      if (first.type.kind === "binary" && first.binaryLiteral !== true) {
        return { type: binaryType(displayWidth(first)), nullable: false };
      }
      return { type: BIGINT_UNSIGNED, nullable: false, displayLength: 21 };
    case "std":
    case "stddev_samp":
    case "variance":
    case "var_samp":
      return {
        type: DOUBLE,
        nullable: true,
        ...(numericClass(first.type) === "double" ? {} : { decimals: 31 }),
      };
    case "group_concat":
      return { type: groupConcatType(args, environment), nullable: true, coercibility: 2 };
    case "json_arrayagg":
    case "json_objectagg":
      return { type: JSON_TYPE, nullable: true };
    case "st_collect":
      throw sqlError("ER_NOT_SUPPORTED_YET", "ST_Collect");
  }
}

function sumShape(argument: BoundExpression): ResultShape {
  if (numericClass(argument.type) === "double" && argument.binaryLiteral !== true) {
    return {
      type: DOUBLE,
      nullable: true,
      ...(argument.decimals === undefined ? {} : { decimals: argument.decimals }),
    };
  }
  const { precision, scale } = decimalShape(argument);
  return { type: decimalType(precision + SUM_EXTRA_DIGITS, scale), nullable: true };
}

function averageShape(argument: BoundExpression, increment: number): ResultShape {
  if (numericClass(argument.type) === "double" && argument.binaryLiteral !== true) {
    return {
      type: DOUBLE,
      nullable: true,
      ...(argument.decimals === undefined ? {} : { decimals: Math.min(30, argument.decimals + increment) }),
    };
  }
  const { precision, scale } = decimalShape(argument);
  const resultScale = Math.min(30, scale + increment);
  return { type: decimalType(precision + increment, resultScale), nullable: true };
}

function extremeShape(argument: BoundExpression): ResultShape {
  const { type, coercibility } = argument;
  const display = argument.displayLength === undefined ? {} : { displayLength: argument.displayLength };
  if (type.kind === "enum" || type.kind === "set") {
    return { type: textType(displayWidth(argument), type.collation), nullable: true, coercibility };
  }
  return { type, nullable: true, coercibility, ...display };
}

function groupConcatType(args: readonly BoundExpression[], environment: BindEnvironment): SqlType {
  const traits = aggregateCollations(args, {
    connectionCollation: environment.connectionCollation,
    operation: "group_concat",
    forComparison: false,
  });
  const bytes = environment.groupConcatMaxLen;
  if (traits.collation === "binary") {
    return bytes <= 512
      ? binaryType(bytes)
      : { kind: "binary", name: "blob", length: Math.min(bytes, 65535) };
  }
  const characters = Math.floor(bytes / 4);
  const { charset, collation } = traits;
  if (bytes <= 512 * 4) return { kind: "string", name: "text", length: 65535, charset, collation };
  return textType(characters, collation);
}

export function bindWindowFunction(
  node: WindowFunction,
  scope: NameScope,
  environment: BindEnvironment,
  bind: Bind,
): BoundExpression {
  const args = node.args.map((argument) => single(bind(argument, scope, environment)));
  const shape = windowShape(node, args, environment);
  return scope.placeWindowCall({
    function: node.name,
    args,
    over: node.over,
    type: shape.type,
    nullable: shape.nullable ?? true,
  });
}

function windowShape(
  node: WindowFunction,
  args: readonly BoundExpression[],
  environment: BindEnvironment,
): ResultShape {
  switch (node.name) {
    case "row_number":
    case "rank":
    case "dense_rank":
      return { type: BIGINT_UNSIGNED, nullable: false };
    case "ntile":
      return { type: BIGINT_UNSIGNED, nullable: true };
    case "cume_dist":
    case "percent_rank":
      return { type: DOUBLE, nullable: false };
    case "lead":
    case "lag": {
      const [value, , fallback] = args;
      if (value === undefined) throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", node.name);
      const both = fallback === undefined ? [value] : [value, fallback];
      const merged = mergeTypes(both, {
        connectionCollation: environment.connectionCollation,
        operation: node.name,
      });
      return { ...merged, nullable: true };
    }
    default: {
      const [value] = args;
      if (value === undefined) throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", node.name);
      return { type: value.type, nullable: true };
    }
  }
}
