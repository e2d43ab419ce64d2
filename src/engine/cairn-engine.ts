/**
 * All databases of one data directory. Databases are folders with encoded names; folders that begin with a dot are ours:
 * `.new-…` being made, `.dropped-…` being removed (both are swept away when the engine opens), `.replaced-…` being
 * swapped for another (put back when the engine opens, unless the other is in its place), `.cairn` server-wide, `.spill`
 * temporary files of running queries (removed when the engine opens). A database comes and goes by one rename, so a
 * crash leaves it whole or not there. One that cannot be opened keeps its name and its files, and does not concern the
 * others: see damaged-database.ts.
 */
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/logger.ts";
import { Mutex } from "../base/mutex.ts";
import { systemRandom } from "../base/random.ts";
import { ChunkCache } from "../chunks/chunk-cache.ts";
import { NodeFileSystem } from "../io/node-file-system.ts";
import { NodeBudget } from "../prolly/node-budget.ts";
import { NODE_CACHE_DEFAULT_BYTES } from "../prolly/node-reader.ts";
import { SpillSpace } from "../tables/spill-space.ts";
import { sqlError } from "../values/sql-error.ts";
import type { DatabaseOptions, Engine } from "./api.ts";
import { DirectJobs, ThreadedJobs } from "./background/background-jobs.ts";
import { CairnSession } from "./cairn-session.ts";
import { writeNewDatabase } from "./create-database.ts";
import { damageError, isHeldByOther } from "./damaged-database.ts";
import { Database } from "./database.ts";
import { checkDatabaseName, decodeFolderName, encodeFolderName } from "./database-folder.ts";
import { DatabaseVersionStore } from "./database-version-store.ts";
import { EditBudget } from "./edit-budget.ts";
import { defaultEngineSettings, type EngineServices } from "./engine-settings.ts";
import type { WaitLimits } from "./lock-table.ts";
import { UserLocks } from "./user-locks.ts";

export interface CairnEngineOptions {
  readonly dataFolder: string;
  readonly services?: Partial<EngineServices>;
  /** Budget for chunks read from disk, for all databases together. */
  readonly chunkCacheSizeBytes?: number;
  /** Budget for decoded tree nodes, for all databases together. */
  readonly nodeCacheSizeBytes?: number;
  /** Threads for long jobs in the background; 0: they take turns with everything else. Default: 1. Only on the real file
   *  system: no other is reached from another thread. */
  readonly backgroundThreads?: number;
}

const CHUNK_CACHE_SIZE_DEFAULT = 64 * 1024 * 1024;
/** How long version control waits for transactions on a branch that it is about to replace. */
const VERSION_WAIT_MS = 50_000;
const NEW_PREFIX = ".new-";
const DROPPED_PREFIX = ".dropped-";
const SPILL_FOLDER = ".spill";
/** What running queries may hold together before they write to temporary files (temptable_max_ram). */
const QUERY_MEMORY_DEFAULT = 256 * 1024 * 1024;
const REPLACED_PREFIX = ".replaced-";

export class CairnEngine implements Engine {
  readonly services: EngineServices;
  readonly userLocks: UserLocks;
  readonly spill: SpillSpace;
  readonly editBudget: EditBudget = new EditBudget();
  readonly #dataFolder: string;
  readonly #databases = new Map<string, Database>();
  /** What is wrong with those that could not be opened. */
  readonly #damaged = new Map<string, Error>();
  readonly #sessions = new Set<CairnSession>();
  /** Serialises what makes, removes and swaps databases. */
  readonly #catalogMutex = new Mutex();
  #nextId = 1;

  private constructor(options: CairnEngineOptions) {
    this.#dataFolder = options.dataFolder;
    const files = options.services?.files ?? new NodeFileSystem();
    const threads = files instanceof NodeFileSystem ? (options.backgroundThreads ?? 1) : 0;
    const nodeCacheSizeBytes = options.nodeCacheSizeBytes ?? NODE_CACHE_DEFAULT_BYTES;
    this.services = {
      files,
      clock: systemClock,
      logger: silentLogger,
      settings: defaultEngineSettings(nodeCacheSizeBytes),
      chunkCache: new ChunkCache(options.chunkCacheSizeBytes ?? CHUNK_CACHE_SIZE_DEFAULT),
      nodeBudget: new NodeBudget(nodeCacheSizeBytes),
      background: threads > 0 ? new ThreadedJobs(threads) : new DirectJobs(files),
      ...options.services,
    };
    this.userLocks = new UserLocks();
    this.spill = new SpillSpace(join(options.dataFolder, SPILL_FOLDER), QUERY_MEMORY_DEFAULT);
  }

