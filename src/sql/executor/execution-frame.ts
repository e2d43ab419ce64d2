/**
 * The one implementation of `Frame`: made once per compiled plan and used again by each of its executions, which set
 * parameters, tables and context before the operators open.
 */
import type { LockOutcome, TableView, TableWriter } from "../../engine/api.ts";
import type { Value } from "../../values/value.ts";
import type { Frame, RowSlot } from "./frame.ts";
import type { StatementContext } from "./statement-context.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);

export function createRowSlot(): RowSlot {
  return {
    keyBytes: NO_BYTES,
    keyStart: 0,
    keyEnd: 0,
    valueBytes: NO_BYTES,
    valueStart: 0,
    valueEnd: 0,
    present: false,
  };
}

/** The key of the slot's row, which may be a view of longer bytes. */
export function keyOf({ keyBytes, keyStart, keyEnd }: RowSlot): Uint8Array {
  if (keyStart === 0 && keyEnd === keyBytes.length) return keyBytes;
  return new Uint8Array(keyBytes.buffer, keyBytes.byteOffset + keyStart, keyEnd - keyStart);
}

export class ExecutionFrame implements Frame {
  readonly slots: RowSlot[] = [];
  readonly tables: TableView[] = [];
  readonly writers: (TableWriter | undefined)[] = [];
  readonly registers: Value[] = [];
  parameters: readonly Value[] = [];
  context: StatementContext;
  execution = 0;
  waitFor: (LockOutcome & { readonly kind: "wait" }) | undefined = undefined;

  constructor(slotCount: number, registerCount: number, context: StatementContext) {
    for (let i = 0; i < slotCount; i++) this.slots.push(createRowSlot());
    for (let i = 0; i < registerCount; i++) this.registers.push(null);
    this.context = context;
  }

  /** Lets go of rows and tables, so that an idle cached plan pins nothing. */
  release(): void {
    for (const slot of this.slots) {
      slot.keyBytes = NO_BYTES;
      slot.valueBytes = NO_BYTES;
      slot.present = false;
    }
    // Setting the length is a call into the engine; taking one or two elements away is not.
    while (this.tables.length > 0) this.tables.pop();
    while (this.writers.length > 0) this.writers.pop();
    this.waitFor = undefined;
  }
}
