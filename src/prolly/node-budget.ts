/**
 * The bytes that decoded tree nodes may take, shared by the readers of several databases. Beyond it a clock goes over the
 * readers' nodes, one reader after the other: nodes used since its last visit stay, others go. So an idle database makes
 * room for a busy one, and a database whose nodes are all in use keeps them. Each reader keeps at least one node.
 */
import type { ChunkReader } from "../chunks/chunk-store.ts";

/** When it is time, this share of the budget is made free at once: finding the oldest node of a map means passing those
 *  that were removed before it, which must not happen for every node. */
const ROOM_SHARE = 64;

export interface NodeHolder {
  readonly chunks: ChunkReader;
  readonly nodeCount: number;
  /** Visits up to `count` nodes from the oldest on until the budget has room; the number it did not visit. */
  sweep(count: number, budget: NodeBudget): number;
  close(): void;
}

export class NodeBudget {
  readonly sizeMaxBytes: number;
  readonly #holders: NodeHolder[] = [];
  #sizeBytes = 0;
  /** What is left once the present sweep has ended. */
  #goalBytes: number;
  /** Which holder the clock is at, and how many of its nodes are still to be visited. */
  #hand = 0;
  #unvisited = 0;

  constructor(sizeMaxBytes: number) {
    this.sizeMaxBytes = sizeMaxBytes;
    this.#goalBytes = sizeMaxBytes - Math.floor(sizeMaxBytes / ROOM_SHARE);
  }

  /** Bytes held by all readers. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get hasRoom(): boolean {
    return this.#sizeBytes <= this.#goalBytes;
  }

  join(holder: NodeHolder): void {
    this.#holders.push(holder);
  }

  /** Closes the readers of a store that is to be closed. */
  release(chunks: ChunkReader): void {
    for (const holder of this.#holders.filter((each) => each.chunks === chunks)) holder.close();
  }

  leave(holder: NodeHolder): void {
    const at = this.#holders.indexOf(holder);
    if (at < 0) return;
    this.#holders.splice(at, 1);
    this.#hand = 0;
    this.#unvisited = 0;
  }

  take(bytes: number): void {
    this.#sizeBytes += bytes;
    if (this.#sizeBytes > this.sizeMaxBytes) this.#makeRoom();
  }

  giveBack(bytes: number): void {
    this.#sizeBytes -= bytes;
  }

  #makeRoom(): void {
    // The first round may find all nodes in use; after a second one without success there is nothing to be had.
    let barren = 0;
    while (!this.hasRoom && barren <= 2 * this.#holders.length) {
      const holder = this.#holders[this.#hand];
      if (holder === undefined) return;
      const before = this.#sizeBytes;
      this.#unvisited = holder.sweep(this.#unvisited, this);
      if (this.#unvisited > 0) return;
      barren = this.#sizeBytes < before ? 0 : barren + 1;
      this.#hand = (this.#hand + 1) % this.#holders.length;
      this.#unvisited = this.#holders[this.#hand]?.nodeCount ?? 0;
    }
  }
}
