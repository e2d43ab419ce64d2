/**
 * Decides whether a condition `column operator value` can be answered by an index, and turns the value into one of the
 * column's type. Conversions that lose something give bounds that are only wide enough; the condition is then kept.
 */

import type { DateTime } from "../../values/datetime.ts";
import { dateOf } from "../../values/datetime.ts";
import { Decimal } from "../../values/decimal.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression, ComparisonRule } from "../binder/bound-expression.ts";

/** `undefined`: equals no value of the column. */
export type ToKeyValue = (value: Value) => Value | undefined;

export interface KeyConversion {
  readonly toEqual: ToKeyValue;
  /** The largest column value that is ≤ the value, and the smallest that is ≥ it; undefined is an open end. */
  readonly toLower: ToKeyValue;
  readonly toUpper: ToKeyValue;
  /** An index range by the converted value is exactly the condition. */
  readonly exact: boolean;
}

const RANGES: Record<string, readonly [bigint, bigint]> = {
  tinyint: [-128n, 127n],
  smallint: [-32768n, 32767n],
  mediumint: [-8388608n, 8388607n],
  int: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

function integerRange(type: SqlType): readonly [bigint, bigint] {
  if (type.kind === "integer") {
    const [low, high] = RANGES[type.name] ?? [0n, 0n];
    return type.unsigned ? [0n, high - low] : [low, high];
  }
  return type.kind === "year" ? [0n, 2155n] : [0n, 0n];
}

export function keyConversion(
  column: SqlType,
  value: BoundExpression,
  rule: ComparisonRule,
): KeyConversion | undefined {
  switch (column.kind) {
    case "integer":
      if (rule.kind === "integer" || rule.kind === "decimal" || rule.kind === "double")
        return integerConversion(column, value.type);
      return undefined;
    case "decimal":
      if (rule.kind !== "integer" && rule.kind !== "decimal") return undefined;
      return decimalConversion(column.scale, column.precision, value.type);
    case "float":
      if (column.name === "float" || rule.kind !== "double" || value.type.kind !== "float") return undefined;
      return identity(true);
    case "string":
      return rule.kind === "text" && rule.collation === column.collation && value.type.kind === "string"
        ? identity(true)
        : undefined;
    case "binary":
      return rule.kind === "bytes" && value.type.kind === "binary" ? identity(true) : undefined;
    case "datetime":
      return (rule.kind === "datetime" || rule.kind === "date") && isDate(value.type)
        ? identity(value.type.kind !== "timestamp")
        : undefined;
    case "date":
      return (rule.kind === "datetime" || rule.kind === "date") && isDate(value.type)
        ? dateConversion(value.type)
        : undefined;
    case "time":
      return rule.kind === "time" && value.type.kind === "time" ? identity(true) : undefined;
    default:
      return undefined;
  }
}

function isDate(type: SqlType): boolean {
  return type.kind === "date" || type.kind === "datetime";
}

function identity(exact: boolean): KeyConversion {
  const same: ToKeyValue = (value) => value;
  return { toEqual: same, toLower: same, toUpper: same, exact };
}

function integerConversion(column: SqlType, value: SqlType): KeyConversion | undefined {
  const [low, high] = integerRange(column);
  const toBigint = integerReader(value);
  if (toBigint === undefined) return undefined;
  const fits = (integer: bigint) => integer >= low && integer <= high;
  const canonical = (integer: bigint): Value =>
    integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(integer)
      : integer;
  if (value.kind === "integer" && low <= -128n) {
    // The common case: no bigint per look-up.
    const lowNumber = Number(low);
    const highNumber = Number(high);
    const toEqual: ToKeyValue = (given) =>
      typeof given === "number"
        ? given >= lowNumber && given <= highNumber
          ? given
          : undefined
        : fits(given as bigint)
          ? given
          : undefined;
    return {
      toEqual,
      toLower: clampLower(toBigint, low, high, canonical),
      toUpper: clampUpper(toBigint, low, high, canonical),
      exact: true,
    };
  }
  return {
    toEqual: (given) => {
      const { floor, ceiling } = toBigint(given);
      return floor === ceiling && floor !== undefined && fits(floor) ? canonical(floor) : undefined;
    },
    toLower: clampLower(toBigint, low, high, canonical),
    toUpper: clampUpper(toBigint, low, high, canonical),
    exact: value.kind === "integer",
  };
}

interface Neighbours {
  readonly floor: bigint | undefined;
  readonly ceiling: bigint | undefined;
}

/** A bound beyond the column's range is an open end, unless no value lies that way: then the range's own end stands
 *  in, and the condition that is kept drops its rows. */
function clampLower(
  read: (value: Value) => Neighbours,
  low: bigint,
  high: bigint,
  canonical: (i: bigint) => Value,
): ToKeyValue {
  return (value) => {
    const { floor } = read(value);
    if (floor === undefined || floor < low) return undefined;
    return canonical(floor > high ? high : floor);
  };
}

function clampUpper(
  read: (value: Value) => Neighbours,
  low: bigint,
  high: bigint,
  canonical: (i: bigint) => Value,
): ToKeyValue {
  return (value) => {
    const { ceiling } = read(value);
    if (ceiling === undefined || ceiling > high) return undefined;
    return canonical(ceiling < low ? low : ceiling);
  };
}

function integerReader(type: SqlType): ((value: Value) => Neighbours) | undefined {
  switch (type.kind) {
    case "integer":
    case "year":
    case "bit":
      return (value) => {
        const integer = BigInt(value as number | bigint);
        return { floor: integer, ceiling: integer };
      };
    case "float":
      return (value) => {
        const number = value as number;
        if (!Number.isFinite(number)) return { floor: undefined, ceiling: undefined };
        return { floor: BigInt(Math.floor(number)), ceiling: BigInt(Math.ceil(number)) };
      };
    case "decimal":
      return (value) => {
        const { digits, scale } = value as Decimal;
        const divisor = 10n ** BigInt(scale);
        const whole = BigInt(digits);
        const floor = whole >= 0n ? whole / divisor : -((-whole + divisor - 1n) / divisor);
        return { floor, ceiling: floor * divisor === whole ? floor : floor + 1n };
      };
    default:
      return undefined;
  }
}

function decimalConversion(scale: number, precision: number, value: SqlType): KeyConversion | undefined {
  if (value.kind !== "integer" && value.kind !== "decimal") return undefined;
  const limit = 10n ** BigInt(precision);
  const rescale = (given: Value): Value | undefined => {
    const digits = given instanceof Decimal ? BigInt(given.digits) : BigInt(given as number | bigint);
    const from = given instanceof Decimal ? given.scale : 0;
    let scaled: bigint;
    if (from <= scale) scaled = digits * 10n ** BigInt(scale - from);
    else {
      const divisor = 10n ** BigInt(from - scale);
      if (digits % divisor !== 0n) return undefined;
      scaled = digits / divisor;
    }
    if (scaled >= limit || scaled <= -limit) return undefined;
    const small = scaled >= BigInt(Number.MIN_SAFE_INTEGER) && scaled <= BigInt(Number.MAX_SAFE_INTEGER);
    return new Decimal(small ? Number(scaled) : scaled, scale);
  };
  // A bound that isn't a value of the column opens that end; the condition is kept and does the rest.
  return { toEqual: rescale, toLower: rescale, toUpper: rescale, exact: false };
}

function dateConversion(value: SqlType): KeyConversion {
  if (value.kind === "date") return identity(true);
  const hasTime = (date: DateTime) => date.hour + date.minute + date.second + date.microsecond > 0;
  return {
    toEqual: (given) => (hasTime(given as DateTime) ? undefined : dateOf(given as DateTime)),
    toLower: (given) => dateOf(given as DateTime),
    toUpper: (given) => (hasTime(given as DateTime) ? undefined : dateOf(given as DateTime)),
    exact: false,
  };
}