  /** Opens every database in the data directory, recovering those that were not closed. A damaged one is logged, and
   *  an error for whoever uses it. */
  static async open(options: CairnEngineOptions): Promise<CairnEngine> {
    const engine = new CairnEngine(options);
    try {
      await engine.#openAll();
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  databaseNames(): readonly string[] {
    return [...this.#databases.keys(), ...this.#damaged.keys()].sort();
  }

  hasDatabase(name: string): boolean {
    return this.#databases.has(name) || this.#damaged.has(name);
  }

  damageOf(name: string): Error | undefined {
    return this.#damaged.get(name);
  }

  /** Throws what is wrong with a damaged one. */
  getDatabase(name: string): Database | undefined {
    const database = this.#databases.get(name);
    if (database !== undefined) return database;
    const damage = this.#damaged.get(name);
    if (damage !== undefined) throw damage;
    return undefined;
  }

  /** 1049, or what is wrong with a damaged one. */
  mustGetDatabase(name: string): Database {
    const database = this.getDatabase(name);
    if (database === undefined) throw sqlError("ER_BAD_DB_ERROR", name);
    return database;
  }

  /** Those in service. */
  databases(): Iterable<Database> {
    return this.#databases.values();
  }

  databaseOptions(name: string): DatabaseOptions {
    const database = this.mustGetDatabase(name);
    const { charset, collation } = database.mustGetBranch(database.defaultBranch).generation.root;
    return { charset, collation };
  }

  createSession(): CairnSession {
    const session = new CairnSession(this, this.takeId(), () => this.#sessions.delete(session));
    this.#sessions.add(session);
    return session;
  }

  /** Sessions, transactions and schema changes are numbered together. */
  takeId(): number {
    return this.#nextId++;
  }

  sessionsOnBranch(databaseName: string, branch: string): number {
    let count = 0;
    for (const session of this.#sessions) if (session.isOn(databaseName, branch)) count++;
    return count;
  }

  /** A database as version control sees it. 1049. */
  versionStore(name: string): DatabaseVersionStore {
    const limits: WaitLimits = {
      clock: this.services.clock,
      timeoutMs: VERSION_WAIT_MS,
      signal: undefined,
      timeoutError: "ER_LOCK_WAIT_TIMEOUT",
      deadlockError: "ER_LOCK_DEADLOCK",
    };
    return new DatabaseVersionStore({
      database: this.mustGetDatabase(name),
      takeId: () => this.takeId(),
      limits: () => limits,
      sessionsOnBranch: (branch) => this.sessionsOnBranch(name, branch),
    });
  }

  /** 1007 when the name is taken. */
  async createDatabase(name: string, options: DatabaseOptions): Promise<void> {
    await this.installDatabase(name, (folder) => writeNewDatabase(this.services, folder, options));
  }

  /**
   * Adds a database whose files `prepare` writes into a fresh folder (new, cloned or restored). With `replace` an
   * existing one of that name is swapped out once the new files are complete; when anything fails before, it stays.
   */
  async installDatabase(
    name: string,
    prepare: (folder: string) => Promise<void>,
    { replace = false }: { readonly replace?: boolean } = {},
  ): Promise<void> {
    checkDatabaseName(name);
    await this.#catalogMutex.runExclusive(async () => {
      if (this.hasDatabase(name) && !replace) throw sqlError("ER_DB_CREATE_EXISTS", name);
      const { files } = this.services;
      const prepared = join(this.#dataFolder, NEW_PREFIX + randomSuffix());
      try {
        await prepare(prepared);
        await this.#checkOpens(prepared);
        if (this.hasDatabase(name)) await this.#swap(name, prepared);
        else await this.#rename(prepared, this.#folderOf(name));
      } catch (error) {
        await files.removeFolder(prepared);
        throw error;
      }
      await this.#open(name);
    });
  }

  /** 1008 when there is none. Open transactions on it are waited for. */
  async dropDatabase(name: string): Promise<void> {
    await this.#catalogMutex.runExclusive(async () => {
      if (!this.hasDatabase(name)) throw sqlError("ER_DB_DROP_EXISTS", name);
      const away = join(this.#dataFolder, DROPPED_PREFIX + randomSuffix());
      await this.#moveAway(name, away);
      await this.services.files.removeFolder(away);
    });
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const database of this.#databases.values()) {
      await database.close().catch((error: unknown) => failures.push(error));
    }
    this.#databases.clear();
    await this.services.background.close();
    if (failures.length > 0) throw failures[0];
  }

  /** Closes the files without a checkpoint, as a crash would leave them: for tests of recovery. */
  async abandon(): Promise<void> {
    for (const database of this.#databases.values()) await database.abandon();
    this.#databases.clear();
    await this.services.background.close();
  }

  async #openAll(): Promise<void> {
    const { files } = this.services;
    await files.makeFolder(this.#dataFolder);
    for (const folderName of this.#listFolders()) {
      const path = join(this.#dataFolder, folderName);
      if (folderName.startsWith(REPLACED_PREFIX)) {
        const place = join(this.#dataFolder, folderName.slice(REPLACED_PREFIX.length));
        if (Database.exists(files, place)) {
          await files.removeFolder(path);
          await files.syncFolder(this.#dataFolder);
        } else await this.#rename(path, place);
      } else if (folderName.startsWith(NEW_PREFIX) || folderName.startsWith(DROPPED_PREFIX)) {
        await files.removeFolder(path);
      }
    }
    for (const folderName of this.#listFolders()) {
      const name = decodeFolderName(folderName);
      const present = Database.exists(files, join(this.#dataFolder, folderName));
      if (name !== undefined && present) await this.#openOrNoteDamage(name);
    }
    // Only now are the databases' locks held: until then the files may be another process's.
    await files.removeFolder(join(this.#dataFolder, SPILL_FOLDER));
  }

  async #openOrNoteDamage(name: string): Promise<void> {
    try {
      await this.#open(name);
    } catch (error) {
      if (isHeldByOther(error)) throw error;
      const damage = damageError(name, error);
      this.#damaged.set(name, damage);
      this.services.logger.error("a database could not be opened; the others are in service", {
        database: name,
        folder: this.#folderOf(name),
        error: damage.message,
      });
    }
  }

  #listFolders(): readonly string[] {
    const entries = this.services.files.list(this.#dataFolder);
    return entries.filter(({ kind }) => kind === "folder").map(({ name }) => name);
  }

  async #open(name: string): Promise<void> {
    const folder = this.#folderOf(name);
    this.#databases.set(name, await Database.open({ name, folder, services: this.services }));
  }

  /** A folder that does not open must not take a name, least of all another database's. */
  async #checkOpens(folder: string): Promise<void> {
    const database = await Database.open({ name: "", folder, services: this.services });
    try {
      database.mustGetBranch(database.defaultBranch);
    } finally {
      await database.abandon();
    }
  }

  /** Puts a prepared folder in the place of a database, or leaves that in service. */
  async #swap(name: string, prepared: string): Promise<void> {
    const place = this.#folderOf(name);
    const away = join(this.#dataFolder, REPLACED_PREFIX + encodeFolderName(name));
    await this.#moveAway(name, away);
    try {
      await this.#rename(prepared, place);
    } catch (error) {
      await this.#rename(away, place);
      await this.#openOrNoteDamage(name);
      throw error;
    }
    const { files } = this.services;
    await files.removeFolder(away);
    // Else a crash after this database is dropped might find the replaced one here, and put it back.
    await files.syncFolder(this.#dataFolder);
  }

  /** Closes a database and takes its folder out of the way by one rename. */
  async #moveAway(name: string, away: string): Promise<void> {
    if (this.#damaged.has(name)) {
      await this.#rename(this.#folderOf(name), away);
      this.#damaged.delete(name);
      return;
    }
    const database = this.mustGetDatabase(name);
    const unlock = await database.lockWholly(this.takeId());
    try {
      this.#databases.delete(name);
      await database.abandon();
      await this.#rename(database.folder, away);
    } finally {
      unlock();
    }
    for (const session of this.#sessions) session.forgetDatabase(name);
  }

  async #rename(from: string, to: string): Promise<void> {
    await this.services.files.rename(from, to);
    await this.services.files.syncFolder(this.#dataFolder);
  }

  #folderOf(name: string): string {
    return join(this.#dataFolder, encodeFolderName(name));
  }
}

function randomSuffix(): string {
  return Buffer.from(systemRandom.bytes(8)).toString("hex");
}
