/** The small pieces of printed SQL: names and strings in their quotes. */

/** A name in backquotes. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\0", "\\0"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\\", "\\\\"],
  ["'", "\\'"],
  ["\x1a", "\\Z"],
]);

/** A string literal as MySQL prints it in expressions: with backslash escapes. */
export function quoteString(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that need an escape.
  return `'${text.replace(/[\0\n\r\\'\x1a]/g, (character) => ESCAPES.get(character) ?? character)}'`;
}

/** A string as SHOW CREATE prints comments, defaults and members: quotes doubled, the rest with few escapes. */
export function quoteComment(text: string): string {
  return `'${text.replace(/[\0\n\r\\']/g, (character) => (character === "'" ? "''" : (ESCAPES.get(character) ?? character)))}'`;
}

/** 0x and the bytes in lower-case hex. */
export function hexText(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}
