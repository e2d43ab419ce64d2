/**
 * Sorts the entries of new indexes over a large table piece by piece, with the help of another thread where there is one: each
 * takes the next piece when it has done one. The other thread runs when nobody else wants its processor, so it may be slow: when no other
 * piece is left, its last one is waited for only as long as it takes here, and then sorted here. What it fails to do is done here.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { threadId } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { clientsAreBusy } from "../../base/short-bursts.ts";
import { WorkerFailure } from "../../base/worker-pool.ts";
import type { FileSystem } from "../../io/file-system.ts";
import type { ProllyTree } from "../../prolly/prolly-tree.ts";
import { emptySlot, type TupleCursor } from "../../prolly/tuple-cursor.ts";
import { SORT_RUN_PREFIX, type SortPause } from "../../tables/key-sorter.ts";
import type { SortedRun } from "../../tables/run-sorter.ts";
import { MergingCursor, READ_BUFFER_SIZE, RunBytesReader, RunReader } from "../../tables/sort-run.ts";
import { type Piece, type PieceRuns, PieceSorter, type PieceSource } from "./piece-sorter.ts";

/** Few enough that merging them is quick. */
const PIECES_MAX = 64;
/** Runs beyond it go to files. */
const MEMORY_MAX_BYTES: number = 64 * 1024 * 1024;
/** What all buffers for reading runs from files may take. */
const READ_BUFFERS_MAX_BYTES: number = 16 * 1024 * 1024;
const READ_BUFFER_SIZE_MIN = 16 * 1024;
/** How often the other thread's turn is reconsidered while clients are busy. */
const BUSY_LOOK_MS = 10;

/** Another thread that sorts pieces. */
export interface PiecePartner {
  sort(source: PieceSource, piece: Piece): Promise<PieceRuns>;
  /** Begins to end the thread; what it is at fails with WorkerFailure. May be called again. */
  close(): void;
}

export interface PieceSite {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly pause: SortPause;
  readonly partner: PiecePartner | undefined;
  /** Pieces have at least so many rows, when there are. */
  readonly pieceRows: number;
  readonly memoryMaxBytes?: number;
}

export class SortedPieces {
  readonly #source: PieceSource;
  readonly #site: PieceSite;
  readonly #sorter: PieceSorter;
  readonly #pieces: readonly Pick<Piece, "lower" | "upper">[];
  readonly #done: (PieceRuns | undefined)[];
  readonly #filePrefix: string;
  readonly #readers: RunReader[] = [];
  #next = 0;
  #memoryBytes = 0;
  #closed = false;

  constructor(tree: ProllyTree, source: PieceSource, site: PieceSite) {
    this.#source = source;
    this.#site = site;
    this.#sorter = new PieceSorter(site.files, source);
    this.#pieces = cutIntoPieces(tree, site.pieceRows);
    this.#done = this.#pieces.map(() => undefined);
    const prefix = `${SORT_RUN_PREFIX}${process.pid}-${threadId}-pieces${nextNumber++}-`;
    this.#filePrefix = path.join(source.listing.folder, prefix);
  }

  /** For each index its entries in order. */
  async sort(): Promise<readonly TupleCursor[]> {
    const { clock, partner } = this.#site;
    const helped = partner === undefined ? undefined : this.#sortElsewhere(partner);
    // It is waited for below, unless this thread fails before.
    helped?.catch(() => undefined);
    let lastMs = 0;
    for (let at = this.#take(); at !== undefined; at = this.#take()) {
      const startMs = clock.monotonicMs();
      await this.#sortHere(at);
      lastMs = clock.monotonicMs() - startMs;
    }
    if (helped !== undefined) await endsWithin(helped, clock, lastMs);
    this.#endPartner();
    for (let at = 0; at < this.#done.length; at++) if (this.#done[at] === undefined) await this.#sortHere(at);
    return this.#source.indexes.map((_, index) => this.#merge(index));
  }

  /** Removes the runs' files. Cursors given out end their use here. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endPartner();
    this.#sorter.close();
    for (const reader of this.#readers) reader.close();
    const { folder } = this.#source.listing;
    const { files } = this.#site;
    for (const { name } of files.list(folder)) {
      const file = path.join(folder, name);
      if (file.startsWith(this.#filePrefix)) await files.removeFile(file);
    }
  }

  /** Nobody waits for it: a thread that hardly gets a processor also takes long to end. */
  #endPartner(): void {
    this.#site.partner?.close();
  }

