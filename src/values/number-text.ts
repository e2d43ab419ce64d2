/** How MySQL prints floating-point numbers: the shortest text that reads back, fixed up to 15 digits before the point. */

/** Beyond these positions of the decimal point the exponent form is used. */
const MAX_POINT = 15;
const MIN_POINT = -14;
const FLOAT_DIGITS = 6;
const FLOAT_WIDTH = 12;

/** A DOUBLE as text. Infinity and NaN never reach clients; they print as JavaScript prints them. */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? "-0" : String(value);
  return layOut(value.toExponential());
}

/** A FLOAT as text: six significant digits. */
export function formatFloat(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return layOut(Number(sixDigits(value)).toExponential());
}

/** A FLOAT turned into a string by an expression or an assignment: at most 12 characters, else in exponent form. */
export function formatFloatAsString(value: number): string {
  const text = formatFloat(value);
  if (text.length <= FLOAT_WIDTH || text.includes("e")) return text;
  return Number(sixDigits(value)).toExponential().replace("e+", "e");
}

/** Rounded to six digits, a tie to the even digit. */
function sixDigits(value: number): string {
  const rounded = value.toPrecision(FLOAT_DIGITS);
  const oneMore = value.toExponential(FLOAT_DIGITS);
  const tie = oneMore.slice(0, oneMore.indexOf("e")).endsWith("5") && Number(oneMore) === value;
  if (!tie) return rounded;
  const digits = oneMore.replace(/5e/, "e");
  const lastDigit = digits.charCodeAt(digits.indexOf("e") - 1) - 48;
  return lastDigit % 2 === 0 ? digits : rounded;
}

/** From `d.dddde±x` to MySQL's layout. */
function layOut(exponential: string): string {
  const split = exponential.indexOf("e");
  if (split < 0) return exponential;
  const exponent = Number(exponential.slice(split + 1));
  const negative = exponential.charCodeAt(0) === 45;
  const mantissa = exponential.slice(negative ? 1 : 0, split);
  const digits = mantissa.length === 1 ? mantissa : mantissa.charAt(0) + mantissa.slice(2);
  const point = exponent + 1;
  let text: string;
  if (point > MAX_POINT || point < MIN_POINT) text = `${mantissa}e${exponent}`;
  else if (point <= 0) text = `0.${"0".repeat(-point)}${digits}`;
  else if (digits.length <= point) text = digits + "0".repeat(point - digits.length);
  else text = `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${text}` : text;
}

/** A number with exactly `scale` digits after the point, correctly rounded: DOUBLE(M,D), ROUND's results. */
export function formatFixed(value: number, scale: number): string {
  if (Math.abs(value) < 1e21 && scale <= 100) return value.toFixed(scale);
  const whole = BigInt(value).toString();
  return scale === 0 ? whole : `${whole}.${"0".repeat(scale)}`;
}
