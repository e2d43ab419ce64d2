/** Places of numbers among the values of integer, decimal and floating-point columns. All are exact. */
import {
  canonicalInteger,
  compareDecimals,
  Decimal,
  decimalFromDouble,
  largestDecimal,
  negateDecimal,
  roundDecimal,
} from "../../values/decimal.ts";
import type { DecimalType, IntegerType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import { ABOVE_ALL, BELOW_ALL, type Place, placeAbove, placeAt } from "./key-place.ts";

export type PlaceOf = (value: Value) => Place;

const BITS: Readonly<Record<IntegerType["name"], bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  bigint: 64n,
};

export interface IntegerLimits {
  readonly low: SqlInteger;
  readonly high: SqlInteger;
}

export function integerLimits(type: IntegerType): IntegerLimits {
  const bits = BITS[type.name];
  const low = type.unsigned ? 0n : -(1n << (bits - 1n));
  const high = type.unsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  return { low: canonicalInteger(low), high: canonicalInteger(high) };
}

/** Of an integer, a double or a Decimal. */
export function placeAmongIntegers({ low, high }: IntegerLimits): PlaceOf {
  return (value) => {
    const { floor, isWhole } = floorOf(value);
    if (floor < low) return BELOW_ALL;
    if (floor > high) return ABOVE_ALL;
    const canonical = typeof floor === "bigint" ? canonicalInteger(floor) : floor;
    return isWhole ? placeAt(canonical) : placeAbove(canonical);
  };
}

function floorOf(value: Value): { readonly floor: SqlInteger; readonly isWhole: boolean } {
  if (value instanceof Decimal) {
    const rounded = roundDecimal(value, 0, "floor");
    return { floor: rounded.digits, isWhole: compareDecimals(rounded, value) === 0 };
  }
  if (typeof value !== "number") return { floor: value as bigint, isWhole: true };
  const floor = Math.floor(value);
  // Beyond the safe integers a double is a whole number, whose digits only a bigint has.
  const exact = Number.isSafeInteger(floor) || !Number.isFinite(floor) ? floor : BigInt(floor);
  return { floor: exact, isWhole: floor === value };
}

/** Of a Decimal. */
export function placeAmongDecimals(type: DecimalType): PlaceOf {
  const largest = largestDecimal(type.precision, type.scale);
  const smallest = negateDecimal(largest);
  return (value) => {
    const decimal = value as Decimal;
    if (compareDecimals(decimal, largest) > 0) return ABOVE_ALL;
    if (compareDecimals(decimal, smallest) < 0) return BELOW_ALL;
    const floor = roundDecimal(decimal, type.scale, "floor");
    return compareDecimals(floor, decimal) === 0 ? placeAt(floor) : placeAbove(floor);
  };
}

/** Decimals of as many digits have doubles of their own, so that comparing doubles orders them. */
export const DOUBLE_DIGITS = 15;

/** Of a double, among decimals of at most {@link DOUBLE_DIGITS} digits, compared as doubles. */
export function placeDoubleAmongDecimals(type: DecimalType): PlaceOf {
  const largest = largestDecimal(type.precision, type.scale);
  const smallest = negateDecimal(largest);
  const largestNumber = largest.toNumber();
  const unit = new Decimal(1, type.scale);
  return (value) => {
    const double = value as number;
    if (double > largestNumber) return ABOVE_ALL;
    if (double < -largestNumber) return BELOW_ALL;
    const nearest = roundDecimal(decimalFromDouble(double), type.scale);
    const order = nearest.toNumber() - double;
    if (order === 0) return placeAt(nearest);
    if (order < 0) return placeAbove(nearest);
    const digits = canonicalInteger(BigInt(nearest.digits) - BigInt(unit.digits));
    const below = new Decimal(digits, type.scale);
    return compareDecimals(below, smallest) < 0 ? BELOW_ALL : placeAbove(below);
  };
}

export const placeAmongDoubles: PlaceOf = placeAt;

const FLOAT_MAX = 3.4028234663852886e38;
const single = new DataView(new ArrayBuffer(4));

/** Of a double, among numbers of single precision. */
export const placeAmongFloats: PlaceOf = (value) => {
  const double = value as number;
  if (double > FLOAT_MAX) return ABOVE_ALL;
  if (double < -FLOAT_MAX) return BELOW_ALL;
  const rounded = Math.fround(double);
  if (rounded === double) return placeAt(rounded);
  return placeAbove(rounded < double ? rounded : floatBelow(rounded));
};

/** The next smaller number of single precision. */
function floatBelow(value: number): number {
  single.setFloat32(0, value);
  const bits = single.getInt32(0);
  // The bits of positive numbers rise with them, those of negative ones fall.
  if (value === 0) single.setInt32(0, -0x7fffffff);
  else single.setInt32(0, value > 0 ? bits - 1 : bits + 1);
  return single.getFloat32(0);
}
