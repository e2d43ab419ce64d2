/**
 * Sorted row edits on their way to the job that folds them into trees. The job asks for a batch when it has room, so neither
 * side holds more than a few, and the thread that has the edits packs one in well under a millisecond.
 *
 * A batch: entries of one tree, each u32 size of the key, u32 size of the value + 1 (0: the key is deleted), key, value;
 * little-endian. The last batch of a tree says so; the trees come in the order of the request.
 */
import type { MessagePort } from "node:worker_threads";
import { NEWEST } from "../branch-state.ts";
import type { EditCursor } from "../edit-cursor.ts";
import type { RowDelta } from "../row-delta.ts";

const BATCH_SIZE = 8 * 1024;
const ENTRY_HEADER_SIZE = 8;
/** Batches asked for before the first is used up. */
const BATCHES_AHEAD = 4;

interface EditBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly endsTree: boolean;
}

/** Answers the requests on `port` with the edits of `deltas`, one after the other. */
export function feedEdits(port: MessagePort, deltas: readonly RowDelta[]): void {
  const batches = packAll(deltas);
  port.on("message", () => {
    const next = batches.next();
    if (next.done === true) return;
    const batch: EditBatch = next.value;
    port.postMessage(batch, [batch.bytes.buffer]);
  });
}

function* packAll(deltas: readonly RowDelta[]): Generator<EditBatch> {
  for (const delta of deltas) {
    let bytes = newBatch(BATCH_SIZE);
    let size = 0;
    const cursor = delta.openCursor({}, "forward", NEWEST);
    while (cursor.next()) {
      const valueSize = cursor.deleted ? 0 : cursor.valueEnd - cursor.valueStart;
      const entrySize = ENTRY_HEADER_SIZE + cursor.keyEnd - cursor.keyStart + valueSize;
      if (size + entrySize > bytes.length) {
        if (size > 0) yield { bytes: bytes.subarray(0, size), endsTree: false };
        bytes = newBatch(Math.max(BATCH_SIZE, entrySize));
        size = 0;
      }
      size = packEntry(cursor, bytes, size);
    }
    yield { bytes: bytes.subarray(0, size), endsTree: true };
  }
}

function newBatch(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(size));
}

function packEntry(entry: EditCursor, target: Uint8Array, at: number): number {
  const { deleted, keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = entry;
  const valueAt = at + ENTRY_HEADER_SIZE + keyEnd - keyStart;
  writeUint32(target, at, keyEnd - keyStart);
  writeUint32(target, at + 4, deleted ? 0 : valueEnd - valueStart + 1);
  target.set(keyBytes.subarray(keyStart, keyEnd), at + ENTRY_HEADER_SIZE);
  if (deleted) return valueAt;
  target.set(valueBytes.subarray(valueStart, valueEnd), valueAt);
  return valueAt + valueEnd - valueStart;
}

/** The job's end of a feed. */
export class EditReader {
  readonly #port: MessagePort;
  readonly #arrived: EditBatch[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (batch: EditBatch) => {
      this.#arrived.push(batch);
      this.#wake?.();
    });
    port.on("close", () => {
      this.#closed = true;
      this.#wake?.();
    });
    for (let ahead = 0; ahead < BATCHES_AHEAD; ahead++) port.postMessage("next");
  }

  /** Hands the edits of the next tree to `edit`, and awaits `betweenBatches` now and then. */
  async readTree(
    edit: (key: Uint8Array, value: Uint8Array | undefined) => void,
    betweenBatches: () => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const { bytes, endsTree } = await this.#next();
      for (let at = 0; at < bytes.length; ) {
        const keyAt = at + ENTRY_HEADER_SIZE;
        const valueAt = keyAt + readUint32(bytes, at);
        const valueSize = readUint32(bytes, at + 4) - 1;
        const key = bytes.subarray(keyAt, valueAt);
        if (valueSize < 0) edit(key, undefined);
        else edit(key, bytes.subarray(valueAt, valueAt + valueSize));
        at = valueAt + Math.max(0, valueSize);
      }
      await betweenBatches();
      if (endsTree) return;
    }
  }

  async #next(): Promise<EditBatch> {
    for (;;) {
      const batch = this.#arrived.shift();
      if (batch !== undefined) {
        this.#port.postMessage("next");
        return batch;
      }
      if (this.#closed) throw new Error("the edits ended early");
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}

function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 24;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
