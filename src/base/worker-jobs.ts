/** The other end of a worker pool: runs jobs in a thread, any number side by side, in short bursts. */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort, type Transferable } from "node:worker_threads";
import { assert } from "./assert.ts";
import { beginShortBursts } from "./short-bursts.ts";
import type { WorkerReport, WorkerRequest } from "./worker-pool.ts";

/** What a job resolves to; `transfer` names parts of the result that the other thread takes over. */
export interface JobResult {
  readonly result: unknown;
  readonly transfer?: readonly Transferable[];
}

/** Its input comes from the same version of the program. A job stops soon after the signal is aborted. */
export type Job = (input: unknown, signal: AbortSignal) => Promise<JobResult>;

/** Below the threads that answer clients. */
const BACKGROUND_PRIORITY = 5;
/** For threads that are to run when nobody else has use for a processor. */
export const IDLE_PRIORITY = 15;

/** Serves jobs for as long as the pool lives. */
export function serveJobs(
  jobs: Readonly<Record<string, Job>>,
  encodeError: (error: unknown) => unknown,
  priority: number = BACKGROUND_PRIORITY,
): void {
  const port = parentPort;
  assert(port !== null, "jobs are served in a worker thread");
  lowerPriority(priority);
  beginShortBursts();
  const running = new Map<number, AbortController>();
  const report = (message: WorkerReport, transfer: readonly Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const run = async (id: number, name: string, input: unknown): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const job = jobs[name];
      assert(job !== undefined, `there is no job ${name}`);
      const { result, transfer } = await job(input, abort.signal);
      report({ kind: "done", id, result }, transfer);
    } catch (error) {
      report({ kind: "failed", id, error: encodeError(error) });
    } finally {
      running.delete(id);
    }
  };
  port.on("message", (request: WorkerRequest) => {
    if (request.kind === "abort") running.get(request.id)?.abort();
    else void run(request.id, request.job, request.input);
  });
}

/** On Linux a thread has a priority of its own, under its number. Elsewhere this does nothing. */
function lowerPriority(priority: number): void {
  if (process.platform !== "linux") return;
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (Number.isInteger(thread)) setPriority(thread, priority);
  } catch {
    // Without /proc, or without the right to: the job then shares the processors evenly, which is no fault.
  }
}
