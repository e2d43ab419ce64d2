/** Assignment to string, binary, enum, set, JSON and geometry columns. */
import {
  characterCount,
  decodeText,
  encodedLength,
  escapedBytes,
  findMalformed,
  findUnencodable,
} from "../charset.ts";
import { collationByName } from "../collation.ts";
import { canonicalInteger, decimalToInteger } from "../decimal.ts";
import { checkStoredGeometry } from "../geometry-check.ts";
import type { JsonValue } from "../json.ts";
import { JsonTextError, parseJson } from "../json-parse.ts";
import { sqlError } from "../sql-error.ts";
import type { BinaryType, EnumType, GeometryType, SetType, SqlType, StringType } from "../sql-type.ts";
import type { SqlInteger, Value } from "../value.ts";
import { exactNumber, sourceText } from "./source-value.ts";
import {
  dataTruncated,
  incorrectValue,
  noteTruncated,
  type StoreContext,
  type StoreTarget,
  storeProblem,
} from "./store-context.ts";

type Stored = Exclude<Value, null>;

export function storeString(
  value: Stored,
  from: SqlType,
  to: StringType,
  target: StoreTarget,
  context: StoreContext,
): string {
  const text =
    from.kind === "binary" || from.kind === "bit" || from.kind === "geometry"
      ? textOfBytes(value, from, to, target, context)
      : sourceText(value, from);
  const held = heldText(text, to, target, context);
  if (to.name !== "char" && to.name !== "varchar") return fitBytes(held, to, target, context);
  const trimmed = to.name === "char" ? withoutTrailingSpaces(held) : held;
  if (trimmed.length <= to.length || characterCount(trimmed) <= to.length) return trimmed;
  const kept = firstCharacters(trimmed, to.length);
  if (/^ *$/.test(trimmed.slice(kept.length))) {
    noteTruncated(context, target);
    return kept;
  }
  tooLong(context, target);
  return to.name === "char" ? withoutTrailingSpaces(kept) : kept;
}

function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** 1406 under strict mode, else the 1265 warning. */
function tooLong(context: StoreContext, target: StoreTarget): void {
  if (context.strict) storeProblem(context, "ER_DATA_TOO_LONG", target.name, context.rowNumber);
  else dataTruncated(context, target);
}

function firstCharacters(text: string, count: number): string {
  let at = 0;
  for (let left = count; left > 0 && at < text.length; left--)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, at);
}

/** Bytes put into a text column are text in its character set. */
function textOfBytes(
  value: Stored,
  from: SqlType,
  to: StringType,
  target: StoreTarget,
  context: StoreContext,
): string {
  const bytes = from.kind === "bit" ? Buffer.from(sourceText(value, from), "latin1") : (value as Uint8Array);
  const bad = findMalformed(bytes, to.charset);
  if (bad < 0) return decodeText(bytes, to.charset);
  incorrectValue(context, target, "string", escapedBytes(bytes.subarray(bad)));
  return decodeText(bytes.subarray(0, bad), to.charset);
}

/** Under strict mode a character that the column's set does not hold is an error; else it becomes `?`. */
function heldText(
  text: string,
  to: StringType | EnumType | SetType,
  target: StoreTarget,
  context: StoreContext,
): string {
  const bad = findUnencodable(text, to.charset);
  if (bad < 0) return text;
  incorrectValue(context, target, "string", escapedBytes(Buffer.from(text.slice(bad), "utf8")));
  let replaced = "";
  for (const character of text) replaced += findUnencodable(character, to.charset) < 0 ? character : "?";
  return replaced;
}

/** The TEXT types are limited in bytes. */
function fitBytes(text: string, to: StringType, target: StoreTarget, context: StoreContext): string {
  if (text.length * 4 <= to.length || encodedLength(text, to.charset) <= to.length) return text;
  let kept = "";
  let size = 0;
  for (const character of text) {
    size += encodedLength(character, to.charset);
    if (size > to.length) break;
    kept += character;
  }
  if (/^ *$/.test(text.slice(kept.length))) noteTruncated(context, target);
  else tooLong(context, target);
  return kept;
}

export function storeBinary(
  value: Stored,
  from: SqlType,
  to: BinaryType,
  target: StoreTarget,
  context: StoreContext,
): Uint8Array {
  let bytes: Uint8Array;
  if (from.kind === "binary" || from.kind === "geometry") bytes = value as Uint8Array;
  else if (from.kind === "bit") bytes = Buffer.from(sourceText(value, from), "latin1");
  else bytes = Buffer.from(sourceText(value, from), "utf8");
  if (bytes.length > to.length) {
    tooLong(context, target);
    bytes = bytes.subarray(0, to.length);
  }
  if (to.name !== "binary" || bytes.length === to.length) return bytes;
  const padded = new Uint8Array(to.length);
  padded.set(bytes);
  return padded;
}

