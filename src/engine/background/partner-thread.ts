/** Starts a thread that helps a background thread with a large table, where there is a processor for it. */
import { availableParallelism } from "node:os";
import { WorkerPool } from "../../base/worker-pool.ts";
import { decodeJobError } from "./job-errors.ts";
import type { PieceRuns } from "./piece-sorter.ts";
import type { PiecePartner } from "./sort-pieces.ts";

const ENTRY: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./partner-worker.ts" : "./partner-worker.js",
  import.meta.url,
);

export function startPartnerThread(): PiecePartner | undefined {
  if (availableParallelism() < 2) return undefined;
  const pool = new WorkerPool({ entry: ENTRY, size: 1, decodeError: decodeJobError });
  return {
    // The entry module has the same job, and comes from the same version of the program.
    sort: async (source, piece) => (await pool.run("sortPiece", { source, piece })) as PieceRuns,
    close: () => void pool.close(),
  };
}
