/**
 * Readers: an evaluator plus the conversion its context asks for, chosen once from the static type. A reader gives
 * NULL for NULL. Lossy conversions of text raise warning 1292 (an error in a strict data change), as in MySQL.
 */
import { type DateTime, dateOf } from "../../values/datetime.ts";
import { type Decimal, decimalFromInteger } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { BoundBase, BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { parseJsonDocument, valueToJson } from "./json-conversion.ts";
import { bytesToInteger, valueToDecimal, valueToDouble, valueToInteger } from "./number-conversion.ts";
import { valueToDateTime, valueToTime } from "./temporal-conversion.ts";
import { bytesToText, textToBytes, valueToText } from "./text-conversion.ts";

export type Read<T> = (frame: Frame) => T | null;

/** See {@link ArgumentValues} of function-definition.ts. */
export type ArgumentKind =
  | "text"
  | "latin"
  | "bytes"
  | "integer"
  | "count"
  | "double"
  | "decimal"
  | "datetime"
  | "date"
  | "calendar"
  | "time"
  | "json"
  | "document"
  | "boolean";

type Typed = BoundBase | BoundExpression;

/** The numeric reading of a binary literal, or undefined when `of` is none. */
function readBinaryLiteral(of: Typed, evaluate: Evaluator): Read<SqlInteger> | undefined {
  if (of.binaryLiteral !== true) return undefined;
  return (frame) => bytesToInteger(evaluate(frame) as Uint8Array);
}

export function readDouble(of: Typed, evaluate: Evaluator): Read<number> {
  const { type } = of;
  const literal = readBinaryLiteral(of, evaluate);
  if (literal !== undefined) return (frame) => Number(literal(frame));
  if (type.kind === "float" || type.kind === "year") return evaluate as Read<number>;
  return (frame) => {
    const value = evaluate(frame);
    if (value === null || (typeof value === "number" && type.kind === "integer"))
      return value as number | null;
    return valueToDouble(value, type, frame.context);
  };
}

export function readInteger(of: Typed, evaluate: Evaluator): Read<SqlInteger> {
  const { type } = of;
  const literal = readBinaryLiteral(of, evaluate);
  if (literal !== undefined) return literal;
  if (
    type.kind === "integer" ||
    type.kind === "year" ||
    type.kind === "bit" ||
    type.kind === "enum" ||
    type.kind === "set"
  ) {
    return evaluate as Read<SqlInteger>;
  }
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToInteger(value, type, frame.context);
  };
}

const COUNT_MAX = Number.MAX_SAFE_INTEGER;

function readCount(of: Typed, evaluate: Evaluator): Read<number> {
  const read = readInteger(of, evaluate);
  return (frame) => {
    const value = read(frame);
    return typeof value === "bigint" ? (value < 0n ? -COUNT_MAX : COUNT_MAX) : value;
  };
}

export function readDecimal(of: Typed, evaluate: Evaluator): Read<Decimal> {
  const { type } = of;
  if (type.kind === "decimal") return evaluate as Read<Decimal>;
  const literal = readBinaryLiteral(of, evaluate);
  if (literal !== undefined) return (frame) => decimalFromInteger(literal(frame) ?? 0);
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToDecimal(value, type, frame.context);
  };
}

export function readText(of: Typed, evaluate: Evaluator): Read<string> {
  const { type } = of;
  if (type.kind === "string") return evaluate as Read<string>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToText(value, of);
  };
}

export function readBytes(of: Typed, evaluate: Evaluator): Read<Uint8Array> {
  const { type } = of;
  if (type.kind === "binary" || type.kind === "geometry") return evaluate as Read<Uint8Array>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : textToBytes(value, of);
  };
}

/** Bytes as a string of one character per byte. */
function readLatin(of: Typed, evaluate: Evaluator): Read<string> {
  const read = readBytes(of, evaluate);
  return (frame) => {
    const bytes = read(frame);
    return bytes === null ? null : bytesToText(bytes);
  };
}

/** As a date and time; unreadable text is NULL with warning 1292. */
export function readDateTime(of: Typed, evaluate: Evaluator, asDate = false): Read<DateTime> {
  const { type } = of;
  if (type.kind === "date" || type.kind === "datetime" || type.kind === "timestamp")
    return evaluate as Read<DateTime>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null
      ? null
      : valueToDateTime(value, type, { context: frame.context, comparing: undefined, asDate });
  };
}