/** Member look-up ignores trailing spaces and follows the column's collation. */
function memberIndex(text: string, to: EnumType | SetType): number {
  const collation = collationByName(to.collation);
  const wanted = text.replace(/ +$/, "");
  return to.members.findIndex((member) => member === wanted || collation.compare(member, wanted) === 0);
}

export function storeEnum(
  value: Stored,
  from: SqlType,
  to: EnumType,
  target: StoreTarget,
  context: StoreContext,
): number {
  const number = from.kind === "enum" ? undefined : wholeNumber(value, from);
  if (number !== undefined) {
    if (number >= 1 && number <= to.members.length) return Number(number);
    dataTruncated(context, target);
    return 0;
  }
  const text = sourceText(value, from);
  const index = memberIndex(text, to);
  if (index >= 0) return index + 1;
  // Text that is the number of a member names it, as in a dump of numbers.
  const asNumber = WHOLE_NUMBER.test(text) ? Number(text) : -1;
  if (asNumber >= 0 && asNumber <= to.members.length) return asNumber + 0;
  dataTruncated(context, target);
  return 0;
}

const WHOLE_NUMBER = /^[+-]?\d+$/;

/** Number-like sources as whole numbers; undefined for text, temporal values and JSON. */
function wholeNumber(value: Stored, from: SqlType): SqlInteger | undefined {
  switch (from.kind) {
    case "integer":
    case "bit":
    case "year":
    case "decimal":
    case "set": {
      const exact = exactNumber(value, from);
      return exact === undefined ? undefined : clampBits(decimalToInteger(exact, "truncate"));
    }
    case "float":
      return Number.isFinite(value)
        ? clampBits(canonicalInteger(BigInt(Math.trunc(value as number))))
        : undefined;
    default:
      return undefined;
  }
}

/** Numbers beyond 64 bits are the greatest. */
function clampBits(value: SqlInteger): SqlInteger {
  if (value > 18446744073709551615n) return 9223372036854775807n;
  return value < -9223372036854775808n ? -9223372036854775808n : value;
}

export function storeSet(
  value: Stored,
  from: SqlType,
  to: SetType,
  target: StoreTarget,
  context: StoreContext,
): SqlInteger {
  const all = 2n ** BigInt(to.members.length) - 1n;
  const number = from.kind === "set" ? undefined : wholeNumber(value, from);
  if (number !== undefined) return setOfNumber(BigInt(number), all, target, context);
  const text = sourceText(value, from);
  let bits = 0n;
  let unknown = false;
  for (const part of text === "" ? [] : text.split(",")) {
    const index = memberIndex(part, to);
    if (index >= 0) bits |= 1n << BigInt(index);
    else unknown = true;
  }
  if (unknown) {
    const asNumber = WHOLE_NUMBER.test(text) ? BigInt(text.replace("+", "")) : -1n;
    if (asNumber >= 0n && asNumber <= all) return canonicalSet(asNumber);
    dataTruncated(context, target);
  }
  return canonicalSet(bits);
}

function setOfNumber(number: bigint, all: bigint, target: StoreTarget, context: StoreContext): SqlInteger {
  const bits = number < 0n ? number + 2n ** 64n : number;
  if (bits <= all) return canonicalSet(bits);
  dataTruncated(context, target);
  return canonicalSet(bits & all);
}

function canonicalSet(bits: bigint): SqlInteger {
  return bits <= 9007199254740991n ? Number(bits) : bits;
}

export function storeJson(value: Stored, from: SqlType, target: StoreTarget): JsonValue {
  switch (from.kind) {
    case "json":
      return value as JsonValue;
    case "string":
    case "enum":
    case "set":
      return parseForColumn(sourceText(value, from), target);
    case "binary":
    case "bit":
    case "geometry":
      throw sqlError("ER_INVALID_JSON_CHARSET", "binary");
    default:
      throw sqlError("ER_INVALID_JSON_TEXT", "not a JSON text, may need CAST", 0, target.name);
  }
}

function parseForColumn(text: string, target: StoreTarget): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonTextError)
      throw sqlError("ER_INVALID_JSON_TEXT", error.reason, error.position, target.name);
    throw error;
  }
}

const BYTES: BinaryType = { kind: "binary", name: "longblob", length: 4294967295 };

export function storeGeometry(
  value: Stored,
  from: SqlType,
  to: GeometryType,
  target: StoreTarget,
): Uint8Array {
  // The bytes of a text literal may be a geometry: dumps write it so, and by chance they may be well-formed UTF-8.
  if (from.kind === "string") return storeGeometry(Buffer.from(value as string, "utf8"), BYTES, to, target);
  if (from.kind !== "binary" && from.kind !== "geometry") throw sqlError("ER_CANT_CREATE_GEOMETRY_OBJECT");
  const bytes = value as Uint8Array;
  checkStoredGeometry(bytes, to, target.name);
  return bytes;
}
