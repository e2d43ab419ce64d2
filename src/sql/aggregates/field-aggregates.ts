/**
 * COUNT, MIN and MAX of stored columns by the fields' bytes: no value is made of a row. MIN and MAX compare the bytes, whose
 * order is that of the values.
 */
import { FIELD_NULL, type FieldReader } from "../../tables/row-codec.ts";
import { type FieldCodec, fieldCodecFor } from "../../values/codec/field-codec.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Frame, RowSlot } from "../executor/frame.ts";
import type { RowLayout } from "../expression/row-layout.ts";
import type { AggregateFactory, AggregateState } from "./aggregate.ts";

interface Field {
  readonly slot: number;
  readonly reader: FieldReader;
}

function fieldOf(argument: BoundExpression, layout: RowLayout): Field | undefined {
  if (argument.kind !== "column") return undefined;
  return { slot: argument.slot, reader: layout.columnReader(argument.slot, argument.column) };
}

/** COUNT(column), or undefined when the argument is none. */
export function countField(argument: BoundExpression, layout: RowLayout): AggregateFactory | undefined {
  const field = fieldOf(argument, layout);
  return field === undefined ? undefined : () => new FieldCount(field);
}

/** MIN (`sign` -1) or MAX (1) of a column, or undefined when its bytes don't tell. */
export function extremeField(
  argument: BoundExpression,
  sign: 1 | -1,
  layout: RowLayout,
): AggregateFactory | undefined {
  const field = fieldOf(argument, layout);
  switch (argument.type.kind) {
    case "integer":
    case "decimal":
    case "date":
    case "datetime":
    case "time":
    case "year": {
      const codec = fieldCodecFor(argument.type);
      const { fixedWidth } = codec;
      if (field?.reader.encoding !== "field" || fixedWidth === undefined || fixedWidth > 8) return undefined;
      return () => new FieldExtreme(field, codec, sign);
    }
    default:
      return undefined;
  }
}

/** Whether the current row has the field; the reader then shows it. */
function locate(frame: Frame, { slot, reader }: Field): boolean {
  const row = frame.slots[slot] as RowSlot;
  return row.present && reader.locate(row) !== FIELD_NULL;
}

/** `bytes[start, end)`, at most four, as a big-endian number. */
function wordOf(bytes: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let at = start; at < end; at++) word = (word << 8) | (bytes[at] as number);
  return word >>> 0;
}

class FieldCount implements AggregateState {
  readonly #field: Field;
  #count = 0;

  constructor(field: Field) {
    this.#field = field;
  }

  add(frame: Frame): void {
    if (locate(frame, this.#field)) this.#count++;
  }

  result(): Value {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

const scratch = new Uint8Array(8);

class FieldExtreme implements AggregateState {
  readonly #field: Field;
  readonly #codec: FieldCodec;
  readonly #sign: 1 | -1;
  /** The best field's first bytes (up to four) and the rest. */
  #high = -1;
  #low = 0;
  #size = 0;

  constructor(field: Field, codec: FieldCodec, sign: 1 | -1) {
    this.#field = field;
    this.#codec = codec;
    this.#sign = sign;
  }

  add(frame: Frame): void {
    if (!locate(frame, this.#field)) return;
    const { bytes, start, end } = this.#field.reader;
    const middle = end - start > 4 ? start + 4 : end;
    const high = wordOf(bytes, start, middle);
    const low = wordOf(bytes, middle, end);
    if (this.#high >= 0) {
      const order = high === this.#high ? low - this.#low : high - this.#high;
      if (order * this.#sign <= 0) return;
    }
    this.#high = high;
    this.#low = low;
    this.#size = end - start;
  }

  result(): Value {
    if (this.#high < 0) return null;
    const size = this.#size;
    const middle = Math.min(4, size);
    for (let at = 0; at < size; at++) {
      const shift = at < middle ? 8 * (middle - 1 - at) : 8 * (size - 1 - at);
      scratch[at] = (at < middle ? this.#high : this.#low) >>> shift;
    }
    return this.#codec.decode(scratch, 0, size);
  }

  reset(): void {
    this.#high = -1;
  }
}
