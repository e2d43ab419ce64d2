/** The values columns get without being given one. */
import { type DateTime, dateTimeFromMicros, ZERO_DATE } from "../../values/datetime.ts";
import { Decimal } from "../../values/decimal.ts";
import { JSON_NULL } from "../../values/json.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { SessionContext } from "../session/session-context.ts";

/** What a NOT NULL column without default gets outside strict mode. */
export function implicitDefault(type: SqlType): Value {
  switch (type.kind) {
    case "integer":
    case "float":
    case "bit":
    case "set":
    case "year":
    case "time":
      return 0;
    case "enum":
      return 1;
    case "decimal":
      return new Decimal(0, type.scale);
    case "string":
      return "";
    case "binary":
      return new Uint8Array(type.name === "binary" ? type.length : 0);
    case "geometry":
      return new Uint8Array(0);
    case "date":
    case "datetime":
    case "timestamp":
      return ZERO_DATE;
    case "json":
      return JSON_NULL;
    case "null":
      return null;
  }
}

/** CURRENT_TIMESTAMP(fraction) in the session's time zone. */
export function nowFor(fraction: number, context: SessionContext): DateTime {
  const unit = 10 ** (6 - fraction);
  const micros = Math.floor(context.nowMicros / unit) * unit;
  return dateTimeFromMicros(micros + context.timeZoneOffsetMicros(micros));
}
