/**
 * MySQL's assignment rules: any value into any column type. What does not fit is an error under strict mode; else it is
 * clipped, cut or zeroed with a warning. Texts and numbers of errors and warnings are MySQL's.
 *
 * TIMESTAMP values are in the session's time zone on both sides; the SQL layer turns them into UTC for storage. NULL
 * passes through: whether the column takes it is for the caller to settle (1048).
 */
import { unreachable } from "../../base/assert.ts";
import type { SqlType } from "../sql-type.ts";
import type { Value } from "../value.ts";
import type { StoreContext, StoreTarget } from "./store-context.ts";
import { storeBit, storeDecimal, storeFloat, storeInteger, storeYear } from "./to-number.ts";
import { storeDateTime, storeTime } from "./to-temporal.ts";
import { storeBinary, storeEnum, storeGeometry, storeJson, storeSet, storeString } from "./to-text.ts";

/** The value that a column of type `to` holds after `value` (of type `from`) was assigned to it. */
export function convertForStore(
  value: Value,
  from: SqlType,
  to: SqlType,
  target: StoreTarget,
  context: StoreContext,
): Value {
  if (value === null || from.kind === "null") return null;
  switch (to.kind) {
    case "integer":
      return storeInteger(value, from, to, target, context);
    case "decimal":
      return storeDecimal(value, from, to, target, context);
    case "float":
      return storeFloat(value, from, to, target, context);
    case "bit":
      return storeBit(value, from, to, target, context);
    case "year":
      return storeYear(value, from, target, context);
    case "string":
      return storeString(value, from, to, target, context);
    case "binary":
      return storeBinary(value, from, to, target, context);
    case "enum":
      return storeEnum(value, from, to, target, context);
    case "set":
      return storeSet(value, from, to, target, context);
    case "date":
    case "datetime":
    case "timestamp":
      return storeDateTime(value, from, to, target, context);
    case "time":
      return storeTime(value, from, to, target, context);
    case "json":
      return storeJson(value, from, target);
    case "geometry":
      return storeGeometry(value, from, to, target);
    case "null":
      return null;
    default:
      return unreachable(to);
  }
}