  #take(): number | undefined {
    return this.#next < this.#pieces.length ? this.#next++ : undefined;
  }

  async #sortHere(at: number): Promise<void> {
    const filePrefix = this.#isMemoryFull ? `${this.#filePrefix}${at}` : undefined;
    this.#keep(at, await this.#sorter.sort({ ...this.#piece(at), filePrefix }, this.#site.pause));
  }

  async #sortElsewhere(partner: PiecePartner): Promise<void> {
    for (;;) {
      // Two threads would take more of the processors than clients can spare.
      while (clientsAreBusy() && this.#next < this.#pieces.length) await this.#site.clock.sleep(BUSY_LOOK_MS);
      const at = this.#take();
      if (at === undefined) return;
      try {
        // Only this thread makes files: the other one may be at a piece, for nobody any more, when they are removed.
        const runs = await partner.sort(this.#source, { ...this.#piece(at), filePrefix: undefined });
        this.#keep(at, this.#isMemoryFull ? this.#toFiles(at, runs) : runs);
      } catch (error) {
        // The piece is sorted here, with all that are left.
        if (error instanceof WorkerFailure) return;
        throw error;
      }
    }
  }

  #piece(at: number): Pick<Piece, "lower" | "upper"> {
    const piece = this.#pieces[at];
    assert(piece !== undefined, "the piece exists");
    return piece;
  }

  get #isMemoryFull(): boolean {
    return this.#memoryBytes >= (this.#site.memoryMaxBytes ?? MEMORY_MAX_BYTES);
  }

  #toFiles(at: number, runs: PieceRuns): PieceRuns {
    if (this.#closed || this.#done[at] !== undefined) return runs;
    return runs.map((ofIndex, index) =>
      ofIndex.map(({ bytes }, number): SortedRun => {
        assert(bytes !== undefined, "a partner's runs are in memory");
        const file = `${this.#filePrefix}${at}-partner-${index}-${number}.tmp`;
        writeFileSync(file, bytes, { flag: "wx" });
        return { bytes: undefined, file };
      }),
    );
  }

  #keep(at: number, runs: PieceRuns): void {
    // Late: it was sorted here meanwhile.
    if (this.#closed || this.#done[at] !== undefined) return;
    this.#done[at] = runs;
    for (const { bytes } of runs.flat()) this.#memoryBytes += bytes?.length ?? 0;
  }

  #merge(index: number): TupleCursor {
    const runs = this.#done.flatMap((done): readonly SortedRun[] => done?.[index] ?? []);
    const fileCount = runs.filter(({ file }) => file !== undefined).length;
    const share = Math.floor(READ_BUFFERS_MAX_BYTES / Math.max(1, fileCount));
    const bufferSize = Math.max(READ_BUFFER_SIZE_MIN, Math.min(READ_BUFFER_SIZE, share));
    const cursors = runs.map(({ bytes, file }): TupleCursor => {
      if (bytes !== undefined) return new RunBytesReader(bytes);
      assert(file !== undefined, "a run is in memory or in a file");
      const reader = new RunReader(file, bufferSize);
      this.#readers.push(reader);
      return reader;
    });
    return new MergingCursor(cursors);
  }
}

/** Makes files of several jobs in one folder differ. */
let nextNumber = 0;

/** Pieces of about as many rows each. */
function cutIntoPieces(tree: ProllyTree, pieceRows: number): Pick<Piece, "lower" | "upper">[] {
  const count = Math.max(1, Math.min(PIECES_MAX, Math.floor(tree.count / pieceRows)));
  const slot = emptySlot();
  const bounds = Array.from({ length: count - 1 }, (_, at) => {
    const found = tree.select(Math.floor((tree.count * (at + 1)) / count), slot);
    assert(found, "a row is at each rank below the count");
    return slot.keyBytes.slice(slot.keyStart, slot.keyEnd);
  });
  return Array.from({ length: count }, (_, at) => ({ lower: bounds[at - 1], upper: bounds[at] }));
}

/** Resolves when the work has ended, or after the time; rejects as the work does. */
async function endsWithin(work: Promise<void>, clock: Clock, durationMs: number): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([work, clock.sleep(durationMs, over.signal)]);
  } finally {
    over.abort();
  }
}
