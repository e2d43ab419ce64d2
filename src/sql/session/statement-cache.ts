/** Parsed statements by normalised text: statements that differ only in literals share one AST, and so their plans. */
import type { Value } from "../../values/value.ts";
import type { Statement } from "../ast/statement.ts";
import { normalize } from "../lexer/normalize.ts";
import { parseStatement } from "../parser/parse.ts";
import type { StatementSettings } from "./statement-settings.ts";

export interface CachedStatement {
  readonly statement: Statement;
  /** Values of the literals that the plan reads as parameters. */
  readonly values: readonly Value[];
  readonly nextOffset: number;
}

const ENTRIES_MAX = 256;

export class StatementCache {
  readonly #entries = new Map<string, Statement>();
  #settings: StatementSettings | undefined;

  /** undefined: not a statement to be cached; parse it as it is. */
  get(text: Uint8Array, start: number, settings: StatementSettings): CachedStatement | undefined {
    const { sqlMode } = settings;
    // Plans hold settings, so that nothing cached under others is of use.
    if (this.#settings !== settings) {
      this.#entries.clear();
      this.#settings = settings;
    }
    const normalized = normalize(text, start, {
      ansiQuotes: sqlMode.has("ANSI") || sqlMode.has("ANSI_QUOTES"),
      noBackslashEscapes: sqlMode.has("NO_BACKSLASH_ESCAPES"),
      ignoreSpace: sqlMode.has("ANSI") || sqlMode.has("IGNORE_SPACE"),
      textIsUtf8: settings.clientCharset.startsWith("utf8"),
    });
    if (normalized === undefined) return undefined;
    const { key, values, nextOffset } = normalized;
    let statement = this.#entries.get(key);
    if (statement === undefined) {
      const parsed = parseStatement(text, start, { sqlMode, extracted: normalized.offsets });
      if (parsed.statement === undefined || parsed.parameterCount > 0) return undefined;
      statement = parsed.statement;
      if (this.#entries.size >= ENTRIES_MAX) {
        const [oldest] = this.#entries.keys();
        if (oldest !== undefined) this.#entries.delete(oldest);
      }
    } else {
      // Used entries move to the end: the first one is the one not used for longest.
      this.#entries.delete(key);
    }
    this.#entries.set(key, statement);
    return { statement, values, nextOffset };
  }

  clear(): void {
    this.#entries.clear();
  }
}
