import { afterAll, describe, expect, test } from "vitest";
import { WorkerFailure, WorkerPool } from "../../src/base/worker-pool.ts";

const options = {
  entry: new URL("../support/pool-worker.ts", import.meta.url),
  size: 1,
  decodeError: (error: unknown) => new Error(String(error)),
};

describe("WorkerPool", () => {
  const pool = new WorkerPool(options);
  afterAll(() => pool.close());

  test("gives each caller its own result, whatever runs beside it", async () => {
    const abort = new AbortController();
    const long = pool.run("untilAborted", undefined, { signal: abort.signal });
    long.catch(() => undefined);
    const doubled = await Promise.all([1, 2, 3].map((input) => pool.run("double", input)));
    expect(doubled).toEqual([2, 4, 6]);
    abort.abort(new Error("killed"));
    await expect(long).rejects.toThrow("killed");
  });

  test("hands on a job's error, and goes on with the same thread", async () => {
    await expect(pool.run("fail", undefined)).rejects.toThrow("RangeError: too much");
    expect(await pool.run("double", 4)).toBe(8);
  });

  test("fails all jobs of a thread that dies, and replaces it", async () => {
    const beside = pool.run("untilAborted", undefined);
    beside.catch(() => undefined);
    await expect(pool.run("crash", undefined)).rejects.toBeInstanceOf(WorkerFailure);
    await expect(beside).rejects.toBeInstanceOf(WorkerFailure);
    expect(await pool.run("double", 5)).toBe(10);
  });

  test("does not begin a job whose signal is aborted already", async () => {
    await expect(
      pool.run("crash", undefined, { signal: AbortSignal.abort(new Error("before")) }),
    ).rejects.toThrow("before");
  });

  test("names an unknown job", async () => {
    await expect(pool.run("none", undefined)).rejects.toThrow("there is no job none");
  });

  test("fails what runs when it is closed, and takes nothing more", async () => {
    const closed = new WorkerPool(options);
    const running = closed.run("untilAborted", undefined);
    running.catch(() => undefined);
    await closed.close();
    await expect(running).rejects.toBeInstanceOf(WorkerFailure);
    await expect(closed.run("double", 1)).rejects.toThrow("stopping");
  });
});
