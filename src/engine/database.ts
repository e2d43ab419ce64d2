/**
 * One open database: its chunk store, write-ahead log and branches. The rules that keep them together:
 *
 * - What is committed is in the log until a checkpoint has moved it into the trees; the checkpoint's roots and the log
 *   position that they contain become durable in one root change of the chunk store (`local/wal-position`).
 * - The root changes only under the root mutex: checkpoints, schema changes and version control take turns. Row edits
 *   never wait for it.
 */
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { attempt } from "../base/attempt.ts";
import { Mutex } from "../base/mutex.ts";
import { hurryJobs } from "../base/short-bursts.ts";
import type { Hash } from "../bytes/hash.ts";
import { FileChunkStore } from "../chunks/file-chunk-store.ts";
import { readBlob } from "../prolly/blob.ts";
import { NodeReader } from "../prolly/node-reader.ts";
import { sqlError } from "../values/sql-error.ts";
import { readCommit } from "../vcs/commit.ts";
import {
  branchOfRef,
  HEADS_PREFIX,
  LOCAL_PREFIX,
  META_PREFIX,
  type RefChanges,
  type Refs,
  readDocument,
  readRefs,
  WORKING_SETS_PREFIX,
  writeDocument,
  writeRefs,
} from "../vcs/refs.ts";
import { readRootValue } from "../vcs/root-value.ts";
import { readWorkingSet, type WorkingSet, writeWorkingSet } from "../vcs/working-set.ts";
import { BRANCH_LOCK_KEY, BranchState, Generation, mostDirtyBytes } from "./branch-state.ts";
import { foldBranches, freezeBranch, insertedShare, installFolded } from "./checkpoint.ts";
import { WAL_FOLDER, whatIsDamaged } from "./database-folder.ts";
import { closeStore, type EngineServices } from "./engine-settings.ts";
import { GarbageCollection } from "./garbage-collection.ts";
import { heavyOwner, LOCK_EXCLUSIVE } from "./lock-table.ts";
import type { RecordToLog } from "./log-record.ts";
import { openReplayedLog } from "./open-replayed-log.ts";
import { ReadOnlyRoots } from "./read-only-roots.ts";
import { removeSortRuns } from "./sort-runs.ts";
import { StoringWork } from "./storing-work.ts";
import { TableLoader } from "./table-loader.ts";
import type { LogFlushMode, WriteAheadLog } from "./write-ahead-log.ts";
import { WriteRecovery } from "./write-recovery.ts";

const WAL_POSITION_REF = `${LOCAL_PREFIX}wal-position`;
const DEFAULT_BRANCH_REF = `${META_PREFIX}default-branch`;
const SMALL_CHECKPOINT_BYTES = 16 * 1024 * 1024;
/** How far commits may run ahead of a checkpoint, from where on it hurries, and what is replayed between two, in sizes that
 *  begin one. */
const BACKLOG_FACTOR = 1.25;
const HURRY_FACTOR = 0.5;
const REPLAY_FACTOR = 4;

export interface DatabaseOptionsAtOpen {
  readonly name: string;
  readonly folder: string;
  readonly services: EngineServices;
}

export class Database {
  readonly name: string;
  readonly folder: string;
  readonly chunks: FileChunkStore;
  readonly nodes: NodeReader;
  readonly loader: TableLoader;
  readonly readBlob: (hash: Hash) => Uint8Array;
  /** Serialises every change of the chunk store's root. */
  readonly rootMutex: Mutex = new Mutex();
  readonly garbage: GarbageCollection;
  readonly #recovery: WriteRecovery;
  readonly #services: EngineServices;
  readonly #branches = new Map<string, BranchState>();
  readonly #readOnlyRoots = new ReadOnlyRoots((address) => this.#openGeneration(address));
  readonly #storing = new StoringWork();
  #defaultBranch: { readonly address: Hash; readonly name: string | undefined } | undefined;
  #refs: Refs;
  #log: WriteAheadLog | undefined;
  #appliedLsn = 0;
  /** Branches whose edits a checkpoint has frozen and not installed yet. */
  readonly #frozenBranches = new Set<BranchState>();
  /** The log position of the frozen layers, while a checkpoint is under way or has failed. */
  #frozenLsn: number | undefined;
  #frozenPastFailure = false;
  #checkpointTimer: { cancel(): void } | undefined;
  #background: Promise<void> | undefined;
  #endHurry: (() => void) | undefined;
  #closed = false;

