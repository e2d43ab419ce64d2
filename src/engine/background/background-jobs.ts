/**
 * The long jobs of a database that need nothing but its files, so that they can run beside the thread that answers clients:
 * in worker threads ({@link ThreadedJobs}), or in this one, step by step ({@link DirectJobs}: for simulated disks, and when
 * there are to be no threads). Both run the same code. Requests and results are plain data.
 */
import type { MessagePort, Transferable } from "node:worker_threads";
import { WorkerPool } from "../../base/worker-pool.ts";
import { type CopyRequest, copyLiveChunks } from "../../chunks/copy-live-chunks.ts";
import type { StoreListing } from "../../chunks/read-only-chunk-store.ts";
import { type SealRequest, sealJournal } from "../../chunks/seal-journal.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { walkAddresses } from "../../vcs/walk-addresses.ts";
import { checkDatabase, type DatabaseProblem } from "./check-database.ts";
import { type FoldRequest, type FoldResult, foldTrees } from "./fold-trees.ts";
import { decodeJobError } from "./job-errors.ts";
import { type PackJobRequest, packStoredChunks } from "./pack-stored-chunks.ts";
import { type RebuildRequest, type RebuildResult, rebuildStoredTable } from "./rebuild-stored-table.ts";
import type { PiecePartner } from "./sort-pieces.ts";

export interface BackgroundJobs {
  readonly limits: FoldLimits;
  copyLiveChunks(request: CopyRequest, signal: AbortSignal | undefined): Promise<readonly string[]>;
  sealJournal(request: SealRequest): Promise<string | undefined>;
  checkDatabase(listing: StoreListing, signal: AbortSignal | undefined): Promise<readonly DatabaseProblem[]>;
  /** `edits` gives batches when asked: see edit-feed.ts. The job takes it over. */
  foldTrees(request: FoldRequest, edits: MessagePort): Promise<FoldResult>;
  rebuildTable(request: RebuildRequest, signal: AbortSignal | undefined): Promise<RebuildResult>;
  /** `tables` takes the table files: see table-feed.ts. The job takes it over. */
  packChunks(request: PackJobRequest, tables: MessagePort, signal: AbortSignal | undefined): Promise<void>;
  /** Jobs under way fail. */
  close(): Promise<void>;
}

export interface FoldLimits {
  /** Smaller checkpoints are quicker done than described. */
  readonly editsMin: number;
  /** Smaller tables are quicker rebuilt than a thread is asked to. */
  readonly rowsMin: number;
  /** Of larger tables the indexes' entries are sorted in pieces of at least so many rows … */
  readonly pieceRows: number;
  /** … and by two threads from here on: one takes so long to start that it does not help with fewer. */
  readonly partnerRowsMin: number;
  /** Fewer bytes of new chunks are handed back, and go to the journal: many small table files would make reading slow. */
  readonly tableBytesMin: number;
}

/** What a job is sent, by its name. */
export interface JobInputs {
  readonly copyLiveChunks: CopyRequest;
  readonly sealJournal: SealRequest;
  readonly checkDatabase: StoreListing;
  readonly foldTrees: { readonly request: FoldRequest; readonly edits: MessagePort };
  readonly rebuildTable: RebuildRequest;
  readonly packChunks: { readonly request: PackJobRequest; readonly tables: MessagePort };
}

export interface JobResults {
  readonly copyLiveChunks: readonly string[];
  readonly sealJournal: string | undefined;
  readonly checkDatabase: readonly DatabaseProblem[];
  readonly foldTrees: FoldResult;
  readonly rebuildTable: RebuildResult;
  readonly packChunks: undefined;
}

const DEFAULT_LIMITS: FoldLimits = {
  editsMin: 2_000,
  rowsMin: 5_000,
  // Small enough that two threads end at about the same time.
  pieceRows: 65_536,
  partnerRowsMin: 200_000,
  tableBytesMin: 4 * 1024 * 1024,
};
/** Nothing is worth being described to the thread that is to do it. */
const UNLIMITED: Partial<FoldLimits> = {
  editsMin: Number.POSITIVE_INFINITY,
  rowsMin: Number.POSITIVE_INFINITY,
};
const ENTRY: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./background-worker.ts" : "./background-worker.js",
  import.meta.url,
);

export class ThreadedJobs implements BackgroundJobs {
  readonly limits: FoldLimits;
  readonly #pool: WorkerPool;

  constructor(threadCount: number, limits: Partial<FoldLimits> = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.#pool = new WorkerPool({ entry: ENTRY, size: threadCount, decodeError: decodeJobError });
  }

  copyLiveChunks(request: CopyRequest, signal: AbortSignal | undefined): Promise<readonly string[]> {
    return this.#run("copyLiveChunks", request, { signal });
  }

  sealJournal(request: SealRequest): Promise<string | undefined> {
    return this.#run("sealJournal", request);
  }

  checkDatabase(listing: StoreListing, signal: AbortSignal | undefined): Promise<readonly DatabaseProblem[]> {
    return this.#run("checkDatabase", listing, { signal });
  }

  foldTrees(request: FoldRequest, edits: MessagePort): Promise<FoldResult> {
    return this.#run("foldTrees", { request, edits }, { transfer: [edits] });
  }

  rebuildTable(request: RebuildRequest, signal: AbortSignal | undefined): Promise<RebuildResult> {
    return this.#run("rebuildTable", request, { signal });
  }

  async packChunks(
    request: PackJobRequest,
    tables: MessagePort,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#run("packChunks", { request, tables }, { transfer: [tables], signal });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #run<Name extends keyof JobInputs>(
    name: Name,
    input: JobInputs[Name],
    options: { readonly signal?: AbortSignal | undefined; readonly transfer?: readonly Transferable[] } = {},
  ): Promise<JobResults[Name]> {
    // The entry module has the same table of jobs, and comes from the same version of the program.
    return (await this.#pool.run(name, input, options)) as JobResults[Name];
  }
}

export class DirectJobs implements BackgroundJobs {
  readonly limits: FoldLimits;
  readonly #files: FileSystem;
  readonly #newPartner: (() => PiecePartner | undefined) | undefined;

  /** By default nothing is worth being described. `newPartner` starts a thread that helps with a large table. */
  constructor(
    files: FileSystem,
    limits: Partial<FoldLimits> = {},
    newPartner?: () => PiecePartner | undefined,
  ) {
    this.#files = files;
    this.#newPartner = newPartner;
    this.limits = { ...DEFAULT_LIMITS, ...UNLIMITED, ...limits };
  }

  copyLiveChunks(request: CopyRequest, signal: AbortSignal | undefined): Promise<readonly string[]> {
    return copyLiveChunks(request, { files: this.#files, walk: walkAddresses, signal });
  }

  sealJournal(request: SealRequest): Promise<string | undefined> {
    return sealJournal(this.#files, request);
  }

  checkDatabase(listing: StoreListing, signal: AbortSignal | undefined): Promise<readonly DatabaseProblem[]> {
    return checkDatabase(this.#files, listing, signal);
  }

  foldTrees(request: FoldRequest, edits: MessagePort): Promise<FoldResult> {
    return foldTrees(this.#files, request, edits);
  }

  rebuildTable(request: RebuildRequest, signal: AbortSignal | undefined): Promise<RebuildResult> {
    return rebuildStoredTable(this.#files, request, { signal, newPartner: this.#newPartner });
  }

  packChunks(request: PackJobRequest, tables: MessagePort, signal: AbortSignal | undefined): Promise<void> {
    return packStoredChunks(this.#files, request, { tables, signal });
  }

  async close(): Promise<void> {}
}
