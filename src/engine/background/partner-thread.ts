/**
 * A thread that helps a background thread with a large table, where there is a processor for it. It is kept for a while
 * after it has helped: a new one takes a quarter of a second until its code is fast, and indexes often come in numbers.
 */
import { availableParallelism } from "node:os";
import { systemClock, type Timer } from "../../base/clock.ts";
import { WorkerPool } from "../../base/worker-pool.ts";
import { decodeJobError } from "./job-errors.ts";
import type { PieceRuns } from "./piece-sorter.ts";
import type { PiecePartner } from "./sort-pieces.ts";

const ENTRY: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./partner-worker.ts" : "./partner-worker.js",
  import.meta.url,
);
const KEPT_MS = 30_000;

/** The thread that nobody uses now. */
let kept: { readonly pool: WorkerPool; readonly timer: Timer } | undefined;

export function startPartnerThread(): PiecePartner | undefined {
  if (availableParallelism() < 2) return undefined;
  const pool = takeKept() ?? new WorkerPool({ entry: ENTRY, size: 1, decodeError: decodeJobError });
  let busy = false;
  let closed = false;
  return {
    // The entry module has the same job, and comes from the same version of the program.
    sort: async (source, piece) => {
      busy = true;
      const runs = (await pool.run("sortPiece", { source, piece })) as PieceRuns;
      busy = false;
      return runs;
    },
    // One that has not answered, or has failed, is not used again.
    close: () => {
      if (closed) return;
      closed = true;
      void (busy ? pool.close() : keep(pool));
    },
  };
}

function takeKept(): WorkerPool | undefined {
  const taken = kept;
  kept = undefined;
  taken?.timer.cancel();
  return taken?.pool;
}

async function keep(pool: WorkerPool): Promise<void> {
  try {
    await pool.run("endTable", undefined);
  } catch {
    // It has ended, or cannot close its files: another one is started when it is needed.
    await pool.close();
    return;
  }
  if (kept !== undefined) {
    await pool.close();
    return;
  }
  const timer = systemClock.startTimer(KEPT_MS, () => {
    kept = undefined;
    void pool.close();
  });
  kept = { pool, timer };
}