  private constructor(options: DatabaseOptionsAtOpen, chunks: FileChunkStore) {
    this.name = options.name;
    this.folder = options.folder;
    this.#services = options.services;
    this.chunks = chunks;
    this.nodes = new NodeReader(chunks, { budget: options.services.nodeBudget });
    this.loader = new TableLoader(chunks, this.nodes);
    this.readBlob = (hash) => readBlob(chunks, hash);
    this.#refs = readRefs(this.nodes, chunks.root);
    this.garbage = new GarbageCollection(this);
    this.#recovery = new WriteRecovery(this, () => this.#log);
    chunks.onFailure = () => this.#recovery.schedule();
  }

  static exists(files: EngineServices["files"], folder: string): boolean {
    return FileChunkStore.exists(files, folder);
  }

  /** Opens, and replays the log. The folder is locked until {@link close}. */
  static async open(options: DatabaseOptionsAtOpen): Promise<Database> {
    const { files, chunkCache, logger, clock, settings, background } = options.services;
    const { folder } = options;
    const chunks = await FileChunkStore.openUnconfirmed({
      files,
      folder,
      cache: chunkCache,
      logger,
      seal: (request) => background.sealJournal(request),
    });
    try {
      await removeSortRuns(files, folder);
      const database = new Database(options, chunks);
      const position = database.#readWalPosition();
      database.#appliedLsn = position;
      const flushMode = (): LogFlushMode => settings.flushMode;
      const log = {
        files,
        folder: join(folder, WAL_FOLDER),
        clock,
        flushMode,
        obstacle: () => chunks.failure,
      };
      database.#log = await openReplayedLog({ ...log, position }, database, {
        portionBytes: settings.checkpointSizeBytes * REPLAY_FACTOR,
        applied: (lsn) => (database.#appliedLsn = lsn),
      });
      if (database.#appliedLsn > position) database.#scheduleCheckpoint(database.#log);
      return database;
    } catch (error) {
      const { tornAt } = chunks;
      await closeStore(chunks, options.services);
      throw whatIsDamaged(error, tornAt);
    }
  }

  /** The refs as last committed. Working sets in it lack what was committed since the last checkpoint. */
  get refs(): Refs {
    return this.#refs;
  }

  get services(): EngineServices {
    return this.#services;
  }

  get defaultBranch(): string {
    const name = this.#readDefaultBranch();
    if (name !== undefined && this.hasBranch(name)) return name;
    const [first] = this.#refs.list(HEADS_PREFIX);
    assert(first !== undefined, "a database has a branch");
    return first.name.slice(HEADS_PREFIX.length);
  }

