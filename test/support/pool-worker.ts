/** Jobs for the tests of the worker pool. */
import { restAfterBurst } from "../../src/base/short-bursts.ts";
import { serveJobs } from "../../src/base/worker-jobs.ts";

serveJobs(
  {
    double: async (input) => ({ result: Number(input) * 2 }),
    askToRest: async (input) => {
      let rests = 0;
      for (let asked = 0; asked < Number(input); asked++) if (restAfterBurst()) rests++;
      return { result: rests };
    },
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
