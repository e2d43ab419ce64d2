/**
 * Exact DECIMAL arithmetic: an integer of digits and a scale, value = digits / 10^scale. Digits are a `number` while
 * they are a safe integer (sums and comparisons then allocate one small object and nothing else) and a `bigint`
 * beyond; the form is canonical, never both. Results follow MySQL: add and subtract keep the larger scale, multiply
 * adds scales (at most 30), divide adds `div_precision_increment`, rounding is half away from zero.
 */
const MAX_DECIMAL_SCALE = 30;
/** The scale at which a division's quotient is kept when div_precision_increment is not changed. */
const DEFAULT_DIV_PRECISION_INCREMENT = 4;

const POWERS: bigint[] = [];
const SMALL_POWERS: readonly number[] = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** 10^exponent. */
export function powerOfTen(exponent: number): bigint {
  for (let known = POWERS.length; known <= exponent; known++) POWERS.push(10n ** BigInt(known));
  return POWERS[exponent] as bigint;
}

/** The canonical form of an integer: a `number` when it is safe. */
export function canonicalInteger(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

export class Decimal {
  readonly digits: number | bigint;
  readonly scale: number;

  /** `digits` must be canonical: see {@link decimalOf} for any bigint. */
  constructor(digits: number | bigint, scale: number) {
    // -0 would make two forms of zero.
    this.digits = digits === 0 ? 0 : digits;
    this.scale = scale;
  }

  get isNegative(): boolean {
    return this.digits < 0;
  }

  get isZero(): boolean {
    return this.digits === 0;
  }

  toString(): string {
    return formatDecimal(this);
  }

  toNumber(): number {
    if (typeof this.digits === "number" && this.scale < 16) {
      // Both operands are exact doubles up to 10^22, so one division is correctly rounded.
      return this.digits / (SMALL_POWERS[this.scale] as number);
    }
    return Number(formatDecimal(this));
  }
}

export const DECIMAL_ZERO: Decimal = new Decimal(0, 0);

/** The decimal digits / 10^scale. */
export function decimalOf(digits: number | bigint, scale: number): Decimal {
  return new Decimal(typeof digits === "bigint" ? canonicalInteger(digits) : digits, scale);
}

export function decimalFromInteger(value: number | bigint): Decimal {
  return decimalOf(value, 0);
}

const DECIMAL_TEXT = /^[ \t\n\v\f\r]*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?/;

export interface ParsedDecimal {
  readonly value: Decimal;
  /** Characters used, blanks before the number included; 0 when there is no number. */
  readonly length: number;
}

/** Reads the longest decimal number at the start of `text`, as MySQL's str2my_decimal does. */
export function parseDecimalPrefix(text: string): ParsedDecimal {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return { value: DECIMAL_ZERO, length: 0 };
  const whole = match[2] ?? "";
  let fraction = match[3] ?? "";
  if (whole === "" && fraction === "") return { value: DECIMAL_ZERO, length: 0 };
  let digits = whole + fraction;
  let exponent = match[4] === undefined ? 0 : Number(match[4]);
  if (Number.isNaN(exponent)) exponent = 0;
  exponent = Math.max(-400, Math.min(400, exponent));
  let scale = fraction.length - exponent;
  if (scale < 0) {
    digits += "0".repeat(-scale);
    scale = 0;
    fraction = "";
  }
  const magnitude = digits.length <= 15 ? Number(digits) : canonicalInteger(BigInt(digits));
  const parsed = new Decimal(match[1] === "-" ? -magnitude : magnitude, scale);
  return {
    value: scale > MAX_DECIMAL_SCALE ? roundDecimal(parsed, MAX_DECIMAL_SCALE) : parsed,
    length: match[0].length,
  };
}

/** The decimal that `text` is as a whole; undefined when it is not one. */
export function parseDecimal(text: string): Decimal | undefined {
  const parsed = parseDecimalPrefix(text);
  return parsed.length > 0 && parsed.length === text.trimEnd().length ? parsed.value : undefined;
}

/** The shortest decimal that reads back as `value`; finite numbers only. */
export function decimalFromDouble(value: number): Decimal {
  return Number.isSafeInteger(value) ? new Decimal(value, 0) : parseDecimalPrefix(String(value)).value;
}

export function formatDecimal(value: Decimal): string {
  const text = String(value.digits);
  const scale = value.scale;
  if (scale === 0) return text;
  const negative = text.charCodeAt(0) === 45;
  const digits = (negative ? text.slice(1) : text).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${negative ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Multiplies by 10^places (places ≥ 0). */
function shiftUp(digits: number | bigint, places: number): number | bigint {
  if (places === 0) return digits;
  if (typeof digits === "number" && places < 16) {
    const shifted = digits * (SMALL_POWERS[places] as number);
    if (Number.isSafeInteger(shifted)) return shifted;
  }
  return canonicalInteger(BigInt(digits) * powerOfTen(places));
}

/** How a value between two representable ones is settled. */
export type RoundingMode = "half-away" | "truncate" | "floor" | "ceiling";

function divideRounded(dividend: bigint, divisor: bigint, mode: RoundingMode): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  if (rest === 0n) return quotient;
  const negative = rest < 0n !== divisor < 0n;
  switch (mode) {
    case "truncate":
      return quotient;
    case "floor":
      return negative ? quotient - 1n : quotient;
    case "ceiling":
      return negative ? quotient : quotient + 1n;
    case "half-away": {
      const twice = (rest < 0n ? -rest : rest) * 2n;
      const bound = divisor < 0n ? -divisor : divisor;
      return twice >= bound ? (negative ? quotient - 1n : quotient + 1n) : quotient;
    }
  }
}

/** `value` with exactly `scale` digits after the point. A negative scale rounds to tens, hundreds … (scale 0). */
export function roundDecimal(value: Decimal, scale: number, mode: RoundingMode = "half-away"): Decimal {
  if (scale >= value.scale)
    return scale === value.scale ? value : new Decimal(shiftUp(value.digits, scale - value.scale), scale);
  const dropped = value.scale - scale;
  if (dropped > 400) return new Decimal(0, Math.max(scale, 0));
  const rounded = divideRounded(BigInt(value.digits), powerOfTen(dropped), mode);
  return scale >= 0 ? decimalOf(rounded, scale) : decimalOf(rounded * powerOfTen(-scale), 0);
}

export function compareDecimals(left: Decimal, right: Decimal): number {
  let leftDigits = left.digits;
  let rightDigits = right.digits;
  if (left.scale < right.scale) leftDigits = shiftUp(leftDigits, right.scale - left.scale);
  else if (left.scale > right.scale) rightDigits = shiftUp(rightDigits, left.scale - right.scale);
  return leftDigits < rightDigits ? -1 : leftDigits > rightDigits ? 1 : 0;
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  let leftDigits = left.digits;
  let rightDigits = right.digits;
  let scale = left.scale;
  if (scale < right.scale) {
    leftDigits = shiftUp(leftDigits, right.scale - scale);
    scale = right.scale;
  } else if (scale > right.scale) {
    rightDigits = shiftUp(rightDigits, scale - right.scale);
  }
  if (typeof leftDigits === "number" && typeof rightDigits === "number") {
    const sum = leftDigits + rightDigits;
    if (Number.isSafeInteger(sum)) return new Decimal(sum, scale);
  }
  return decimalOf(BigInt(leftDigits) + BigInt(rightDigits), scale);
}

export function negateDecimal(value: Decimal): Decimal {
  return new Decimal(-value.digits, value.scale);
}

export function absoluteDecimal(value: Decimal): Decimal {
  return value.digits < 0 ? negateDecimal(value) : value;
}

export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  return addDecimals(left, negateDecimal(right));
}

export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = left.scale + right.scale;
  let product: Decimal | undefined;
  if (typeof left.digits === "number" && typeof right.digits === "number") {
    const digits = left.digits * right.digits;
    if (Number.isSafeInteger(digits)) product = new Decimal(digits, scale);
  }
  product ??= decimalOf(BigInt(left.digits) * BigInt(right.digits), scale);
  return scale > MAX_DECIMAL_SCALE ? roundDecimal(product, MAX_DECIMAL_SCALE) : product;
}

