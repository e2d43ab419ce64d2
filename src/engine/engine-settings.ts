/** What the engine is built with: seams to the outside and settings that may change while it runs. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { ChunkCache } from "../chunks/chunk-cache.ts";
import type { FileChunkStore } from "../chunks/file-chunk-store.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { NodeBudget } from "../prolly/node-budget.ts";
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

const CHECKPOINT_SIZE_MAX = 64 * 1024 * 1024;
const CHECKPOINT_SIZE_MIN = 16 * 1024 * 1024;

/** Who gives a server small caches wants it small: edits in memory are bounded along with them. */
export function defaultEngineSettings(nodeCacheSizeBytes: number): EngineSettings {
  const checkpointSizeBytes = Math.max(
    CHECKPOINT_SIZE_MIN,
    Math.min(CHECKPOINT_SIZE_MAX, Math.floor(nodeCacheSizeBytes / 5)),
  );
  return { flushMode: 1, checkpointSizeBytes, checkpointIntervalMs: 60_000 };
}

/** Closes a database's chunk store, and what is kept of it in memory. */
export async function closeStore(chunks: FileChunkStore, { nodeBudget }: EngineServices): Promise<void> {
  nodeBudget.release(chunks);
  await chunks.close();
}

export interface EngineServices {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  /** Shared by all databases. */
  readonly chunkCache: ChunkCache;
  /** For decoded tree nodes, shared by all databases. */
  readonly nodeBudget: NodeBudget;
  /** Where long jobs run. */
  readonly background: BackgroundJobs;
}
