/**
 * Writes rows made in a target table's registers, one at a time: AUTO_INCREMENT, generated columns, checks, duplicates
 * by the rule of the statement (error, IGNORE, REPLACE, ON DUPLICATE KEY UPDATE), waits for locks.
 */
import type { TableWriter, WriteOutcome } from "../../engine/api.ts";
import type { Column } from "../../tables/schema.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import { createRowSlot } from "../executor/execution-frame.ts";
import type { Frame } from "../executor/frame.ts";
import { evaluateWithLocks } from "../executor/lock-wait.ts";
import type { SessionContext } from "../session/session-context.ts";
import { sameRow } from "./row-equality.ts";
import { duplicateError, refuseNull } from "./row-writing.ts";
import type { TargetTable } from "./target-table.ts";

/** ON DUPLICATE KEY UPDATE: changes the existing row, which is in its registers. */
export interface DuplicateUpdate {
  /** Registers that hold the existing row and then the changed one. */
  readonly row: TargetTable;
  assign(frame: Frame, context: SessionContext): void;
}

export type OnDuplicate =
  | { readonly kind: "error" }
  | { readonly kind: "ignore" }
  | { readonly kind: "replace" }
  | { readonly kind: "update"; readonly update: DuplicateUpdate };

export interface InsertOptions {
  readonly onDuplicate: OnDuplicate;
  /** IGNORE: problems with a row are warnings, and the row is left out. */
  readonly ignore: boolean;
  /** Rows of VALUES; undefined: not known before they are read. */
  readonly expectedRows?: number;
  /** NO_AUTO_VALUE_ON_ZERO */
  readonly zeroIsValue: boolean;
  /** CLIENT_FOUND_ROWS: an unchanged row counts as one. */
  readonly foundRows: boolean;
  /** A NULL for a NOT NULL column becomes its implicit default with a warning. */
  readonly lenientNulls: boolean;
}

const MAXIMA: Record<string, bigint> = {
  tinyint: 127n,
  smallint: 32767n,
  mediumint: 8388607n,
  int: 2147483647n,
  bigint: 9223372036854775807n,
};

export class RowInserter {
  readonly #target: TargetTable;
  readonly #writer: TableWriter;
  readonly #options: InsertOptions;
  readonly #context: SessionContext;
  readonly #frame: Frame;
  /** Rows given, rows inserted or changed as affected rows count them, and duplicates found. */
  records = 0;
  affected = 0;
  duplicates = 0;
  copied = 0;
  /** The first generated AUTO_INCREMENT value. */
  firstGenerated: SqlInteger | undefined;
  /** AUTO_INCREMENT values reserved and not used yet. */
  #reservedNext = 0n;
  #reservedEnd = 0n;
  #reservation = 0;
  /** The last value given explicitly, which the OK packet shows when none was generated. */
  lastExplicit: SqlInteger = 0;

  constructor(
    parts: {
      readonly target: TargetTable;
      readonly writer: TableWriter;
      readonly frame: Frame;
      readonly context: SessionContext;
    },
    options: InsertOptions,
  ) {
    this.#target = parts.target;
    this.#writer = parts.writer;
    this.#frame = parts.frame;
    this.#context = parts.context;
    this.#options = options;
  }

  /** Inserts the row in the registers. */
  insert(): Promise<void> | undefined {
    this.records++;
    let stored: Value[];
    let generated: SqlInteger | undefined;
    try {
      generated = this.#autoIncrement();
      this.#checkNulls();
      this.#target.complete(this.#frame, this.#context);
      stored = this.#target.toStored(this.#frame, this.#context);
    } catch (error) {
      this.#skipOrThrow(error);
      return undefined;
    }
    return this.#write(stored, generated);
  }

  #skipOrThrow(error: unknown): void {
    if (!this.#options.ignore || !(error instanceof SqlError) || !IGNORABLE.has(error.code)) throw error;
    this.#context.warn("Warning", error.errno, error.message);
    this.duplicates++;
  }

