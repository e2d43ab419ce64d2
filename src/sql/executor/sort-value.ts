/**
 * Sort and group keys: values turned into numbers, bigints or strings that JavaScript's `<` orders as SQL orders the
 * values of their type, and that are equal exactly when SQL says so.
 */
import { type DateTime, dateTimeToNumber } from "../../values/datetime.ts";
import { type Decimal, powerOfTen } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import { jsonToText } from "../../values/json-print.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import { collationKey } from "../expression/value-order.ts";

export type SortValue = null | number | bigint | string;
export type ToSortValue = (value: Value) => SortValue;

/** Values of these types already are what they sort by. */
const asIs: ToSortValue = (value) => value as SortValue;

export function toSortValue(type: SqlType): ToSortValue {
  switch (type.kind) {
    case "string": {
      const key = collationKey(type.collation);
      return (value) => (value === null ? null : key(value as string));
    }
    case "binary":
    case "geometry":
      return (value) => (value === null ? null : Buffer.from(value as Uint8Array).toString("latin1"));
    case "decimal":
      return decimalSortValue(type.scale);
    case "date":
      return (value) => (value === null ? null : dateTimeToNumber(value as DateTime));
    case "datetime":
    case "timestamp":
      return type.fraction === 0
        ? (value) => (value === null ? null : dateTimeToNumber(value as DateTime))
        : (value) => (value === null ? null : dateTimeSortText(value as DateTime));
    case "json":
      return (value) => (value === null ? null : jsonToText(value as JsonValue));
    default:
      return asIs;
  }
}

function dateTimeSortText(value: DateTime): string {
  return `${String(dateTimeToNumber(value)).padStart(14, "0")}${String(value.microsecond).padStart(6, "0")}`;
}

/** Digits at one common scale. A value with more digits than its type says (there is none in stored data) rounds
 *  nothing away: the scale is then raised for it alone by a fraction that keeps the order. */
function decimalSortValue(scale: number): ToSortValue {
  return (value) => {
    if (value === null) return null;
    const { digits, scale: own } = value as Decimal;
    if (own === scale) return digits;
    if (own < scale) {
      const scaled = BigInt(digits) * powerOfTen(scale - own);
      return scaled >= -9007199254740991n && scaled <= 9007199254740991n ? Number(scaled) : scaled;
    }
    return Number(digits) / 10 ** (own - scale);
  };
}
