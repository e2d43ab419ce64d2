/**
 * Table schemas as chunks: kind, version, then canonical JSON, so that equal schemas have equal addresses. Canonical
 * means: object keys sorted, nothing that is undefined or `false` by default is left to chance, the time of creation
 * kept out. Literal values are tagged by their JavaScript form.
 */
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import {
  CHUNK_FORMAT_VERSION,
  CHUNK_TABLE_SCHEMA,
  ChunkFormatError,
  checkChunkKind,
} from "../prolly/chunk-kinds.ts";
import { DateTime } from "../values/datetime.ts";
import { Decimal, formatDecimal, parseDecimal } from "../values/decimal.ts";
import { decodeStoredJson, encodeStoredJson } from "../values/json-storage.ts";
import type { Value } from "../values/value.ts";
import type { Column, ColumnDefault, TableSchema } from "./schema.ts";

/** Stores a schema and gives its address. */
export function writeSchema(chunks: ChunkStore, schema: TableSchema): Hash {
  return chunks.putChunk(encodeSchema(schema));
}

export function readSchema(chunks: ChunkReader, address: Hash): TableSchema {
  return decodeSchema(chunks.mustGetChunk(address));
}

export function encodeSchema(schema: TableSchema): Uint8Array {
  const { createdAt: _keptOut, columns, options, ...rest } = schema;
  const stored: StoredSchema = {
    ...rest,
    // Pairs, because the order of the options is the order in which SHOW CREATE TABLE prints them.
    options: Object.entries(options),
    columns: columns.map(storeColumn),
  };
  const text = Buffer.from(JSON.stringify(sortKeys(stored)), "utf8");
  const chunk = new Uint8Array(2 + text.length);
  chunk[0] = CHUNK_TABLE_SCHEMA;
  chunk[1] = CHUNK_FORMAT_VERSION;
  chunk.set(text, 2);
  return chunk;
}

export function decodeSchema(chunk: Uint8Array): TableSchema {
  checkChunkKind(chunk, CHUNK_TABLE_SCHEMA);
  const text = Buffer.from(chunk.buffer, chunk.byteOffset + 2, chunk.length - 2).toString("utf8");
  // The chunk's address is the hash of what encodeSchema wrote, so its shape needs no second check.
  const { columns, options, ...rest } = JSON.parse(text) as StoredSchema;
  return { ...rest, options: Object.fromEntries(options), columns: columns.map(loadColumn) };
}

type StoredSchema = Omit<TableSchema, "columns" | "options" | "createdAt"> & {
  readonly options: readonly (readonly [string, string])[];
  readonly columns: readonly StoredColumn[];
};
type StoredColumn = Omit<Column, "default" | "absentValue"> & {
  readonly default?: StoredDefault;
  readonly absentValue?: StoredValue;
};
type StoredDefault =
  | Exclude<ColumnDefault, { readonly kind: "literal" }>
  | { readonly kind: "literal"; readonly value: StoredValue };
/** null, a number, a string, or a one-letter tag with the text of the value. */
type StoredValue = null | number | string | readonly [tag: "i" | "b" | "d" | "t" | "j", text: string];

function storeColumn({ default: given, absentValue, ...column }: Column): StoredColumn {
  return {
    ...column,
    ...(given === undefined
      ? {}
      : { default: given.kind === "literal" ? { kind: "literal", value: storeValue(given.value) } : given }),
    ...(absentValue === undefined ? {} : { absentValue: storeValue(absentValue) }),
  };
}

function loadColumn({ default: given, absentValue, ...column }: StoredColumn): Column {
  return {
    ...column,
    ...(given === undefined
      ? {}
      : { default: given.kind === "literal" ? { kind: "literal", value: loadValue(given.value) } : given }),
    ...(absentValue === undefined ? {} : { absentValue: loadValue(absentValue) }),
  };
}

function storeValue(value: Value): StoredValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "bigint") return ["i", value.toString()];
  if (value instanceof Uint8Array) return ["b", Buffer.from(value).toString("base64")];
  if (value instanceof Decimal) return ["d", formatDecimal(value)];
  if (value instanceof DateTime) {
    const { year, month, day, hour, minute, second, microsecond } = value;
    return ["t", [year, month, day, hour, minute, second, microsecond].join(" ")];
  }
  return ["j", encodeStoredJson(value)];
}

function loadValue(stored: StoredValue): Value {
  if (stored === null || typeof stored === "number" || typeof stored === "string") return stored;
  const [tag, text] = stored;
  switch (tag) {
    case "i":
      return BigInt(text);
    case "b":
      return new Uint8Array(Buffer.from(text, "base64"));
    case "d": {
      const decimal = parseDecimal(text);
      assert(decimal !== undefined, "a stored decimal reads back");
      return decimal;
    }
    case "t": {
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microsecond = 0] = text
        .split(" ")
        .map(Number);
      return new DateTime(year, month, day, hour, minute, second, microsecond);
    }
    case "j":
      return decodeStoredJson(text);
    default:
      throw new ChunkFormatError(
        "malformed_chunk",
        `a schema holds a value of the unknown form '${String(tag)}'`,
      );
  }
}

/** The same data with every object's keys in order. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}
