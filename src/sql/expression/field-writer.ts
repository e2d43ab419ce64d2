/**
 * Result fields straight to the wire: a plain column whose stored bytes are already the wire's form (UTF-8 text, byte
 * strings, JSON text) is copied without a JavaScript string in between; everything else is evaluated and written by
 * its type.
 */
import type { DateTime } from "../../values/datetime.ts";
import { JSON_TYPED_MARK } from "../../values/json-storage.ts";
import type { RowWriter } from "../../values/row-writer.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { BoundBase, BoundColumn, BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame, RowSlot } from "../executor/frame.ts";
import { compileExpression } from "./compile.ts";
import type { RowLayout } from "./row-layout.ts";
import { valueToText } from "./text-conversion.ts";

export type FieldEmitter = (frame: Frame, writer: RowWriter) => void;

/** Writes the value of `bound` for the frame's current row as the next field. */
export function compileFieldWriter(bound: BoundExpression, layout: RowLayout): FieldEmitter {
  const evaluate = compileExpression(bound, layout);
  const general = valueEmitter(bound, evaluate);
  return bound.kind === "column" ? (columnEmitter(bound, layout, general) ?? general) : general;
}

function columnEmitter(
  bound: BoundColumn,
  layout: RowLayout,
  general: FieldEmitter,
): FieldEmitter | undefined {
  const { kind } = bound.type;
  if (kind !== "string" && kind !== "binary" && kind !== "geometry" && kind !== "json") return undefined;
  const { slot } = bound;
  const reader = layout.columnReader(slot, bound.column);
  if (reader.encoding !== "field") return undefined;
  const text = kind === "string" || kind === "json";
  return (frame, writer) => {
    const row = frame.slots[slot] as RowSlot;
    const state = row.present ? reader.locate(row) : 0;
    if (state === 0) writer.writeNull();
    else if (state === 2 || (kind === "json" && reader.bytes[reader.start] === JSON_TYPED_MARK))
      general(frame, writer);
    else if (text) writer.writeUtf8(reader.bytes, reader.start, reader.end);
    else writer.writeBytes(reader.bytes, reader.start, reader.end);
  };
}

/** Writes a value by its type. */
function writeValue(value: Value, of: BoundBase, writer: RowWriter): void {
  if (value === null) {
    writer.writeNull();
    return;
  }
  switch (of.type.kind) {
    case "integer":
    case "bit":
    case "year":
      writer.writeInteger(value as SqlInteger);
      return;
    case "float":
      writer.writeDouble(value as number);
      return;
    case "string":
      writer.writeText(value as string);
      return;
    case "binary":
    case "geometry": {
      const bytes = value as Uint8Array;
      writer.writeBytes(bytes, 0, bytes.length);
      return;
    }
    case "date":
    case "datetime":
    case "timestamp":
      writer.writeDateTime(value as DateTime);
      return;
    case "time":
      writer.writeTime(value as number);
      return;
    case "null":
      writer.writeNull();
      return;
    default:
      writer.writeText(valueToText(value, of));
  }
}

function valueEmitter(bound: BoundExpression, evaluate: Evaluator): FieldEmitter {
  return (frame, writer) => writeValue(evaluate(frame), bound, writer);
}
