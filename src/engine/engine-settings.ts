/** What the engine is built with: seams to the outside and settings that may change while it runs. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { ChunkCache } from "../chunks/chunk-cache.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { BackgroundJobs } from "./background/background-jobs.ts";
import type { LogFlushMode } from "./write-ahead-log.ts";

/** Dynamic: read each time they matter. */
export interface EngineSettings {
  /** innodb_flush_log_at_trx_commit */
  flushMode: LogFlushMode;
  /** A checkpoint begins when the log since the last one, or the edits held in memory, exceed this. */
  checkpointSizeBytes: number;
  /** A checkpoint begins this long after the first commit that no checkpoint contains. */
  checkpointIntervalMs: number;
}

export function defaultEngineSettings(): EngineSettings {
  return { flushMode: 1, checkpointSizeBytes: 64 * 1024 * 1024, checkpointIntervalMs: 60_000 };
}

export interface EngineServices {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  /** Shared by all databases. */
  readonly chunkCache: ChunkCache;
  /** Budget for decoded tree nodes, per database. */
  readonly nodeCacheSizeBytes: number;
  /** Where long jobs run. */
  readonly background: BackgroundJobs;
}
