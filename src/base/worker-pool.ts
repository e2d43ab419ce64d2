/**
 * Threads for long jobs in the background. A pool starts its threads when there is work, gives a job to the one with the
 * fewest, and lets jobs on one thread run side by side (they yield to each other), so that a short one never waits
 * for a long one. The threads have a lower priority than the process where the system allows that.
 *
 * A thread that dies takes its jobs with it: they fail with WorkerFailure, and the next job gets a new thread. An aborted
 * job ends when the job itself has stopped, so that nobody finds its files in use.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { type Transferable, Worker } from "node:worker_threads";
import { assert } from "./assert.ts";
import { AppError } from "./errors.ts";
import { burstData } from "./short-bursts.ts";

/** To a worker. */
export type WorkerRequest =
  | { readonly kind: "run"; readonly id: number; readonly job: string; readonly input: unknown }
  | { readonly kind: "abort"; readonly id: number };

/** From a worker. Errors cross as data: a thread cannot send objects of a class. */
export type WorkerReport =
  | { readonly kind: "done"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: unknown };

/** A thread ended in the middle of a job, or the pool was closed. The job may be run again. */
export class WorkerFailure extends AppError<"worker_failed"> {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super("worker_failed", message, options);
  }
}

export interface WorkerPoolOptions {
  /** The module a thread runs: it calls serveJobs. */
  readonly entry: URL;
  /** Threads at most. */
  readonly size: number;
  /** Makes an error of what a thread reported. */
  readonly decodeError: (error: unknown) => unknown;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Parts of the input that the thread takes over. */
  readonly transfer?: readonly Transferable[];
}

interface RunningJob {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads = new Set<WorkerThread>();
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    assert(options.size >= 1, "a pool has at least one thread");
    this.#options = options;
  }

  /** Runs a job of the entry module. Rejects with the job's error, with the signal's reason, or with WorkerFailure. */
  async run(job: string, input: unknown, options: RunOptions = {}): Promise<unknown> {
    options.signal?.throwIfAborted();
    if (this.#closed) throw new WorkerFailure("the server is stopping");
    return await this.#pickThread().run(job, input, options);
  }

  /** Jobs under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }

  #pickThread(): WorkerThread {
    let chosen: WorkerThread | undefined;
    for (const thread of this.#threads) {
      if (chosen === undefined || thread.jobCount < chosen.jobCount) chosen = thread;
    }
    if (chosen !== undefined && (chosen.jobCount === 0 || this.#threads.size >= this.#options.size))
      return chosen;
    const thread: WorkerThread = new WorkerThread(this.#options, () => this.#threads.delete(thread));
    this.#threads.add(thread);
    return thread;
  }
}

class WorkerThread {
  readonly #worker: Worker;
  readonly #decodeError: (error: unknown) => unknown;
  readonly #jobs = new Map<number, RunningJob>();
  #nextId = 1;
  #failure: unknown;

  constructor({ entry, decodeError }: WorkerPoolOptions, onExit: () => void) {
    this.#decodeError = decodeError;
    this.#worker = startWorker(entry);
    this.#worker.unref();
    this.#worker.on("message", (report: WorkerReport) => this.#end(report));
    this.#worker.on("error", (error) => {
      this.#failure = error;
    });
    this.#worker.on("exit", () => {
      onExit();
      const cause = this.#failure;
      const message = cause instanceof Error ? cause.message : "it was stopped";
      for (const { reject } of this.#jobs.values()) {
        reject(new WorkerFailure(`a background thread ended: ${message}`, { cause }));
      }
      this.#jobs.clear();
    });
  }

  get jobCount(): number {
    return this.#jobs.size;
  }

  async run(job: string, input: unknown, { signal, transfer = [] }: RunOptions): Promise<unknown> {
    const id = this.#nextId++;
    const abort = (): void => this.#post({ kind: "abort", id });
    const running = new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject });
    });
    this.#worker.ref();
    try {
      this.#post({ kind: "run", id, job, input }, transfer);
      signal?.addEventListener("abort", abort, { once: true });
      return await running;
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#jobs.delete(id);
      if (this.#jobs.size === 0) this.#worker.unref();
    }
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(request: WorkerRequest, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #end(report: WorkerReport): void {
    const job = this.#jobs.get(report.id);
    if (job === undefined) return;
    if (report.kind === "done") job.resolve(report.result);
    else job.reject(this.#decodeError(report.error));
  }
}

/** Long jobs leave much garbage behind, and a thread would let it grow to three times 16 MB before it looks. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 6 };

/** From the sources (in development and tests) a thread needs the same loader as the process. */
function startWorker(entry: URL): Worker {
  if (!entry.pathname.endsWith(".ts"))
    return new Worker(entry, { resourceLimits: THREAD_LIMITS, workerData: burstData });
  const loader = new URL(
    "./dist/esm/api/index.mjs",
    pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json")),
  );
  const code = `import(${JSON.stringify(loader.href)}).then(({ register }) => {
    register();
    return import(${JSON.stringify(entry.href)});
  })`;
  const execArgv = ["--conditions=development"];
  return new Worker(code, { eval: true, execArgv, resourceLimits: THREAD_LIMITS, workerData: burstData });
}
