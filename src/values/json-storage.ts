/**
 * How a JSON document is stored: its canonical text (json-text.ts), which a result row can copy as it is. A document with
 * values that JSON text cannot tell apart (DECIMAL, temporal, opaque, unsigned) begins with JSON_TYPED_MARK; in it such a
 * value is written as mark, type letter, payload, mark. Plain JSON text holds no control characters, so the mark is free.
 */
import { formatDateTime, formatTime } from "./datetime.ts";
import { parseDecimalPrefix } from "./decimal.ts";
import { readFixedDateTime, readFixedTime } from "./fixed-temporal-text.ts";
import { JSON_NULL, type JsonOpaque, type JsonTemporal, type JsonValue } from "./json.ts";
import { parseJson } from "./json-parse.ts";
import { printJson } from "./json-print.ts";

export const JSON_TYPED_MARK = 0x02;
const MARK = "\u0002";
/** An integer above this is unsigned by its text alone. */
const MAX_SIGNED = 9223372036854775807n;

/** The stored text of a document. */
export function encodeStoredJson(value: JsonValue): string {
  if (!hasTyped(value)) return printJson(value);
  return MARK + printJson(value, printTyped);
}

/** The document of a stored text. */
export function decodeStoredJson(text: string): JsonValue {
  return text.charCodeAt(0) === JSON_TYPED_MARK ? parseJson(text.slice(1), { readTyped }) : parseJson(text);
}

function hasTyped(value: JsonValue): boolean {
  switch (value.kind) {
    case "array":
      return value.items.some(hasTyped);
    case "object":
      for (const member of value.members.values()) if (hasTyped(member)) return true;
      return false;
    case "unsigned":
      return value.value <= MAX_SIGNED;
    case "decimal":
    case "date":
    case "datetime":
    case "timestamp":
    case "time":
    case "opaque":
      return true;
    default:
      return false;
  }
}

const TEMPORAL_LETTER = { date: "D", datetime: "T", timestamp: "S" } as const;

/** The stored form of a typed scalar; undefined for those that JSON text tells. */
function printTyped(value: JsonValue): string | undefined {
  switch (value.kind) {
    case "unsigned":
      return value.value <= MAX_SIGNED ? `${MARK}u${value.value}${MARK}` : undefined;
    case "decimal":
      return `${MARK}d${value.value.toString()}${MARK}`;
    case "date":
    case "datetime":
    case "timestamp":
      return `${MARK}${TEMPORAL_LETTER[value.kind]}${formatDateTime(value.value, 6)}${MARK}`;
    case "time":
      return `${MARK}t${formatTime(value.value, 6)}${MARK}`;
    case "opaque":
      return `${MARK}o${value.typeCode}:${Buffer.from(value.bytes).toString("base64")}${MARK}`;
    default:
      return undefined;
  }
}

/** Reads what {@link printTyped} wrote at `at` (where the mark is); gives the value and where the text goes on. */
function readTyped(text: string, at: number): { readonly value: JsonValue; readonly end: number } {
  const close = text.indexOf(MARK, at + 1);
  const payload = text.slice(at + 2, close);
  return { value: typedValue(text[at + 1] ?? "", payload), end: close + 1 };
}

function typedValue(letter: string, payload: string): JsonValue {
  switch (letter) {
    case "u":
      return { kind: "unsigned", value: payload.length < 16 ? Number(payload) : BigInt(payload) };
    case "d":
      return { kind: "decimal", value: parseDecimalPrefix(payload).value };
    case "D":
      return temporal("date", payload);
    case "T":
      return temporal("datetime", payload);
    case "S":
      return temporal("timestamp", payload);
    case "t":
      return { kind: "time", value: readFixedTime(payload) };
    case "o":
      return opaque(payload);
    default:
      return JSON_NULL;
  }
}

function temporal(kind: JsonTemporal["kind"], payload: string): JsonTemporal {
  return { kind, value: readFixedDateTime(payload) };
}

function opaque(payload: string): JsonOpaque {
  const colon = payload.indexOf(":");
  return {
    kind: "opaque",
    typeCode: Number(payload.slice(0, colon)),
    bytes: Buffer.from(payload.slice(colon + 1), "base64"),
  };
}
