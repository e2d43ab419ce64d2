/**
 * The order of JSON values in comparisons: by type precedence (blob … < null < numbers < strings < objects < arrays <
 * booleans < dates < times < datetimes), then by value.
 */
import { compareBytes } from "../../bytes/compare.ts";
import { compareDateTimes } from "../../values/datetime.ts";
import {
  compareDecimals,
  type Decimal,
  decimalFromDouble,
  decimalFromInteger,
} from "../../values/decimal.ts";
import type { JsonObject, JsonValue } from "../../values/json.ts";

const PRECEDENCE: Readonly<Record<JsonValue["kind"], number>> = {
  opaque: 12,
  datetime: 11,
  timestamp: 11,
  time: 10,
  date: 9,
  boolean: 8,
  array: 7,
  object: 6,
  string: 5,
  integer: 4,
  unsigned: 4,
  double: 4,
  decimal: 4,
  null: 1,
};

export function compareJson(left: JsonValue, right: JsonValue): number {
  const byType = PRECEDENCE[left.kind] - PRECEDENCE[right.kind];
  if (byType !== 0) return byType;
  if (PRECEDENCE[left.kind] === 4) return compareNumbers(left, right);
  if (left.kind === "string" && right.kind === "string") return compareText(left.value, right.value);
  if (left.kind === "boolean" && right.kind === "boolean") return Number(left.value) - Number(right.value);
  if (left.kind === "array" && right.kind === "array") return compareArrays(left.items, right.items);
  if (left.kind === "object" && right.kind === "object") return compareObjects(left, right);
  if (left.kind === "opaque" && right.kind === "opaque") return compareBytes(left.bytes, right.bytes);
  if (left.kind === "time" && right.kind === "time") return left.value - right.value;
  if (
    "value" in left &&
    "value" in right &&
    typeof left.value === "object" &&
    typeof right.value === "object"
  ) {
    if ("year" in left.value && "year" in right.value) return compareDateTimes(left.value, right.value);
  }
  return 0;
}

function compareText(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left, "utf8"), Buffer.from(right, "utf8"));
}

function compareNumbers(left: JsonValue, right: JsonValue): number {
  if (left.kind !== "decimal" && right.kind !== "decimal" && "value" in left && "value" in right) {
    const a = left.value as number | bigint;
    const b = right.value as number | bigint;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return compareDecimals(asDecimal(left), asDecimal(right));
}

function asDecimal(value: JsonValue): Decimal {
  if (value.kind === "decimal") return value.value;
  if (value.kind === "double") return decimalFromDouble(value.value);
  return decimalFromInteger(value.kind === "integer" || value.kind === "unsigned" ? value.value : 0);
}

function compareArrays(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    const order = compareJson(left[i] as JsonValue, right[i] as JsonValue);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareObjects(left: JsonObject, right: JsonObject): number {
  if (left.members.size !== right.members.size) return left.members.size - right.members.size;
  const rightEntries = [...right.members];
  let at = 0;
  for (const [key, value] of left.members) {
    const [rightKey, rightValue] = rightEntries[at++] as [string, JsonValue];
    const order = compareText(key, rightKey) || compareJson(value, rightValue);
    if (order !== 0) return order;
  }
  return 0;
}
