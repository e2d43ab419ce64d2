/** Values of any type as what assignments compute with: text, exact numbers, doubles. */
import { unreachable } from "../../base/assert.ts";
import {
  type DateTime,
  dateTimeToNumber,
  dateToNumber,
  formatDate,
  formatDateTime,
  formatTime,
  MICROS_PER_SECOND,
  timeToNumber,
} from "../datetime.ts";
import { type Decimal, decimalFromInteger, decimalOf } from "../decimal.ts";
import type { JsonValue } from "../json.ts";
import { printJson } from "../json-print.ts";
import { formatDouble, formatFixed, formatFloatAsString } from "../number-text.ts";
import type { SqlType } from "../sql-type.ts";
import { zerofillWidth } from "../type-text.ts";
import type { SqlInteger, Value } from "../value.ts";

/** A value's text, as CAST(… AS CHAR) gives it. */
export function sourceText(value: Exclude<Value, null>, type: SqlType): string {
  switch (type.kind) {
    case "integer":
      return type.zerofill ? String(value).padStart(zerofillWidth(type), "0") : String(value);
    case "float":
      return floatText(value as number, type.name, type.scale);
    case "decimal":
      return (value as Decimal).toString();
    case "bit":
      return bitText(value as SqlInteger, type.width);
    case "string":
      return value as string;
    case "binary":
    case "geometry":
      return Buffer.from(value as Uint8Array).toString("latin1");
    case "enum":
      return type.members[(value as number) - 1] ?? "";
    case "set":
      return setText(value as SqlInteger, type.members);
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
    default:
      return unreachable(type);
  }
}

function floatText(value: number, name: "float" | "double", scale: number | undefined): string {
  if (scale !== undefined) return formatFixed(value, scale);
  return name === "float" ? formatFloatAsString(value) : formatDouble(value);
}

/** The members of a SET value, joined by commas. */
function setText(value: SqlInteger, members: readonly string[]): string {
  const bits = BigInt(value);
  return members.filter((_, i) => ((bits >> BigInt(i)) & 1n) === 1n).join(",");
}

function bitText(value: SqlInteger, width: number): string {
  const hex = BigInt(value)
    .toString(16)
    .padStart(((width + 7) >> 3) * 2, "0");
  return Buffer.from(hex, "hex").toString("latin1");
}

/** What a number-like value is as an exact decimal; undefined for text, bytes, doubles and JSON. */
export function exactNumber(value: Exclude<Value, null>, type: SqlType): Decimal | undefined {
  switch (type.kind) {
    case "integer":
    case "bit":
    case "year":
    case "enum":
    case "set":
      return decimalFromInteger(value as SqlInteger);
    case "decimal":
      return value as Decimal;
    case "date":
      return decimalFromInteger(dateToNumber(value as DateTime));
    case "datetime":
    case "timestamp":
      return withFraction(dateTimeToNumber(value as DateTime), (value as DateTime).microsecond, false);
    case "time":
      return timeAsDecimal(value as number);
    default:
      return undefined;
  }
}

function timeAsDecimal(micros: number): Decimal {
  return withFraction(Math.abs(timeToNumber(micros)), Math.abs(micros) % MICROS_PER_SECOND, micros < 0);
}

function withFraction(whole: number, microsecond: number, negative: boolean): Decimal {
  if (microsecond === 0) return decimalFromInteger(negative ? -whole : whole);
  const digits = BigInt(whole) * 1_000_000n + BigInt(microsecond);
  return decimalOf(negative ? -digits : digits, 6);
}