  /** What the refs say; read once for each document, because every statement asks. */
  #readDefaultBranch(): string | undefined {
    const address = this.#refs.get(DEFAULT_BRANCH_REF);
    if (address === undefined) return undefined;
    if (this.#defaultBranch?.address !== address) {
      const name = readDocument(this.chunks, address);
      this.#defaultBranch = { address, name: typeof name === "string" ? name : undefined };
    }
    return this.#defaultBranch.name;
  }

  hasBranch(name: string): boolean {
    return this.#branches.has(name) || this.#refs.get(HEADS_PREFIX + name) !== undefined;
  }

  branchNames(): readonly string[] {
    return this.#refs.list(HEADS_PREFIX).map((ref) => ref.name.slice(HEADS_PREFIX.length));
  }

  getBranch(name: string): BranchState | undefined {
    const open = this.#branches.get(name);
    if (open !== undefined) return open;
    const working = this.readWorkingSet(this.#refs, name)?.working;
    if (working === undefined) return undefined;
    const branch = new BranchState(name, this.#openGeneration(working));
    this.#branches.set(name, branch);
    return branch;
  }

  /** 1049 */
  mustGetBranch(name: string): BranchState {
    const branch = this.getBranch(name);
    if (branch === undefined) throw sqlError("ER_BAD_DB_ERROR", `${this.name}/${name}`);
    return branch;
  }

  /** 1049 once the database was dropped; for those that waited meanwhile. */
  checkOpen(): void {
    if (this.#closed) throw sqlError("ER_BAD_DB_ERROR", this.name);
  }

  /** Waits until no transaction uses any branch, and keeps later ones out until the result is called. */
  async lockWholly(ownerId: number): Promise<() => void> {
    const { clock } = this.#services;
    const owner = heavyOwner(ownerId);
    for (const branch of this.#branches.values()) {
      await branch.metadataLocks.acquire(owner, BRANCH_LOCK_KEY, LOCK_EXCLUSIVE, () => ({
        clock,
        timeoutMs: -1,
        signal: undefined,
        timeoutError: "ER_LOCK_WAIT_TIMEOUT",
        deadlockError: "ER_LOCK_DEADLOCK",
      }));
    }
    return () => owner.releaseAll();
  }

  /** The working set of a branch; one that was never written equals the branch's commit. */
  readWorkingSet(refs: Pick<Refs, "get">, branch: string): WorkingSet | undefined {
    const address = refs.get(WORKING_SETS_PREFIX + branch);
    if (address !== undefined) return readWorkingSet(this.chunks, address);
    const head = refs.get(HEADS_PREFIX + branch);
    if (head === undefined) return undefined;
    const { root } = readCommit(this.chunks, head);
    return { working: root, staged: root, walPosition: 0 };
  }

  /** The tables of a root value, for reading only. */
  getReadOnlyRoot(address: Hash): Generation {
    return this.#readOnlyRoots.get(address);
  }

  /** Logs a transaction; `apply` runs in commit order once it is durable, before the promise resolves, or `failed`
   *  before it rejects. */
  commitRecord(record: RecordToLog, apply: () => void, failed?: () => void): Promise<void> {
    const backlog = this.#backlog();
    if (backlog !== undefined) return backlog.then(() => this.#appendRecord(record, apply, failed));
    return this.#appendRecord(record, apply, failed);
  }

  /** Commits that outrun the checkpoint under way by far wait for its end: memory is bounded. */
  #backlog(): Promise<void> | undefined {
    if (this.#background === undefined) return undefined;
    const most = this.#services.settings.checkpointSizeBytes * BACKLOG_FACTOR;
    return mostDirtyBytes(this.#branches.values()) > most ? this.#background : undefined;
  }

  #appendRecord(record: RecordToLog, apply: () => void, failed?: () => void): Promise<void> {
    const log = this.#log;
    assert(log !== undefined, "the log is open");
    return new Promise((resolve, reject) => {
      const done = (lsn: number): void => {
        this.#appliedLsn = lsn;
        apply();
        resolve();
        this.#scheduleCheckpoint(log);
      };
      log.append(record, done, (error) => {
        failed?.();
        reject(error);
        if (log.failure !== undefined) this.#recovery.schedule();
      });
    });
  }

  /** Folds everything committed so far into the trees, durably. */
  async checkpoint(): Promise<void> {
    await this.changeRoot(async () => NOTHING_MORE);
  }

  /**
   * The one way to change refs and working sets. Under the root mutex: folds committed edits, then calls `change` with
   * refs that show every branch's working set exactly as committed so far, and makes fold and change durable in one
   * step. Branches whose working root changes must be held exclusively by the caller (branch lock). When `change`
   * throws, only the fold remains, which nobody can see.
   */
  async changeRoot<T>(change: RootChange<T>): Promise<T> {
    return await this.rootMutex.runExclusive(async () => {
      assert(!this.#closed, "the database is open");
      // What a failed checkpoint has frozen is not all that was committed since: it is finished before.
      if (this.#frozenLsn !== undefined) await this.#foldAndChange(async () => NOTHING_MORE);
      return await this.#foldAndChange(change);
    });
  }

  async #foldAndChange<T>(change: RootChange<T>): Promise<T> {
    const sizeBefore = this.chunks.sizeBytes;
    const folded = await this.#fold();
    const base = folded?.refs ?? this.#refs;
    const outcome = await attempt(() => change(base));
    const changes = outcome.kind === "done" ? outcome.value.changes : NO_CHANGES;
    const nextRoot = changes.size === 0 ? base.root : writeRefs(this.chunks, base, changes);
    if (nextRoot !== this.#refs.root) {
      const moved = await this.chunks.commitRoot(nextRoot, this.#refs.root);
      assert(moved, "only the holder of the root mutex moves the root");
      this.#refs = readRefs(this.nodes, nextRoot);
    }
    if (folded !== undefined) {
      const share = insertedShare(this.#frozenBranches);
      this.garbage.noteWritten(this.chunks.sizeBytes - sizeBefore, share);
      folded.install();
    }
    this.#followRefs(changes);
    if (folded !== undefined) {
      if (folded.endsFailure) {
        this.#appliedLsn = folded.lsn;
        this.#log?.recover();
      }
      await this.#log?.removeCovered(folded.lsn);
    }
    if (outcome.kind === "failed") throw outcome.error;
    return outcome.value.result;
  }

  /** Runs work that stores chunks outside {@link changeRoot} and makes them reachable by it in the end: garbage
   *  collection waits for such work, because until then nothing leads to its chunks. */
  async storingChunks<T>(task: () => Promise<T>): Promise<T> {
    return await this.#storing.run(task);
  }

  /** Waits for everything that is storing chunks now, then gives the roots of what is being read: they must survive a
   *  garbage collection although no ref may lead to them. */
  async settledRoots(): Promise<readonly Hash[]> {
    await this.#storing.settled();
    return await this.rootMutex.runExclusive(() => this.#liveRoots());
  }

  #liveRoots(): readonly Hash[] {
    const roots = new Set<Hash>(this.#readOnlyRoots.addresses());
    for (const branch of this.#branches.values()) for (const root of branch.liveRoots()) roots.add(root);
    return [...roots];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#checkpointTimer?.cancel();
    await this.garbage.stop();
    await this.#recovery.stop();
    await this.#background;
    try {
      if (this.#log?.failure === undefined) await this.checkpoint();
    } catch (error) {
      // Nothing is lost: the log has what the checkpoint would have moved, and the next opening replays it.
      this.#services.logger.error("no checkpoint at closing", { database: this.name, error: String(error) });
    } finally {
      await this.#release();
    }
  }

  /** Closes without a checkpoint: for a database that is to be dropped, and for tests of recovery. */
  async abandon(): Promise<void> {
    if (this.#closed) return;
    this.#checkpointTimer?.cancel();
    await this.garbage.stop();
    await this.#recovery.stop();
    await this.#background;
    await this.#release();
  }

  async #release(): Promise<void> {
    const unlock = await this.rootMutex.lock();
    this.#closed = true;
    unlock();
    try {
      await this.#log?.close();
    } finally {
      await closeStore(this.chunks, this.#services);
    }
  }

  #openGeneration(rootAddress: Hash): Generation {
    return new Generation({ rootAddress, root: readRootValue(this.nodes, rootAddress), loader: this.loader });
  }

  #readWalPosition(): number {
    const address = this.#refs.get(WAL_POSITION_REF);
    const position = address === undefined ? 0 : readDocument(this.chunks, address);
    assert(typeof position === "number", "the log position is a number");
    return position;
  }

  async #fold(): Promise<Folded | undefined> {
    const dirtyBranches = () => [...this.#branches.values()].filter((branch) => branch.dirty);
    if (this.#frozenLsn === undefined) {
      if (dirtyBranches().length === 0 && this.#log?.failure === undefined) return undefined;
      // What is being written still belongs to the old segment: with it applied, that segment is covered as a whole.
      this.#log?.startSegment();
      await this.#log?.groupAnswered();
      // From here to the last freeze in one step: every branch with edits up to this position. What a failed log was
      // given after the last applied record was refused, and must not be found by the next replay.
      this.#frozenPastFailure = this.#log?.failure !== undefined;
      this.#frozenLsn = this.#frozenPastFailure ? (this.#log?.nextLsn ?? 1) - 1 : this.#appliedLsn;
      for (const branch of dirtyBranches()) {
        freezeBranch(branch);
        this.#frozenBranches.add(branch);
      }
    }
    const lsn = this.#frozenLsn;
    const endsFailure = this.#frozenPastFailure;
    const { clock, background, logger } = this.#services;
    const into = { chunks: this.chunks, nodes: this.nodes, clock, background, logger };
    const folded = await foldBranches([...this.#frozenBranches], into);
    const changes = new Map<string, Hash>();
    for (const { branch, rootAddress } of folded) {
      const workingSet = this.readWorkingSet(this.#refs, branch.name);
      assert(workingSet !== undefined, "a branch with edits is in the refs");
      const next = writeWorkingSet(this.chunks, { ...workingSet, working: rootAddress });
      changes.set(WORKING_SETS_PREFIX + branch.name, next);
    }
    changes.set(WAL_POSITION_REF, writeDocument(this.chunks, lsn));
    const install = (): void => {
      for (const each of folded) installFolded(each);
      this.#frozenBranches.clear();
      this.#frozenLsn = undefined;
    };
    const refs = readRefs(this.nodes, writeRefs(this.chunks, this.#refs, changes));
    return { refs, lsn, endsFailure, install };
  }

  /** Brings open branches in line with refs that version control or a schema change has just moved. */
  #followRefs(changes: RefChanges): void {
    for (const name of changes.keys()) {
      const branchName = branchOfRef(name);
      const branch = branchName === undefined ? undefined : this.#branches.get(branchName);
      if (branchName === undefined || branch === undefined) continue;
      const working = this.readWorkingSet(this.#refs, branchName)?.working;
      if (working === undefined) {
        this.#branches.delete(branchName);
      } else if (working !== branch.generation.rootAddress) {
        branch.generation = branch.generation.follow(working, readRootValue(this.nodes, working));
      }
    }
  }

  #scheduleCheckpoint(log: WriteAheadLog): void {
    const { settings } = this.#services;
    const dirtyBytes = mostDirtyBytes(this.#branches.values());
    if (this.#background !== undefined && dirtyBytes > settings.checkpointSizeBytes * HURRY_FACTOR)
      this.#endHurry ??= hurryJobs();
    const sizeBytes = Math.max(log.sizeBytes, dirtyBytes);
    // The log of a small database must not outgrow it by far, and its checkpoints are cheap.
    const proportion = Math.max(this.garbage.liveBytes, SMALL_CHECKPOINT_BYTES);
    if (sizeBytes > Math.min(settings.checkpointSizeBytes, proportion)) {
      this.#startBackgroundCheckpoint("under load");
    } else {
      this.#startTimer();
    }
  }

  #startTimer(): void {
    const { settings, clock } = this.#services;
    this.#checkpointTimer ??= clock.startTimer(settings.checkpointIntervalMs, () => {
      this.#startBackgroundCheckpoint("at rest");
    });
  }

  #startBackgroundCheckpoint(load: "under load" | "at rest"): void {
    this.#checkpointTimer?.cancel();
    this.#checkpointTimer = undefined;
    if (this.#closed) return;
    this.#background ??= this.checkpoint()
      .then(() => {
        const collecting = this.garbage.startWhenDue(load);
        // The last look is taken at rest, when there is nothing more to come and no collection under way.
        if (!this.#closed && (load === "under load" || collecting)) this.#startTimer();
      })
      .catch((error: unknown) => {
        // Nothing is lost: the edits stay in memory and in the log, and the next checkpoint tries again.
        this.#services.logger.error("checkpoint failed", { database: this.name, error: String(error) });
      })
      .finally(() => {
        this.#background = undefined;
        this.#endHurry?.();
        this.#endHurry = undefined;
      });
  }
}

interface Folded {
  /** Not committed yet. */
  readonly refs: Refs;
  readonly lsn: number;
  /** With it durable, a log that has failed may go on. */
  readonly endsFailure: boolean;
  readonly install: () => void;
}

type RootChange<T> = (refs: Refs) => Promise<{ readonly changes: RefChanges; readonly result: T }>;

const NO_CHANGES: RefChanges = new Map();
const NOTHING_MORE = { changes: NO_CHANGES, result: undefined };
