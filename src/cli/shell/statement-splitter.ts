/**
 * Cuts SQL text into statements as the mysql client does: at `;` or what DELIMITER says, but not inside strings, quoted
 * names and comments. Text comes line by line; a statement may span any number of them.
 */

/** What the text is inside of at the end of a line. */
type Inside = "code" | "'" | '"' | "`" | "comment";

const DELIMITER_COMMAND = /^\s*delimiter\s+(\S+)\s*$/i;
const DEFAULT_DELIMITER = ";";
/** `\G` and `\g` end a statement as the delimiter does. */
const BACKSLASH_END = /^\\[gG]$/;

export class StatementSplitter {
  #delimiter = DEFAULT_DELIMITER;
  #pending: string[] = [];
  #inside: Inside = "code";

  /** Whether a statement has begun and not ended. */
  get isPending(): boolean {
    return this.#pending.some((line) => line.trim() !== "");
  }

  /** Inside of what: for the prompt of the next line. */
  get inside(): Inside {
    return this.#inside;
  }

  /** Adds a line (without its end) and gives the statements that it completes. */
  push(line: string): readonly string[] {
    if (!this.isPending && this.#inside === "code") {
      const delimiter = DELIMITER_COMMAND.exec(line)?.[1];
      if (delimiter !== undefined) {
        this.#delimiter = delimiter;
        return [];
      }
    }
    const statements: string[] = [];
    let start = 0;
    let at = 0;
    while (at < line.length) {
      if (this.#inside === "code" && line.startsWith(this.#delimiter, at)) {
        this.#pending.push(line.slice(start, at));
        this.#complete(statements);
        at += this.#delimiter.length;
        start = at;
      } else if (this.#inside === "code" && BACKSLASH_END.test(line.slice(at, at + 2))) {
        // It stays at the end of its statement, because it says how to show the rows.
        at += 2;
        this.#pending.push(line.slice(start, at));
        this.#complete(statements);
        start = at;
      } else {
        at = this.#step(line, at);
      }
    }
    this.#pending.push(line.slice(start));
    return statements;
  }

  /** What is left without a delimiter at the end of the text. */
  finish(): readonly string[] {
    const statements: string[] = [];
    this.#complete(statements);
    this.#inside = "code";
    return statements;
  }

  /** Forgets the statement begun. */
  clear(): void {
    this.#pending = [];
    this.#inside = "code";
  }

  #complete(statements: string[]): void {
    const text = this.#pending.join("\n").trim();
    this.#pending = [];
    if (text !== "") statements.push(text);
  }

  /** Passes one character, or more where they belong together; gives the place after them. */
  #step(line: string, at: number): number {
    const character = line.charAt(at);
    if (this.#inside === "comment") {
      if (!line.startsWith("*/", at)) return at + 1;
      this.#inside = "code";
      return at + 2;
    }
    if (this.#inside !== "code") {
      // A doubled quote ends the string and begins it again, which comes to the same.
      if (character === this.#inside) this.#inside = "code";
      else if (character === "\\" && this.#inside !== "`") return at + 2;
      return at + 1;
    }
    if (character === "'" || character === '"' || character === "`") {
      this.#inside = character;
      return at + 1;
    }
    if (character === "#" || /^--(?:\s|$)/.test(line.slice(at, at + 3))) return line.length;
    if (line.startsWith("/*", at)) {
      this.#inside = "comment";
      return at + 2;
    }
    return at + 1;
  }
}
