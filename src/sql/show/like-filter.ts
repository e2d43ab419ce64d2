/** LIKE in SHOW: over one column of the answer. */

/** A test of whole texts against a LIKE pattern (`%`, `_`, escape `\`). */
export function likeTest(pattern: Uint8Array, caseSensitive: boolean): (text: string) => boolean {
  const source = new TextDecoder().decode(pattern);
  let expression = "";
  for (let i = 0; i < source.length; i++) {
    const character = source[i] as string;
    if (character === "%") expression += ".*";
    else if (character === "_") expression += ".";
    else {
      const literal = character === "\\" && i + 1 < source.length ? (source[++i] as string) : character;
      expression += literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  const compiled = new RegExp(`^${expression}$`, caseSensitive ? "su" : "sui");
  return (text) => compiled.test(text);
}
