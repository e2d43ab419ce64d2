/**
 * SQL values as JavaScript values. Which JavaScript type stands for a value follows from its static SqlType alone, so
 * a `number` is never ambiguous:
 *
 * | type kind                   | JavaScript value                                                          |
 * |-----------------------------|---------------------------------------------------------------------------|
 * | any                         | `null` is SQL NULL                                                        |
 * | integer, bit, set           | `number` when it is a safe integer, else `bigint` (canonical: never both)  |
 * | enum                        | `number`: the 1-based member index, 0 for the error value ''             |
 * | year                        | `number`: 0 or 1901..2155                                                 |
 * | float                       | `number` (FLOAT is rounded to single precision when stored)               |
 * | decimal                     | `Decimal` (decimal.ts)                                                    |
 * | string                      | `string` (well-formed UTF-16; stored as UTF-8 whatever the column charset) |
 * | binary, geometry            | `Uint8Array` (geometry: 4-byte little-endian SRID, then WKB)              |
 * | date, datetime, timestamp   | `DateTime` (datetime.ts; timestamp already in the session's time zone)     |
 * | time                        | `number`: signed microseconds, |t| ≤ 838:59:59.000000                     |
 * | json                        | `JsonValue` (json.ts)                                                     |
 */
import type { DateTime } from "./datetime.ts";
import type { Decimal } from "./decimal.ts";
import type { JsonValue } from "./json.ts";

export type SqlInteger = number | bigint;
export type Value = null | number | bigint | string | Uint8Array | Decimal | DateTime | JsonValue;
