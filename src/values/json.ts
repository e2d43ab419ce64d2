/**
 * The tree of a JSON document with MySQL's types. JSON's own null is a value of its own (`kind: "null"`), distinct
 * from SQL NULL. Objects keep MySQL's key order: by length in bytes, then by bytes.
 */
import type { DateTime } from "./datetime.ts";
import type { Decimal } from "./decimal.ts";

export type JsonValue =
  | JsonNull
  | JsonBoolean
  | JsonInteger
  | JsonDouble
  | JsonDecimal
  | JsonString
  | JsonArray
  | JsonObject
  | JsonTemporal
  | JsonTime
  | JsonOpaque;

export interface JsonNull {
  readonly kind: "null";
}
export interface JsonBoolean {
  readonly kind: "boolean";
  readonly value: boolean;
}
/** `unsigned` values print the same; JSON_TYPE tells them apart. Value is canonical (number when safe). */
export interface JsonInteger {
  readonly kind: "integer" | "unsigned";
  readonly value: number | bigint;
}
export interface JsonDouble {
  readonly kind: "double";
  readonly value: number;
}
export interface JsonDecimal {
  readonly kind: "decimal";
  readonly value: Decimal;
}
export interface JsonString {
  readonly kind: "string";
  readonly value: string;
}
export interface JsonArray {
  readonly kind: "array";
  readonly items: readonly JsonValue[];
}
export interface JsonObject {
  readonly kind: "object";
  /** In MySQL's key order (see {@link jsonObject}). */
  readonly members: ReadonlyMap<string, JsonValue>;
}
export interface JsonTemporal {
  readonly kind: "date" | "datetime" | "timestamp";
  readonly value: DateTime;
}
export interface JsonTime {
  readonly kind: "time";
  /** signed microseconds */
  readonly value: number;
}
/** A binary string, BIT or geometry put into a document; prints as "base64:type15:…". */
export interface JsonOpaque {
  readonly kind: "opaque";
  /** the protocol's type code: 15 VARCHAR, 16 BIT, 252 BLOB … */
  readonly typeCode: number;
  readonly bytes: Uint8Array;
}

export const JSON_NULL: JsonNull = { kind: "null" };
export const JSON_TRUE: JsonBoolean = { kind: "boolean", value: true };
export const JSON_FALSE: JsonBoolean = { kind: "boolean", value: false };

/** MySQL's order of object keys: shorter (in UTF-8 bytes) first, then byte by byte. */
function compareJsonKeys(left: string, right: string): number {
  const leftBytes = Buffer.from(left, "utf8");
  const rightBytes = Buffer.from(right, "utf8");
  return leftBytes.length - rightBytes.length || Buffer.compare(leftBytes, rightBytes);
}

/** An object of these members; of equal keys the last one wins. */
export function jsonObject(members: Iterable<readonly [string, JsonValue]>): JsonObject {
  const last = new Map(members);
  const keys = [...last.keys()];
  const sorted = keys.length < 2 ? keys : keys.sort(compareJsonKeys);
  return {
    kind: "object",
    members: new Map(sorted.map((key) => [key, last.get(key) as JsonValue])),
  };
}

/** An integer value; `unsigned` only matters above the signed range. */
export function jsonInteger(value: number | bigint): JsonInteger {
  return {
    kind: typeof value === "bigint" && value > 9223372036854775807n ? "unsigned" : "integer",
    value,
  };
}

export function jsonString(value: string): JsonString {
  return { kind: "string", value };
}
