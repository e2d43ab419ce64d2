/** Numbers at the start of text, as assignments read them. */

export interface NumberPrefix {
  /** The number's text, blanks before it left out; "" when there is none. */
  readonly digits: string;
  /** Something that is not blank stands behind the number. */
  readonly garbage: boolean;
}

const NUMBER = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;

/** An exponent without digits belongs to a whole number that is read, and counts for nothing. */
const DANGLING_EXPONENT = /^[eE][+-]?/;

/** As {@link numberPrefix}, the way integer columns read text. */
export function integerPrefix(text: string): NumberPrefix {
  const match = NUMBER.exec(text);
  if (match === null) return numberPrefix(text);
  const digits = match[1] ?? "";
  const rest = text.slice(match[0].length);
  const behind = /[eE]/.test(digits) ? rest : rest.replace(DANGLING_EXPONENT, "");
  return { digits, garbage: behind.trim() !== "" };
}

export function numberPrefix(text: string): NumberPrefix {
  const match = NUMBER.exec(text);
  if (match === null) return { digits: "", garbage: text.trim() !== "" };
  return { digits: match[1] ?? "", garbage: text.slice(match[0].length).trim() !== "" };
}
