/**
 * Sort and group keys: values turned into numbers, bigints or strings that JavaScript's `<` orders as SQL orders the
 * values of their type, and that are equal exactly when SQL says so.
 */
import { collationByName } from "../../values/collation.ts";
import { microsOfDateTime, type DateTime } from "../../values/datetime.ts";
import { type Decimal, powerOfTen } from "../../values/decimal.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";

export type SortValue = null | number | bigint | string;
export type ToSortValue = (value: Value) => SortValue;

const asIs: ToSortValue = (value) => value as SortValue;
