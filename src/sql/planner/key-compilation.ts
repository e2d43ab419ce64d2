/** Compiles the expressions that rows are sorted, grouped, joined or made distinct by. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { GroupKey } from "../executor/group-key.ts";
import type { SortKey } from "../executor/sort.ts";
import { toSortValue } from "../executor/sort-value.ts";
import { compileExpression } from "../expression/compile.ts";
import type { RowLayout } from "../expression/row-layout.ts";

export function groupKeyFor(expressions: readonly BoundExpression[], layout: RowLayout): GroupKey {
  return expressions.map((expression) => ({
    evaluate: compileExpression(expression, layout),
    toSortValue: toSortValue(expression.type),
  }));
}

export interface OrderKey {
  readonly expression: BoundExpression;
  readonly descending: boolean;
}

export function sortKeysFor(keys: readonly OrderKey[], layout: RowLayout): SortKey[] {
  return keys.map((key) => ({
    evaluate: compileExpression(key.expression, layout),
    toSortValue: toSortValue(key.expression.type),
    descending: key.descending,
  }));
}
