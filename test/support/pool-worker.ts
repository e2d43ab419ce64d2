/** Jobs for the tests of the worker pool. */
import { serveJobs } from "../../src/base/worker-jobs.ts";

serveJobs(
  {
    double: async (input) => ({ result: Number(input) * 2 }),
    fail: async () => {
      throw new RangeError("too much");
    },
    crash: async () => {
      process.exit(3);
    },
    untilAborted: (_input, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
      }),
  },
  (error) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
);
