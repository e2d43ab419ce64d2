/** Compiles the expressions that rows are sorted, grouped, joined or made distinct by. */
import { collationByName } from "../../values/collation.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { GroupKey, GroupKeyPart } from "../executor/group-key.ts";
import type { SortKey } from "../executor/sort.ts";
import { type SortColumn, TextSortColumn, ValueSortColumn } from "../executor/sort-column.ts";
import { type SortValue, type ToSortValue, toSortValue } from "../executor/sort-value.ts";
import { TextColumn } from "../executor/text-column.ts";
import { compileExpression } from "../expression/compile.ts";
import type { RowLayout } from "../expression/row-layout.ts";

export function groupKeyFor(expressions: readonly BoundExpression[], layout: RowLayout): GroupKey {
  return expressions.map((expression): GroupKeyPart => {
    const text = textColumn(expression, layout);
    if (text !== undefined) return { evaluate: (frame) => text.groupKey(frame), toSortValue: asIs };
    return { evaluate: compileExpression(expression, layout), toSortValue: toGroupValue(expression.type) };
  });
}

/** As {@link toSortValue}, but text only has to be equal where SQL says so. */
function toGroupValue(type: SqlType): ToSortValue {
  if (type.kind !== "string") return toSortValue(type);
  const collation = collationByName(type.collation);
  return (value) => {
    if (value === null) return null;
    const bytes = Buffer.from(value as string, "utf8");
    return collation.groupKey(bytes, 0, bytes.length);
  };
}

export interface OrderKey {
  readonly expression: BoundExpression;
  readonly descending: boolean;
}

export function sortKeysFor(keys: readonly OrderKey[], layout: RowLayout): SortKey[] {
  return keys.map(({ expression, descending }) => ({ column: sortColumn(expression, layout), descending }));
}

function sortColumn(expression: BoundExpression, layout: RowLayout): SortColumn {
  const text = textColumn(expression, layout);
  if (text !== undefined) return new TextSortColumn(text);
  return new ValueSortColumn(compileExpression(expression, layout), toSortValue(expression.type));
}

/** The expression as a stored text column, when it is one whose fields are its text. */
function textColumn(expression: BoundExpression, layout: RowLayout): TextColumn | undefined {
  if (expression.kind !== "column" || expression.type.kind !== "string") return undefined;
  const reader = layout.columnReader(expression.slot, expression.column);
  if (reader.encoding !== "field") return undefined;
  return new TextColumn(expression.slot, reader, collationByName(expression.type.collation));
}

/** A key is its own sort value. */
const asIs = (value: unknown): SortValue => value as SortValue;