  #checkNulls(): void {
    const { base, schema, autoIncrement, notNull } = this.#target;
    const { registers } = this.#frame;
    for (const at of notNull) {
      if (registers[base + at] !== null) continue;
      if (at === autoIncrement) continue;
      registers[base + at] = refuseNull(
        schema.columns[at] as Column,
        this.#context,
        this.#options.lenientNulls,
      );
    }
  }

  /** Gives the AUTO_INCREMENT column its value; returns it when it was generated here. */
  #autoIncrement(): SqlInteger | undefined {
    const { autoIncrement, base, schema } = this.#target;
    if (autoIncrement === undefined) return undefined;
    const register = base + autoIncrement;
    const given = this.#frame.registers[register];
    const generates = given === null || (Number(given) === 0 && !this.#options.zeroIsValue);
    const { type } = schema.columns[autoIncrement] as Column;
    if (!generates) {
      this.lastExplicit = type.kind === "float" ? Math.round(given as number) : (given as SqlInteger);
      return undefined;
    }
    const value = clampToType(this.#nextAutoIncrement(), type);
    this.#frame.registers[register] = value;
    return value;
  }

  /** As InnoDB does with innodb_autoinc_lock_mode = 2: the rows of VALUES at once; of a query 1, 2, 4, 8 … */
  #nextAutoIncrement(): bigint {
    if (this.#reservedNext >= this.#reservedEnd) {
      const { expectedRows } = this.#options;
      this.#reservation =
        this.#reservation === 0 ? (expectedRows ?? 1) : Math.min(this.#reservation * 2, 65_535);
      this.#reservedNext = this.#writer.reserveAutoIncrement(this.#reservation);
      this.#reservedEnd = this.#reservedNext + BigInt(this.#reservation);
    }
    return this.#reservedNext++;
  }

  #write(stored: readonly Value[], generated: SqlInteger | undefined): Promise<void> | undefined {
    let outcome: WriteOutcome;
    try {
      outcome = this.#writer.insertRow(stored);
    } catch (error) {
      this.#skipOrThrow(error);
      return undefined;
    }
    if (outcome.kind === "done") {
      this.#inserted(generated);
      return undefined;
    }
    return this.#writeSlowly(stored, generated, outcome);
  }

  #inserted(generated: SqlInteger | undefined): void {
    this.affected++;
    this.copied++;
    if (generated !== undefined) {
      this.firstGenerated ??= generated;
    } else if (this.#target.autoIncrement !== undefined) {
      const { lastExplicit } = this;
      if (lastExplicit > 0) {
        this.#writer.noteAutoIncrement(lastExplicit);
        const after = BigInt(lastExplicit) + 1n;
        if (after > this.#reservedNext) this.#reservedNext = after;
      }
    }
  }

  async #writeSlowly(
    stored: readonly Value[],
    generated: SqlInteger | undefined,
    first: WriteOutcome,
  ): Promise<void> {
    let outcome = first;
    for (;;) {
      if (outcome.kind === "done") {
        this.#inserted(generated);
        return;
      }
      if (outcome.kind === "wait") await outcome.promise;
      else if (!(await this.#resolveDuplicate(stored, outcome))) return;
      try {
        outcome = this.#writer.insertRow(stored);
      } catch (error) {
        this.#skipOrThrow(error);
        return;
      }
    }
  }

  /** True when the insert should be tried again. */
  async #resolveDuplicate(
    stored: readonly Value[],
    outcome: WriteOutcome & { readonly kind: "duplicate" },
  ): Promise<boolean> {
    const { onDuplicate } = this.#options;
    switch (onDuplicate.kind) {
      case "error":
        throw duplicateError(this.#target, outcome.index, stored);
      case "ignore": {
        const error = duplicateError(this.#target, outcome.index, stored);
        this.#context.warn("Warning", error.errno, error.message);
        this.duplicates++;
        return false;
      }
      case "replace":
        return this.#replace(stored, outcome.primaryKey, outcome.index);
      case "update":
        await this.#update(onDuplicate.update, outcome.primaryKey);
        return false;
    }
  }

  async #lockedRow(primaryKey: Uint8Array): Promise<Value[] | undefined> {
    const writer = this.#writer;
    for (;;) {
      const lock = writer.lockRow(primaryKey, "update", "wait");
      if (lock.kind !== "wait") break;
      await lock.promise;
    }
    const slot = createRowSlot();
    if (!writer.current.lookup(0, primaryKey, slot)) return undefined;
    const values = this.#target.codec.decodeRow(slot, (hash) => writer.current.readBlob(hash));
    return values;
  }

  /** The stored row with its virtual columns, which index entries are made of. */
  #completed(row: TargetTable, values: Value[]): Value[] {
    if (!row.hasGenerated) return values;
    row.load(values, this.#frame, this.#context);
    return row.toStored(this.#frame, this.#context);
  }

  async #replace(stored: readonly Value[], primaryKey: Uint8Array, index: number): Promise<boolean> {
    const found = await this.#lockedRow(primaryKey);
    if (found === undefined) return true;
    const kept = this.#frame.registers.slice(this.#target.base, this.#target.base + this.#target.width);
    const existing = this.#completed(this.#target, found);
    for (let i = 0; i < kept.length; i++) this.#frame.registers[this.#target.base + i] = kept[i] as Value;
    const same = sameRow(existing, stored);
    await untilDone(
      () => this.#writer.deleteRow(existing, primaryKey),
      () => sqlError("ER_DUP_KEY", this.#target.name),
    );
    // A row replaced by its equal counts once, when the key it was found by is the last one checked.
    const last = this.#target.schema.indexes.findLastIndex((other) => other.kind === "unique") + 1;
    if (!same || index !== last) this.affected++;
    this.duplicates++;
    return true;
  }

  async #update(update: DuplicateUpdate, primaryKey: Uint8Array): Promise<void> {
    const found = await this.#lockedRow(primaryKey);
    if (found === undefined) return;
    const frame = this.#frame;
    const existing = this.#completed(update.row, found);
    const assigned = evaluateWithLocks(() => {
      update.row.load(found, frame, this.#context);
      update.assign(frame, this.#context);
    });
    if (assigned instanceof Promise) await assigned;
    update.row.complete(frame, this.#context);
    const changed = update.row.toStored(frame, this.#context);
    this.duplicates++;
    if (sameRow(existing, changed)) {
      if (this.#options.foundRows) this.affected++;
      return;
    }
    await untilDone(
      () => this.#writer.updateRow(existing, changed, primaryKey),
      (index) => duplicateError(this.#target, index, changed),
    );
    this.affected += 2;
    if (this.#target.autoIncrement !== undefined) {
      const value = changed[this.#target.autoIncrement] as SqlInteger | null;
      if (value !== null && this.firstGenerated === undefined) this.lastExplicit = value;
    }
  }
}

/** Repeats a write while it has to wait. Undefined when it was done at once. */
function untilDone(
  write: () => WriteOutcome,
  duplicate: (index: number) => Error,
): Promise<void> | undefined {
  const outcome = write();
  if (outcome.kind === "done") return undefined;
  if (outcome.kind === "duplicate") throw duplicate(outcome.index);
  return outcome.promise.then(() => untilDone(write, duplicate));
}

function clampToType(next: bigint, type: SqlType): SqlInteger {
  let most = 9223372036854775807n;
  if (type.kind === "integer") {
    most = MAXIMA[type.name] ?? most;
    if (type.unsigned) most = most * 2n + 1n;
  }
  if (next > most && type.kind === "integer" && type.name === "bigint")
    throw sqlError("ER_AUTOINC_READ_FAILED");
  const value = next > most ? most : next;
  return value <= 9007199254740991n ? Number(value) : value;
}

/** Errors that IGNORE turns into warnings about one row. */
const IGNORABLE: ReadonlySet<string> = new Set([
  "ER_DUP_ENTRY",
  "ER_NO_REFERENCED_ROW_2",
  "ER_NO_REFERENCED_ROW",
  "ER_ROW_IS_REFERENCED_2",
  "ER_ROW_IS_REFERENCED",
  "ER_CHECK_CONSTRAINT_VIOLATED",
  "ER_BAD_NULL_ERROR",
]);
