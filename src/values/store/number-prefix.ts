/** Numbers at the start of text, as assignments read them. */

export interface NumberPrefix {
  /** The number's text, blanks before it left out; "" when there is none. */
  readonly digits: string;
  /** Something that is not blank stands behind the number. */
  readonly garbage: boolean;
}

const NUMBER = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;

export function numberPrefix(text: string): NumberPrefix {
  const match = NUMBER.exec(text);
  if (match === null) return { digits: "", garbage: text.trim() !== "" };
  return { digits: match[1] ?? "", garbage: text.slice(match[0].length).trim() !== "" };
}
