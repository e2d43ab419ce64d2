/** Assignment to integer, decimal, float, bit and year columns. */

import type { DateTime } from "../datetime.ts";
import {
  compareDecimals,
  Decimal,
  decimalFromDouble,
  decimalFromInteger,
  decimalToInteger,
  largestDecimal,
  negateDecimal,
  parseDecimalPrefix,
  roundDecimal,
} from "../decimal.ts";
import type { JsonValue } from "../json.ts";
import type { BitType, DecimalType, FloatType, IntegerName, IntegerType, SqlType } from "../sql-type.ts";
import { yearFromNumber } from "../temporal-parse.ts";
import type { SqlInteger, Value } from "../value.ts";
import { integerPrefix, numberPrefix } from "./number-prefix.ts";
import { exactNumber, sourceText } from "./source-value.ts";
import {
  dataTruncated,
  incorrectValue,
  noteTruncated,
  outOfRange,
  type StoreContext,
  type StoreTarget,
  storeProblem,
} from "./store-context.ts";

type Stored = Exclude<Value, null>;

interface IntegerRange {
  readonly least: SqlInteger;
  readonly greatest: SqlInteger;
}

function rangeOfBits(bits: number, unsigned: boolean): IntegerRange {
  if (bits < 64) {
    return unsigned
      ? { least: 0, greatest: 2 ** bits - 1 }
      : { least: -(2 ** (bits - 1)), greatest: 2 ** (bits - 1) - 1 };
  }
  return unsigned
    ? { least: 0, greatest: 18446744073709551615n }
    : { least: -9223372036854775808n, greatest: 9223372036854775807n };
}

function rangesOf(unsigned: boolean): Readonly<Record<IntegerName, IntegerRange>> {
  return {
    tinyint: rangeOfBits(8, unsigned),
    smallint: rangeOfBits(16, unsigned),
    mediumint: rangeOfBits(24, unsigned),
    int: rangeOfBits(32, unsigned),
    bigint: rangeOfBits(64, unsigned),
  };
}

const SIGNED_RANGES = rangesOf(false);
const UNSIGNED_RANGES = rangesOf(true);

/** The least and greatest value of an integer type, in canonical form. */
function integerRange(type: IntegerType): IntegerRange {
  return (type.unsigned ? UNSIGNED_RANGES : SIGNED_RANGES)[type.name];
}

