import { afterAll, describe, expect, test } from "vitest";
import { hurryJobs, noteClientCommand, restAfterBurst } from "../../src/base/short-bursts.ts";
import { WorkerPool } from "../../src/base/worker-pool.ts";

describe("short bursts", () => {
  const pool = new WorkerPool({
    entry: new URL("../support/pool-worker.ts", import.meta.url),
    size: 1,
    decodeError: (error) => new Error(String(error)),
  });
  afterAll(() => pool.close());

  test("a thread that answers clients never rests", () => {
    let rests = 0;
    for (let asked = 0; asked < 100_000; asked++) if (restAfterBurst()) rests++;
    expect(rests).toBe(0);
  });

  test("a job that nobody waits beside does not rest", async () => {
    expect(await pool.run("askToRest", 2_000_000)).toBe(0);
  });

  test("a job that asks all the time rests while clients send commands, and works far longer than it rests", async () => {
    const asked = 2_000_000;
    const clients = setInterval(noteClientCommand, 1);
    const rests = Number(await pool.run("askToRest", asked));
    clearInterval(clients);
    expect(rests).toBeGreaterThanOrEqual(3);
    const endHurry = hurryJobs();
    const more = setInterval(noteClientCommand, 1);
    expect(await pool.run("askToRest", asked)).toBe(0);
    clearInterval(more);
    endHurry();
    // Each burst is thousands of questions long: a rest at each would stop the job.
    expect(rests).toBeLessThan(asked / 100);
  });
});
