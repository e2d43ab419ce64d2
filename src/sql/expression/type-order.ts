/** The order of two values of one type: ORDER BY, MIN and MAX, GREATEST. */
import { compareBytes } from "../../bytes/compare.ts";
import { collationByName } from "../../values/collation.ts";
import { compareDateTimes, type DateTime } from "../../values/datetime.ts";
import { compareDecimals, type Decimal } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { ComparisonRule } from "../binder/bound-expression.ts";
import { compareJson } from "./json-order.ts";

type Known = Exclude<Value, null>;

/** Compares two values of `type`, neither NULL. Enumerations compare by their index. */
export function orderOf(type: SqlType): (a: Known, b: Known) => number {
  switch (type.kind) {
    case "decimal":
      return (a, b) => compareDecimals(a as Decimal, b as Decimal);
    case "string": {
      const collation = collationByName(type.collation);
      return (a, b) => collation.compare(a as string, b as string);
    }
    case "binary":
    case "geometry":
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array);
    case "date":
    case "datetime":
    case "timestamp":
      return (a, b) => compareDateTimes(a as DateTime, b as DateTime);
    case "json":
      return (a, b) => compareJson(a as JsonValue, b as JsonValue);
    default:
      return (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  }
}

/** The rule by which values of one type are equal to each other: DISTINCT, GROUP BY. */
export function ownRule(type: SqlType): ComparisonRule {
  switch (type.kind) {
    case "integer":
    case "bit":
    case "year":
    case "enum":
    case "set":
      return { kind: "integer" };
    case "float":
      return { kind: "double" };
    case "decimal":
      return { kind: "decimal" };
    case "string":
      return { kind: "text", collation: type.collation };
    case "binary":
    case "geometry":
    case "null":
      return { kind: "bytes" };
    case "date":
      return { kind: "date" };
    case "datetime":
    case "timestamp":
      return { kind: "datetime" };
    case "time":
      return { kind: "time" };
    case "json":
      return { kind: "json" };
  }
}