/** The number of a text of one to fifteen digits and nothing else; -1 for any other. */
function plainNumber(text: string): number {
  const size = text.length;
  if (size === 0 || size > 15) return -1;
  let number = 0;
  for (let at = 0; at < size; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Rounds half to even, as rint does with doubles. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The number of a JSON scalar; 3156 for anything else. Undefined (with a warning) when not strict. */
function jsonNumber(json: JsonValue, kind: string, context: StoreContext): Decimal | number | undefined {
  switch (json.kind) {
    case "integer":
    case "unsigned":
      return decimalFromInteger(json.value);
    case "double":
      return json.value;
    case "decimal":
      return json.value;
    case "boolean":
      return decimalFromInteger(json.value ? 1 : 0);
    case "string": {
      const { digits, garbage } = numberPrefix(json.value);
      if (digits !== "" && !garbage)
        return kind === "DOUBLE" ? Number(digits) : parseDecimalPrefix(digits).value;
      break;
    }
    default:
  }
  storeProblem(context, "ER_INVALID_JSON_VALUE_FOR_CAST", kind, "", "cast_as_json", context.rowNumber);
  return undefined;
}

export function storeInteger(
  value: Stored,
  from: SqlType,
  to: IntegerType,
  target: StoreTarget,
  context: StoreContext,
): SqlInteger {
  const range = integerRange(to);
  const { least, greatest } = range;
  // What most rows hold needs none of the rules below.
  if (from.kind === "integer") {
    const whole = value as SqlInteger;
    if (whole >= least && whole <= greatest) return whole;
  } else if (from.kind === "string") {
    const number = plainNumber(value as string);
    if (number >= 0 && number <= greatest) return number;
  }
  return integerByRules(value, from, to, { range, target, context });
}

function integerByRules(
  value: Stored,
  from: SqlType,
  to: IntegerType,
  place: { readonly range: IntegerRange; readonly target: StoreTarget; readonly context: StoreContext },
): SqlInteger {
  const { target, context } = place;
  const { least, greatest } = place.range;
  function clip(whole: SqlInteger): SqlInteger {
    if (whole >= least && whole <= greatest) return whole;
    outOfRange(context, target);
    return whole < least ? least : greatest;
  }
  function clipDecimal(exact: Decimal): SqlInteger {
    const whole = decimalToInteger(exact);
    // MySQL converts to BIGINT first and warns there too.
    if (to.name !== "bigint" && (whole > 18446744073709551615n || whole < -9223372036854775808n)) {
      outOfRange(context, target);
    }
    if (to.unsigned && exact.isNegative && whole === 0) outOfRange(context, target);
    return clip(whole);
  }
  function clipDouble(double: number): SqlInteger {
    const rounded = roundHalfEven(double);
    if (rounded < least || rounded > greatest || (to.unsigned && double < 0)) {
      outOfRange(context, target);
      return double < 0 ? least : greatest;
    }
    return Number.isSafeInteger(rounded) ? rounded + 0 : clip(BigInt(rounded));
  }
  if (from.kind === "integer") return clip(value as SqlInteger);
  const exact = exactNumber(value, from);
  if (exact !== undefined) return clipDecimal(exact);
  if (from.kind === "float") return clipDouble(value as number);
  if (from.kind === "json") {
    const number = jsonNumber(value as JsonValue, "INTEGER", context);
    return number === undefined ? 0 : typeof number === "number" ? clipDouble(number) : clipDecimal(number);
  }
  const text = sourceText(value, from);
  const { digits, garbage } = integerPrefix(text);
  if (digits === "") {
    incorrectValue(context, target, "integer", shownText(text, from));
    return 0;
  }
  const parsed = integerOfText(digits);
  if (
    parsed < least ||
    parsed > greatest ||
    (to.unsigned && digits.startsWith("-") && /[1-9]/.test(digits))
  ) {
    outOfRange(context, target);
    return digits.startsWith("-") ? least : greatest;
  }
  if (garbage) dataTruncated(context, target);
  return parsed;
}

/** A number's text as the nearest integer, half away from zero; huge exponents give something beyond every range. */
function integerOfText(digits: string): SqlInteger {
  if (digits.length < 16 && /^[+-]?\d+$/.test(digits)) return Number(digits) + 0;
  const double = Number(digits);
  if (Math.abs(double) > 1e30) return double < 0 ? -(10n ** 30n) : 10n ** 30n;
  return decimalToInteger(parseDecimalPrefix(digits).value);
}

/** Bytes in messages are escaped; text is shown as it is, characters beyond the BMP as `?`. */
function shownText(text: string, from: SqlType): string {
  if (from.kind === "binary" || from.kind === "geometry" || from.kind === "bit") {
    return text.replace(
      /[^\x20-\x7e]/g,
      (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
  }
  return text.replace(/[\u{10000}-\u{10ffff}]/gu, "?");
}

export { shownText };

export function storeDecimal(
  value: Stored,
  from: SqlType,
  to: DecimalType,
  target: StoreTarget,
  context: StoreContext,
): Decimal {
  // What most rows hold needs none of the rules below.
  if (from.kind === "decimal") {
    const { digits, scale } = value as Decimal;
    const fitting = typeof digits === "number" ? fittingDecimal(digits, scale, to) : undefined;
    if (fitting !== undefined) return fitting;
  } else if (from.kind === "string") {
    const fitting = plainDecimal(value as string, to);
    if (fitting !== undefined) return fitting;
  }
  return decimalByRules(value, from, to, { target, context });
}

/** The type's value of digits × 10^-scale when that is exact, within its range, and all can be computed in doubles. */
function fittingDecimal(digits: number, scale: number, to: DecimalType): Decimal | undefined {
  if (to.precision > 15 || scale > to.scale || (digits < 0 && to.unsigned)) return undefined;
  const shifted = digits * (POWERS_OF_TEN[to.scale - scale] as number);
  const bound = POWERS_OF_TEN[to.precision] as number;
  return shifted < bound && shifted > -bound ? new Decimal(shifted, to.scale) : undefined;
}

const POWERS_OF_TEN: readonly number[] = Array.from({ length: 16 }, (_, power) => 10 ** power);

/** {@link fittingDecimal} of a text of at most fifteen digits with a point between them or none. */
function plainDecimal(text: string, to: DecimalType): Decimal | undefined {
  const size = text.length;
  if (size === 0 || size > 16) return undefined;
  let digits = 0;
  let point = -1;
  for (let at = 0; at < size; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === POINT && point < 0 && at > 0) point = at;
    else return undefined;
  }
  if (point === size - 1 || (point < 0 && size > 15)) return undefined;
  return fittingDecimal(digits, point < 0 ? 0 : size - 1 - point, to);
}

/** `.` as a digit. */
const POINT = -2;

function decimalByRules(
  value: Stored,
  from: SqlType,
  to: DecimalType,
  place: { readonly target: StoreTarget; readonly context: StoreContext },
): Decimal {
  const { target, context } = place;
  const largest = largestDecimal(to.precision, to.scale);
  function clip(number: Decimal): Decimal {
    const rounded = roundDecimal(number, to.scale);
    if (to.unsigned && number.isNegative) {
      outOfRange(context, target);
      return new Decimal(0, to.scale);
    }
    if (compareDecimals(rounded, largest) > 0 || compareDecimals(rounded, negateDecimal(largest)) < 0) {
      outOfRange(context, target);
      return rounded.isNegative ? negateDecimal(largest) : largest;
    }
    if (number.scale > to.scale && compareDecimals(rounded, number) !== 0) noteTruncated(context, target);
    return rounded;
  }
  function clipDouble(double: number): Decimal {
    if (Math.abs(double) < 1e80) return clip(decimalFromDouble(double));
    outOfRange(context, target);
    if (to.unsigned && double < 0) return new Decimal(0, to.scale);
    return double < 0 ? negateDecimal(largest) : largest;
  }
  const exact = exactNumber(value, from);
  if (exact !== undefined) return clip(exact);
  if (from.kind === "float") return clipDouble(value as number);
  if (from.kind === "json") {
    const number = jsonNumber(value as JsonValue, "DECIMAL", context);
    if (number === undefined) return new Decimal(0, to.scale);
    return typeof number === "number" ? clipDouble(number) : clip(number);
  }
  const text = sourceText(value, from);
  const { digits, garbage } = numberPrefix(text);
  const huge = digits !== "" && Math.abs(Number(digits)) > 1e80;
  const vanishing = Number(digits) === 0 && /^[+-]?[\d.]*[1-9]/.test(digits);
  if (digits === "" || (context.strict && (garbage || huge || vanishing))) {
    incorrectValue(context, target, "decimal", shownText(text, from));
    return new Decimal(0, to.scale);
  }
  if (huge) return clipDouble(Number(digits));
  const number = parseDecimalPrefix(digits).value;
  if (garbage || vanishing) noteTruncated(context, target);
  return clip(number);
}

const LARGEST_FLOAT = 3.4028234663852886e38;

export function storeFloat(
  value: Stored,
  from: SqlType,
  to: FloatType,
  target: StoreTarget,
  context: StoreContext,
): number {
  function clip(double: number): number {
    if (to.unsigned && double < 0) {
      outOfRange(context, target);
      return 0;
    }
    let stored = double;
    let bound = to.name === "float" ? LARGEST_FLOAT : Number.MAX_VALUE;
    if (to.precision !== undefined && to.scale !== undefined) {
      bound = largestDecimal(to.precision, to.scale).toNumber();
      if (Math.abs(double) <= bound + 1) stored = roundToScale(double, to.scale);
    }
    if (Math.abs(stored) > bound) {
      outOfRange(context, target);
      stored = stored < 0 ? -bound : bound;
    }
    return to.name === "float" ? Math.fround(stored) : stored;
  }
  const exact = exactNumber(value, from);
  if (exact !== undefined) return clip(exact.toNumber());
  if (from.kind === "float") return clip(value as number);
  if (from.kind === "json") {
    const number = jsonNumber(value as JsonValue, "DOUBLE", context);
    return number === undefined ? 0 : clip(typeof number === "number" ? number : number.toNumber());
  }
  const text = sourceText(value, from);
  const { digits, garbage } = numberPrefix(text);
  let double = Number(digits);
  if (digits === "" || garbage || (/^\s*[+-]?[\d.]+[eE]/.test(text) && !/[eE]/.test(digits))) {
    incorrectValue(context, target, to.name === "float" ? "FLOAT" : "DOUBLE", shownText(text, from));
  } else if (!Number.isFinite(double)) {
    outOfRange(context, target);
  }
  if (!Number.isFinite(double)) double = double < 0 ? -Number.MAX_VALUE : Number.MAX_VALUE;
  return clip(double);
}

function roundToScale(value: number, scale: number): number {
  const factor = 10 ** scale;
  const whole = Math.floor(Math.abs(value));
  const fraction = Math.abs(value) - whole;
  const rounded = whole + roundHalfEven(fraction * factor) / factor;
  return value < 0 ? -rounded : rounded;
}

export function storeBit(
  value: Stored,
  from: SqlType,
  to: BitType,
  target: StoreTarget,
  context: StoreContext,
): SqlInteger {
  const greatest = 2n ** BigInt(to.width) - 1n;
  let bits: bigint;
  const exact = exactNumber(value, from);
  if (exact !== undefined) {
    bits = BigInt(decimalToInteger(exact));
    if (exact.scale > 0 && exact.isNegative) {
      outOfRange(context, target);
      bits = 0n;
    }
  } else if (from.kind === "float") {
    const double = value as number;
    bits = BigInt(Math.trunc(Math.abs(double) < 2 ** 64 ? double : 2 ** 64));
  } else {
    const bytes =
      from.kind === "binary" ? (value as Uint8Array) : Buffer.from(sourceText(value, from), "utf8");
    bits = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  }
  if (bits < 0n) bits = BigInt.asUintN(64, bits);
  if (bits > greatest) {
    if (context.strict) storeProblem(context, "ER_DATA_TOO_LONG", target.name, context.rowNumber);
    else outOfRange(context, target);
    bits = greatest;
  }
  return bits <= 9007199254740991n ? Number(bits) : bits;
}

export function storeYear(value: Stored, from: SqlType, target: StoreTarget, context: StoreContext): number {
  let year: number | undefined;
  let garbage = false;
  switch (from.kind) {
    case "year":
      return value as number;
    case "date":
    case "datetime":
    case "timestamp":
      year = yearFromNumber((value as DateTime).year, false);
      break;
    case "time":
      year = context.today().year;
      break;
    case "float":
      year = yearFromNumber(Math.trunc(value as number), false);
      break;
    case "integer":
    case "decimal":
    case "bit":
    case "enum":
    case "set": {
      const exact = exactNumber(value, from);
      const whole = exact === undefined || exact.isNegative ? -1 : decimalToInteger(exact);
      year = yearFromNumber(Number(whole), false);
      break;
    }
    default: {
      const text = sourceText(value, from);
      const read = integerPrefix(text);
      if (read.digits === "") {
        incorrectValue(context, target, "integer", shownText(text, from));
        return 0;
      }
      year = yearFromNumber(Number(integerOfText(read.digits)), text.length !== 4);
      garbage = read.garbage;
    }
  }
  if (year === undefined) outOfRange(context, target);
  else if (garbage) dataTruncated(context, target);
  return year ?? 0;
}
