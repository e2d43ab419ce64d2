/**
 * The uncommitted edits of one transaction: an ordered delta per table and index, with an undo list, so that a failed
 * statement or a savepoint can be rolled back exactly. What they hold in memory counts against a budget.
 */
import { assert } from "../base/assert.ts";
import type { BranchState } from "./branch-state.ts";
import type { Database } from "./database.ts";
import type { EditBudget } from "./edit-budget.ts";
import type { LockOwner } from "./lock-table.ts";
import { OwnDelta, type Replaced } from "./own-delta.ts";
import type { TableState } from "./table-state.ts";

export class OwnTableEdits {
  readonly owner: LockOwner;
  readonly database: Database;
  readonly branch: BranchState;
  readonly state: TableState;
  readonly indexes: readonly OwnDelta[];
  /** Rows inserted minus rows deleted, against the newest committed state. */
  countChange = 0;
  /** The same against the transaction's snapshot, which may be older. */
  viewCountChange = 0;

  constructor(owner: LockOwner, database: Database, branch: BranchState, state: TableState) {
    this.owner = owner;
    this.database = database;
    this.branch = branch;
    this.state = state;
    const indexes: OwnDelta[] = [];
    for (let index = 0; index < state.indexCount; index++) indexes.push(new OwnDelta());
    this.indexes = indexes;
  }
}

interface UndoStep {
  readonly edits: OwnTableEdits;
  readonly index: number;
  readonly key: string;
  readonly replaced: Replaced;
  readonly countChange: number;
  readonly viewCountChange: number;
  /** What the edit and this step take in memory. */
  readonly sizeBytes: number;
}

/** What an edit takes beside its entry, as measured: this step, and the lock of the row. */
const STEP_BYTES = 200;

/** A place in the undo list. */
export type UndoMark = number;

export class OwnEdits {
  readonly #owner: LockOwner;
  /** Few, so a list. */
  readonly #tables: OwnTableEdits[] = [];
  readonly #undo: UndoStep[] = [];
  readonly #budget: EditBudget;
  #sizeBytes = 0;

  constructor(owner: LockOwner, budget: EditBudget) {
    this.#owner = owner;
    this.#budget = budget;
  }

  get mark(): UndoMark {
    return this.#undo.length;
  }

  get dirty(): boolean {
    return this.#undo.length > 0;
  }

  getTable(state: TableState): OwnTableEdits | undefined {
    for (const edits of this.#tables) if (edits.state === state) return edits;
    return undefined;
  }

  /** The edits of a table, made at the first write to it. */
  tableFor(database: Database, branch: BranchState, state: TableState): OwnTableEdits {
    let edits = this.getTable(state);
    if (edits === undefined) {
      edits = new OwnTableEdits(this.#owner, database, branch, state);
      this.#tables.push(edits);
      state.openEdits.add(edits);
    }
    return edits;
  }

  get tables(): readonly OwnTableEdits[] {
    return this.#tables;
  }

  /** Sets (or, with undefined, deletes) an entry of an index; the row counts change by the given amounts. 1197 when
   *  transactions hold all that they may. */
  put(edits: OwnTableEdits, edit: OwnEdit): void {
    const delta = edits.indexes[edit.index];
    assert(delta !== undefined, "the index exists");
    this.#budget.check(this.#sizeBytes);
    const sizeBefore = delta.sizeBytes;
    const replaced = delta.put(edit.key, edit.keyBytes, edit.value);
    const grown = replaced === undefined ? delta.sizeBytes - sizeBefore : (edit.value?.length ?? 0);
    const sizeBytes = STEP_BYTES + grown;
    const { countChange, viewCountChange } = edits;
    this.#undo.push({
      edits,
      index: edit.index,
      key: edit.key,
      replaced,
      countChange,
      viewCountChange,
      sizeBytes,
    });
    this.#sizeBytes += sizeBytes;
    this.#budget.take(sizeBytes);
    edits.countChange += edit.countChange;
    edits.viewCountChange += edit.viewCountChange;
  }

  rollbackTo(mark: UndoMark): void {
    assert(mark <= this.#undo.length, "the mark is not in the future");
    while (this.#undo.length > mark) {
      const step = this.#undo.pop() as UndoStep;
      const delta = step.edits.indexes[step.index] as OwnDelta;
      delta.restore(step.key, step.replaced);
      step.edits.countChange = step.countChange;
      step.edits.viewCountChange = step.viewCountChange;
      this.#release(step.sizeBytes);
    }
  }

  /** Ends the transaction's claim on its tables. */
  discard(): void {
    for (const edits of this.#tables) edits.state.openEdits.delete(edits);
    if (this.#tables.length > 0) this.#tables.length = 0;
    if (this.#undo.length > 0) this.#undo.length = 0;
    this.#release(this.#sizeBytes);
  }

  #release(bytes: number): void {
    this.#sizeBytes -= bytes;
    this.#budget.giveBack(bytes);
  }
}

export interface OwnEdit {
  readonly index: number;
  readonly key: string;
  readonly keyBytes: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly countChange: number;
  readonly viewCountChange: number;
}
