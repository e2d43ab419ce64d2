/** Whether two stored rows are the same: an UPDATE that changes nothing changes no row. */
import { DateTime } from "../../values/datetime.ts";
import { Decimal } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import { jsonToText } from "../../values/json-print.ts";
import type { Value } from "../../values/value.ts";

export function sameRow(left: readonly Value[], right: readonly Value[]): boolean {
  for (let at = 0; at < left.length; at++) {
    if (!sameStoredValue(left[at] as Value, right[at] as Value)) return false;
  }
  return true;
}

export function sameStoredValue(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return false;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  if (left instanceof Decimal)
    return right instanceof Decimal && left.digits === right.digits && left.scale === right.scale;
  if (left instanceof DateTime) {
    return (
      right instanceof DateTime &&
      left.year === right.year &&
      left.month === right.month &&
      left.day === right.day &&
      left.hour === right.hour &&
      left.minute === right.minute &&
      left.second === right.second &&
      left.microsecond === right.microsecond
    );
  }
  return jsonToText(left as JsonValue) === jsonToText(right as JsonValue);
}