/**
 * The quotient with `scale` digits after the point; undefined when `right` is zero. As in MySQL it is first computed to
 * a whole number of 9-digit groups and cut off there, then rounded to `scale`.
 */
export function divideDecimals(
  left: Decimal,
  right: Decimal,
  scale: number,
  mode: RoundingMode = "half-away",
): Decimal | undefined {
  if (right.isZero) return undefined;
  const computed = computedQuotientScale(left.scale, right.scale, scale - left.scale);
  const shift = computed + right.scale - left.scale;
  let dividend = BigInt(left.digits);
  let divisor = BigInt(right.digits);
  if (shift >= 0) dividend *= powerOfTen(shift);
  else divisor *= powerOfTen(-shift);
  return roundDecimal(decimalOf(dividend / divisor, computed), scale, mode);
}

const GROUP_DIGITS = 9;

function wholeGroups(digits: number): number {
  return Math.ceil(digits / GROUP_DIGITS) * GROUP_DIGITS;
}

function computedQuotientScale(leftScale: number, rightScale: number, increment: number): number {
  const left = wholeGroups(leftScale);
  const right = wholeGroups(rightScale);
  const rest = Math.max(0, increment - (left - leftScale) - (right - rightScale));
  return wholeGroups(left + right + rest);
}

/** The scale of `left / right` in MySQL. */
export function divisionScale(
  leftScale: number,
  increment: number = DEFAULT_DIV_PRECISION_INCREMENT,
): number {
  return Math.min(leftScale + increment, MAX_DECIMAL_SCALE);
}

/** The remainder, with the sign of `left`; undefined when `right` is zero. */
export function remainderOfDecimals(left: Decimal, right: Decimal): Decimal | undefined {
  if (right.isZero) return undefined;
  const scale = Math.max(left.scale, right.scale);
  const leftDigits = shiftUp(left.digits, scale - left.scale);
  const rightDigits = shiftUp(right.digits, scale - right.scale);
  return decimalOf(BigInt(leftDigits) % BigInt(rightDigits), scale);
}

/** The nearest integer under `mode`. */
export function decimalToInteger(value: Decimal, mode: RoundingMode = "half-away"): number | bigint {
  return value.scale === 0 ? value.digits : roundDecimal(value, 0, mode).digits;
}

/** Number of significant digits before the point (0 for |value| < 1). */
export function integerDigits(value: Decimal): number {
  const length = String(value.digits < 0 ? -value.digits : value.digits).length;
  return value.digits === 0 ? 0 : Math.max(0, length - value.scale);
}

/** The largest value of DECIMAL(precision, scale): 99.99 … */
export function largestDecimal(precision: number, scale: number): Decimal {
  return decimalOf(powerOfTen(precision) - 1n, scale);
}