/** As {@link readDateTime} in a comparison: unreadable text is error 1525 there, naming the other side's type. */
export function readComparedDateTime(of: Typed, evaluate: Evaluator, name = "DATETIME"): Read<DateTime> {
  const { type } = of;
  if (type.kind === "date" || type.kind === "datetime" || type.kind === "timestamp")
    return evaluate as Read<DateTime>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToDateTime(value, type, { context: frame.context, comparing: name });
  };
}

function readDate(of: Typed, evaluate: Evaluator): Read<DateTime> {
  const read = readDateTime(of, evaluate);
  return (frame) => {
    const value = read(frame);
    return value === null ? null : dateOf(value);
  };
}

export function readTime(of: Typed, evaluate: Evaluator): Read<number> {
  const { type } = of;
  if (type.kind === "time") return evaluate as Read<number>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToTime(value, type, frame.context);
  };
}

/** Any value as JSON; text becomes a JSON string, 1 and 0 of conditions true and false. */
export function readJson(of: Typed, evaluate: Evaluator): Read<JsonValue> {
  const { type } = of;
  if (type.kind === "json") return evaluate as Read<JsonValue>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToJson(value, of);
  };
}

/** A JSON document: text is parsed (3140, 3141 when it is not one). */
export function readDocument(
  of: Typed,
  evaluate: Evaluator,
  argument = 1,
  functionName = "json_extract",
): Read<JsonValue> {
  const { type } = of;
  if (type.kind === "json") return evaluate as Read<JsonValue>;
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : parseJsonDocument(value, of, { argument, functionName });
  };
}

/** Three-valued truth: not zero. */
export function truthReader(of: Typed, evaluate: Evaluator): Read<boolean> {
  const { type } = of;
  const literal = readBinaryLiteral(of, evaluate);
  if (literal !== undefined) return (frame) => literal(frame) !== 0;
  if (type.kind === "integer" || type.kind === "float" || type.kind === "year") {
    return (frame) => {
      const value = evaluate(frame);
      return value === null ? null : value !== 0;
    };
  }
  if (type.kind === "decimal") {
    return (frame) => {
      const value = evaluate(frame) as Decimal | null;
      return value === null ? null : value.digits !== 0;
    };
  }
  return (frame) => {
    const value = evaluate(frame);
    return value === null ? null : valueToDouble(value, type, frame.context) !== 0;
  };
}

/** The reader of a kind of argument. */
export function readerOf(kind: ArgumentKind, of: Typed, evaluate: Evaluator): Read<unknown> {
  switch (kind) {
    case "text":
      return readText(of, evaluate);
    case "latin":
      return readLatin(of, evaluate);
    case "bytes":
      return readBytes(of, evaluate);
    case "integer":
      return readInteger(of, evaluate);
    case "count":
      return readCount(of, evaluate);
    case "double":
      return readDouble(of, evaluate);
    case "decimal":
      return readDecimal(of, evaluate);
    case "datetime":
      return readDateTime(of, evaluate);
    case "date":
      return readDate(of, evaluate);
    case "calendar":
      return readDateTime(of, evaluate, true);
    case "time":
      return readTime(of, evaluate);
    case "json":
      return readJson(of, evaluate);
    case "document":
      return readDocument(of, evaluate);
    case "boolean":
      return truthReader(of, evaluate);
  }
}

/** Reads a value as another type's JavaScript form: what CASE, COALESCE and UNION do to their members. */
export function readAs(target: BoundBase["type"], of: Typed, evaluate: Evaluator): Evaluator {
  const from = of.type;
  switch (target.kind) {
    case "integer":
    case "bit":
    case "year":
      return readInteger(of, evaluate) as Evaluator;
    case "float":
      return readDouble(of, evaluate);
    case "decimal":
      return readDecimal(of, evaluate);
    case "string":
      return readText(of, evaluate);
    case "binary":
      return readBytes(of, evaluate);
    case "date":
      return readDate(of, evaluate);
    case "datetime":
    case "timestamp":
      return readDateTime(of, evaluate);
    case "time":
      return readTime(of, evaluate);
    case "json":
      return readJson(of, evaluate);
    default:
      return from.kind === "null" ? (): Value => null : evaluate;
  }
}
