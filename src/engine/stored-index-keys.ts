/** Keys of an index's entries, made of rows as they are stored: fields become parts of a key without becoming values between. */
import { assert } from "../base/assert.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import {
  FIELD_INLINE,
  FIELD_NULL,
  type FieldReader,
  type ReadBlob,
  type RowCodec,
} from "../tables/row-codec.ts";
import type { IndexDefinition } from "../tables/schema.ts";
import { FieldWriter } from "../values/codec/field-writer.ts";
import type { KeyCodec } from "../values/codec/key-codec.ts";
import type { Value } from "../values/value.ts";

interface StoredPart {
  readonly codec: KeyCodec;
  /** Undefined: all rows have the constant. */
  readonly reader: FieldReader | undefined;
  readonly constant: Value;
}

/** The key written last is `writer.bytes[0, writer.size)`. */
export class StoredIndexKeys {
  readonly writer: FieldWriter = new FieldWriter();
  readonly #parts: readonly StoredPart[];
  readonly #unique: boolean;

  /** `rows` has the rows as they are, `codec` the index, by its number as in row-codec.ts. */
  constructor(rows: RowCodec, codec: RowCodec, index: number) {
    const { columns, indexes } = codec.schema;
    const definition = indexes[index - 1] as IndexDefinition;
    const codecs = codec.keyCodecs(index);
    this.#unique = definition.kind === "unique";
    this.#parts = definition.parts.map(({ columnId }, at) => {
      const part = codecs[at];
      assert(part !== undefined, "each part has a codec");
      const from = rows.schema.columns.findIndex(({ id }) => id === columnId);
      // A new column has the value that older rows are to show.
      const constant = columns.find(({ id }) => id === columnId)?.absentValue ?? null;
      return { codec: part, reader: from < 0 ? undefined : rows.fieldReader(from), constant };
    });
  }

  /** Writes the key of a row's entry. True when no other row may have the same parts. */
  write(row: TupleSlot, readBlob: ReadBlob): boolean {
    const { writer } = this;
    const parts = this.#parts;
    writer.reset();
    let hasNull = false;
    for (let at = 0; at < parts.length; at++) {
      const { codec, reader, constant } = parts[at] as StoredPart;
      const state = reader === undefined ? FIELD_NULL : reader.locate(row);
      if (reader !== undefined && state === FIELD_INLINE && reader.encoding === "field") {
        codec.encodeField(reader.bytes, reader.start, reader.end, writer);
        continue;
      }
      const value = reader === undefined ? constant : reader.read(row, readBlob);
      if (value === null) hasNull = true;
      codec.encode(value, writer);
    }
    writer.writeBytes(row.keyBytes, row.keyStart, row.keyEnd);
    return this.#unique && !hasNull;
  }
}
