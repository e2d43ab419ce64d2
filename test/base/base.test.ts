import { describe, expect, test } from "vitest";
import { mapBounded } from "../../src/base/bounded-parallel.ts";
import { ManualClock, systemClock } from "../../src/base/clock.ts";
import { createLogger } from "../../src/base/logger.ts";
import { Mutex } from "../../src/base/mutex.ts";
import { SeededRandom, systemRandom } from "../../src/base/random.ts";
import { SharedMutex } from "../../src/base/shared-mutex.ts";

describe("Mutex", () => {
  test("runs tasks one at a time, in the order they came, also after a failure", async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const tasks = [0, 1, 2].map((i) =>
      mutex
        .runExclusive(async () => {
          log.push(`begin ${i}`);
          await Promise.resolve();
          log.push(`end ${i}`);
          if (i === 1) throw new Error("failed");
        })
        .catch(() => undefined),
    );
    await Promise.all(tasks);
    expect(log).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
    expect(mutex.locked).toBe(false);
  });

  test("does not let a newcomer in between the unlock and the one who waited", async () => {
    const mutex = new Mutex();
    const unlock = await mutex.lock();
    const second = mutex.lock();
    unlock();
    const third = mutex.lock();
    const unlockSecond = await second;
    let thirdRan = false;
    void third.then(() => {
      thirdRan = true;
    });
    await Promise.resolve();
    expect(thirdRan).toBe(false);
    unlockSecond();
    (await third)();
    expect(() => unlock()).toThrow("unlocked once");
  });
});

describe("SharedMutex", () => {
  test("is shared by many or had by one, in the order they came", async () => {
    const mutex = new SharedMutex();
    const log: string[] = [];
    const [first, second] = [await mutex.lockShared(), await mutex.lockShared()];
    const alone = mutex.lockExclusive().then((release) => {
      log.push("alone");
      return release;
    });
    const late = mutex.lockShared().then((release) => {
      log.push("late");
      return release;
    });
    first();
    await Promise.resolve();
    expect(log).toEqual([]);
    second();
    const releaseAlone = await alone;
    expect(log).toEqual(["alone"]);
    releaseAlone();
    (await late)();
    expect(log).toEqual(["alone", "late"]);
    expect(() => releaseAlone()).toThrow("released once");
    (await mutex.lockExclusive())();
  });
});

describe("mapBounded", () => {
  test("runs at most the limit at a time and keeps the order", async () => {
    let running = 0;
    let peak = 0;
    const results = await mapBounded([5, 1, 4, 2, 3], 2, async (item) => {
      peak = Math.max(peak, ++running);
      await systemClock.sleep(item);
      running--;
      return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(peak).toBe(2);
  });

  test("starts nothing after a failure and gives that failure", async () => {
    const started: number[] = [];
    const work = mapBounded([1, 2, 3, 4], 1, async (item) => {
      started.push(item);
      if (item === 2) throw new Error("second");
    });
    await expect(work).rejects.toThrow("second");
    expect(started).toEqual([1, 2]);
  });
});

describe("clocks", () => {
  test("sleeping ends early with the signal's reason", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(1, controller.signal)).rejects.toBe(reason);
  });

  test("a manual clock runs what is due, in order of time", () => {
    const clock = new ManualClock();
    const log: number[] = [];
    clock.startTimer(20, () => log.push(clock.now()));
    clock.startTimer(10, () => log.push(clock.now()));
    const cancelled = clock.startTimer(15, () => log.push(-1));
    cancelled.cancel();
    clock.advance(30);
    expect(log).toEqual([10, 20]);
    expect(clock.monotonicMs()).toBe(30);
  });
});

describe("random numbers", () => {
  test("are the same for the same seed", () => {
    const draw = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 10 }, () => random.integer(1000));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test("of the system stay in their bounds", () => {
    for (let i = 0; i < 1000; i++) {
      const number = systemRandom.integer(3);
      expect([0, 1, 2]).toContain(number);
    }
    expect(systemRandom.bytes(16)).toHaveLength(16);
  });
});

describe("a logger", () => {
  test("writes a JSON line with fields, and drops what is below its level", () => {
    const lines: string[] = [];
    const logger = createLogger("info", { write: (line) => lines.push(line) });
    logger.child({ database: "d" }).info("opened", { chunks: 3 });
    logger.debug("details");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: "opened", database: "d", chunks: 3 });
  });
});
