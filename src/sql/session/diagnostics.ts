/** The diagnostics area: conditions of the last statement that could raise any, for SHOW WARNINGS and ERRORS. */
import type { WarningLevel } from "../executor/statement-context.ts";

export interface Condition {
  readonly level: WarningLevel;
  readonly errno: number;
  readonly message: string;
}

export class Diagnostics {
  #conditions: Condition[] = [];
  #count = 0;
  #errorCount = 0;
  /** max_error_count: further conditions are counted, not kept. */
  limit = 1024;
  /** sql_notes: when off, notes are dropped. */
  notes = true;

  clear(): void {
    if (this.#count === 0) return;
    this.#conditions = [];
    this.#count = 0;
    this.#errorCount = 0;
  }

  add(level: WarningLevel, errno: number, message: string): void {
    if (level === "Note" && !this.notes) return;
    this.#count++;
    if (level === "Error") this.#errorCount++;
    if (this.#conditions.length < this.limit) this.#conditions.push({ level, errno, message });
  }

  get warningCount(): number {
    return this.#count;
  }

  get errorCount(): number {
    return this.#errorCount;
  }

  list(): readonly Condition[] {
    return this.#conditions;
  }
}
