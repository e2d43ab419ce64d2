/** The common columns of UNION and VALUES: names of the first part, types that hold the values of all. */
import type { BoundExpression, BoundRegister } from "../binder/bound-expression.ts";
import { mergeTypes } from "../binder/type-aggregation.ts";
import { convertedTo } from "./conversion-expression.ts";
import type { OutputColumn } from "./query-planner.ts";

export interface MergedColumns {
  readonly columns: readonly OutputColumn[];
  /** Per column: makes an expression of any part give a value of the common type. */
  readonly conversions: readonly ((expression: BoundExpression) => BoundExpression)[];
}

export function mergedColumns(
  parts: readonly (readonly OutputColumn[])[],
  registers: readonly number[],
  connectionCollation: string,
): MergedColumns {
  const first = parts[0] ?? [];
  const columns: OutputColumn[] = [];
  const conversions: ((expression: BoundExpression) => BoundExpression)[] = [];
  first.forEach((column, at) => {
    const expressions = parts.map((part) => (part[at] as OutputColumn).expression);
    const merged = mergeTypes(expressions, { connectionCollation, operation: "UNION" });
    const register: BoundRegister = {
      kind: "register",
      register: registers[at] as number,
      nullable: expressions.some((expression) => expression.nullable),
      name: column.name,
      ...merged,
    };
    columns.push({ name: column.name, expression: register });
    conversions.push((expression) => convertedTo(expression, register.type));
  });
  return { columns, conversions };
}
