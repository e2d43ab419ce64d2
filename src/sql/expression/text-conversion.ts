/** Any value as text, or as bytes, the way MySQL's expressions print it. */
import { encodeText } from "../../values/charset.ts";
import { type DateTime, formatDate, formatDateTime, formatTime } from "../../values/datetime.ts";
import { type Decimal, formatDecimal, roundDecimal } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import { printJson } from "../../values/json-print.ts";
import { formatDouble, formatFixed, formatFloat } from "../../values/number-text.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { BoundBase } from "../binder/bound-expression.ts";

/** One character per byte. */
export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

export function latinToBytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

function utf8ToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function utf8ToBytes(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

/** The text of `value`, which is of `of`'s type. Binary strings are read as UTF-8. */
export function valueToText(value: Exclude<Value, null>, of: BoundBase): string {
  const { type } = of;
  switch (type.kind) {
    case "integer":
      return type.zerofill ? String(value).padStart(type.displayWidth ?? 10, "0") : String(value);
    case "float":
      return floatText(value as number, type, of.decimals);
    case "decimal": {
      const decimal = value as Decimal;
      const text = formatDecimal(decimal.scale === type.scale ? decimal : roundDecimal(decimal, type.scale));
      return type.zerofill ? text.padStart(type.precision + (type.scale > 0 ? 1 : 0), "0") : text;
    }
    case "string":
      return value as string;
    case "binary":
    case "geometry":
      return utf8ToText(value as Uint8Array);
    case "bit":
      return bytesToText(bitBytes(value as number | bigint, type.width));
    case "enum":
      return value === 0 ? "" : (type.members[(value as number) - 1] ?? "");
    case "set":
      return setText(value as number | bigint, type.members);
    case "date":
      return formatDate(value as DateTime);
    case "datetime":
    case "timestamp":
      return formatDateTime(value as DateTime, type.fraction);
    case "time":
      return formatTime(value as number, type.fraction);
    case "year":
      return String(value).padStart(4, "0");
    case "json":
      return printJson(value as JsonValue);
    case "null":
      return "";
  }
}

function floatText(value: number, type: SqlType & { kind: "float" }, decimals: number | undefined): string {
  const fixed = decimals ?? type.scale;
  if (fixed !== undefined && fixed < 31) return formatFixed(value, fixed);
  return type.name === "float" ? formatFloat(value) : formatDouble(value);
}

function setText(value: number | bigint, members: readonly string[]): string {
  const bits = BigInt(value);
  return members.filter((_, at) => (bits >> BigInt(at)) & 1n).join(",");
}

function bitBytes(value: number | bigint, width: number): Uint8Array {
  const size = (width + 7) >> 3;
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

/** The value as a byte string: text in its character set. */
export function textToBytes(value: Exclude<Value, null>, of: BoundBase): Uint8Array {
  if (of.type.kind === "binary" || of.type.kind === "geometry") return value as Uint8Array;
  if (of.type.kind === "bit") return bitBytes(value as number | bigint, of.type.width);
  const text = valueToText(value, of);
  const { type } = of;
  if (type.kind === "string" && type.charset !== "utf8mb4" && type.charset !== "utf8mb3") {
    return encodeText(text, type.charset);
  }
  return utf8ToBytes(text);
}
