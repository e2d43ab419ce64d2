/** Compiles the expressions that rows are sorted, grouped, joined or made distinct by. */
import type { FieldReader } from "../../tables/row-codec.ts";
import { fieldCodecFor } from "../../values/codec/field-codec.ts";
import { collationByName } from "../../values/collation.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { GroupKey, type GroupKeyPart } from "../executor/group-key.ts";
import { FixedFieldPart, TextFieldPart, TextValuePart, ValuePart } from "../executor/group-key-part.ts";
import type { SortKey } from "../executor/sort.ts";
import { type SortColumn, TextSortColumn, ValueSortColumn } from "../executor/sort-column.ts";
import {
  type AppendSortKey,
  fixedFieldKey,
  type SortKeyPart,
  textFieldKey,
  textValueKey,
  valueKey,
} from "../executor/sort-key-bytes.ts";
import { toSortValue } from "../executor/sort-value.ts";
import { TextColumn } from "../executor/text-column.ts";
import { compileExpression } from "../expression/compile.ts";
import type { RowLayout } from "../expression/row-layout.ts";

export function groupKeyFor(expressions: readonly BoundExpression[], layout: RowLayout): GroupKey {
  return new GroupKey(
    expressions.map((expression) => fixedFieldPart(expression, layout) ?? valuePart(expression, layout)),
  );
}

/** The keys of both sides of a join: in one form, so that they can be compared. */
export function joinKeysFor(
  pairs: readonly { readonly outer: BoundExpression; readonly inner: BoundExpression }[],
  layout: RowLayout,
): { readonly outer: GroupKey; readonly inner: GroupKey } {
  const parts = pairs.map(({ outer, inner }) => {
    if (haveSameFields(outer.type, inner.type)) {
      const fixed = { outer: fixedFieldPart(outer, layout), inner: fixedFieldPart(inner, layout) };
      if (fixed.outer !== undefined && fixed.inner !== undefined) return [fixed.outer, fixed.inner] as const;
    }
    return [valuePart(outer, layout), valuePart(inner, layout)] as const;
  });
  return {
    outer: new GroupKey(parts.map(([part]) => part)),
    inner: new GroupKey(parts.map(([, part]) => part)),
  };
}

/** Equal values of both types are the same bytes. */
function haveSameFields(left: SqlType, right: SqlType): boolean {
  if (left.kind === "integer" && right.kind === "integer")
    return left.name === right.name && left.unsigned === right.unsigned;
  if (left.kind === "decimal" && right.kind === "decimal")
    return left.precision === right.precision && left.scale === right.scale;
  return left.kind === right.kind && (left.kind === "date" || left.kind === "datetime");
}

function fixedFieldPart(expression: BoundExpression, layout: RowLayout): GroupKeyPart | undefined {
  const field = fixedField(expression, layout);
  return field === undefined ? undefined : new FixedFieldPart(field.slot, field.reader);
}

/**
 * A stored column whose fields are of fixed width, equal for equal values and in their order. Doubles have two zeros,
 * and two instants can be one local time.
 */
function fixedField(
  expression: BoundExpression,
  layout: RowLayout,
): { readonly slot: number; readonly reader: FieldReader } | undefined {
  if (expression.kind !== "column") return undefined;
  const { type } = expression;
  if (type.kind === "float" || type.kind === "timestamp" || type.kind === "null") return undefined;
  if (fieldCodecFor(type).fixedWidth === undefined) return undefined;
  const reader = layout.columnReader(expression.slot, expression.column);
  return reader.encoding === "field" ? { slot: expression.slot, reader } : undefined;
}

function valuePart(expression: BoundExpression, layout: RowLayout): GroupKeyPart {
  const { type } = expression;
  const text = textColumn(expression, layout);
  if (text !== undefined) return new TextFieldPart(text);
  const evaluate = compileExpression(expression, layout);
  return type.kind === "string"
    ? new TextValuePart(evaluate, collationByName(type.collation))
    : new ValuePart(evaluate, toSortValue(type));
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

/** The same order as bytes, for sorts of many rows. */
export function sortKeyPartsFor(keys: readonly OrderKey[], layout: RowLayout): SortKeyPart[] {
  return keys.map(({ expression, descending }) => ({
    append: appendSortKey(expression, layout),
    descending,
  }));
}

function appendSortKey(expression: BoundExpression, layout: RowLayout): AppendSortKey {
  const { type } = expression;
  const text = textColumn(expression, layout);
  if (text !== undefined) return textFieldKey(text);
  const field = fixedField(expression, layout);
  if (field !== undefined) return fixedFieldKey(field.slot, field.reader);
  const evaluate = compileExpression(expression, layout);
  return type.kind === "string"
    ? textValueKey(evaluate, collationByName(type.collation))
    : valueKey(evaluate, toSortValue(type));
}

/** The expression as a stored text column, when it is one whose fields are its text. */
function textColumn(expression: BoundExpression, layout: RowLayout): TextColumn | undefined {
  if (expression.kind !== "column" || expression.type.kind !== "string") return undefined;
  const reader = layout.columnReader(expression.slot, expression.column);
  if (reader.encoding !== "field") return undefined;
  return new TextColumn(expression.slot, reader, collationByName(expression.type.collation));
}
