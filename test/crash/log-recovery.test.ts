/**
 * A log whose writing fails for a while: whatever operation on it fails, once the disk works again the database takes
 * writes again by itself. What was acknowledged is there, what was refused never comes back, also when the power goes
 * at any point of the recovery.
 */
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { CairnEngine } from "../../src/engine/cairn-engine.ts";
import type { LogFlushMode } from "../../src/engine/write-ahead-log.ts";
import { allRows, DB, finished, idsByIndex, PLAIN } from "../engine/engine-fixture.ts";
import { type Operation, PowerCut, SimulatedFileSystem } from "../support/simulated-file-system.ts";

const OPTIONS = { charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" };

/** Longer than the longest wait between two attempts. */
const RECOVERY_MS = 40_000;

async function open(files: SimulatedFileSystem, clock: ManualClock): Promise<CairnEngine> {
  return await CairnEngine.open({ dataFolder: "/data", services: { files, clock } });
}

async function insert(engine: CairnEngine, id: number): Promise<void> {
  const session = engine.createSession();
  const transaction = session.begin();
  transaction.beginStatement();
  const writer = await transaction.openTableForWrite(DB, "t", { foreignKeyChecks: true });
  await finished(() => writer.insertRow([id, id * 10, `row ${id}`]));
  await transaction.commit();
  session.close();
}

function ids(engine: CairnEngine): number[] {
  const transaction = engine.createSession().begin();
  transaction.beginStatement();
  const view = transaction.openTable(DB, "t");
  const found = allRows(view).map(([id]) => Number(id));
  expect(idsByIndex(view, 1)).toEqual(found);
  transaction.rollback();
  return found;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface Outcome {
  readonly acknowledged: number[];
  readonly refused: number[];
}

/** Commits one row after the other, with a checkpoint between. */
async function work(engine: CairnEngine, from: number, outcome: Outcome): Promise<void> {
  for (let id = from; id < from + 6; id++) {
    try {
      await insert(engine, id);
      outcome.acknowledged.push(id);
    } catch (error) {
      if (error instanceof PowerCut) throw error;
      outcome.refused.push(id);
    }
    if (id === from + 2) await engine.mustGetDatabase("db").checkpoint();
  }
}

async function prepared(files: SimulatedFileSystem, clock: ManualClock): Promise<CairnEngine> {
  const engine = await open(files, clock);
  await engine.createDatabase("db", OPTIONS);
  await engine.createSession().dataDefinition.createTable(DB, "t", PLAIN, 1n);
  return engine;
}

/** Fails the n-th operation on the log and, when it is to last, the following ones too. */
function failing(
  from: number,
  lasting: boolean,
): { fault(operation: Operation): "io_failed" | undefined; hit: boolean } {
  let count = 0;
  const state = {
    hit: false,
    fault: ({ kind, path }: Operation): "io_failed" | undefined => {
      if (!path.includes("/wal") || kind === "read" || kind === "remove") return undefined;
      count++;
      if (count !== from && !(lasting && count > from)) return undefined;
      state.hit = true;
      return "io_failed";
    },
  };
  return state;
}

async function expectKept(files: SimulatedFileSystem, expected: readonly number[]): Promise<void> {
  const engine = await open(files, new ManualClock());
  expect(ids(engine)).toEqual(expected);
  await insert(engine, 500);
  await engine.close();
}

async function run(from: number, lasting: boolean, mode: LogFlushMode): Promise<boolean> {
  const files = new SimulatedFileSystem();
  const clock = new ManualClock();
  const engine = await prepared(files, clock);
  engine.services.settings.flushMode = mode;
  const state = failing(from, lasting);
  const outcome: Outcome = { acknowledged: [], refused: [] };
  files.fault = state.fault;
  await work(engine, 1, outcome);
  if (mode !== 1) {
    clock.advance(1500);
    await turns();
    await work(engine, 11, outcome);
  }
  expect(ids(engine)).toEqual(outcome.acknowledged);
  if (!state.hit) return false;
  files.fault = undefined;
  // A failed sync of the relaxed modes shows at the next commit.
  await insert(engine, 90).then(
    () => outcome.acknowledged.push(90),
    () => outcome.refused.push(90),
  );
  clock.advance(RECOVERY_MS);
  await turns();
  await work(engine, 101, outcome);
  expect(outcome.acknowledged.slice(-6)).toEqual([101, 102, 103, 104, 105, 106]);
  expect(ids(engine)).toEqual(outcome.acknowledged);
  if (mode !== 1) {
    clock.advance(1500);
    await turns();
  }
  await expectKept(files.afterKill(), outcome.acknowledged);
  await expectKept(files.afterPowerCut(new SeededRandom(from)), outcome.acknowledged);
  await engine.abandon();
  return true;
}

describe("after a failure of the log, the database takes writes again and shows what was acknowledged", () => {
  test.each([
    [1, false],
    [1, true],
    [2, false],
    [0, false],
  ] as const)("flush mode %i, lasting: %s", async (mode, lasting) => {
    let points = 0;
    while (await run(points + 1, lasting, mode)) points++;
    expect(points).toBeGreaterThan(mode === 1 ? 15 : 10);
  });
});

test("a power cut at any point of the recovery loses nothing acknowledged", async () => {
  const prepare = async (cutAfter: number) => {
    const files = new SimulatedFileSystem();
    const clock = new ManualClock();
    const engine = await prepared(files, clock);
    const outcome: Outcome = { acknowledged: [], refused: [] };
    await work(engine, 1, outcome);
    files.fault = ({ kind, path }) => (path.includes("/wal") && kind === "sync" ? "io_failed" : undefined);
    await work(engine, 11, outcome);
    files.fault = undefined;
    files.cutAt = files.operationCount + cutAfter;
    clock.advance(RECOVERY_MS);
    await turns();
    await work(engine, 101, outcome).catch(() => {});
    return { files, outcome };
  };
  for (let cutAfter = 1; ; cutAfter++) {
    const { files, outcome } = await prepare(cutAfter);
    expect(outcome.refused.slice(0, 6)).toEqual([11, 12, 13, 14, 15, 16]);
    const done = !files.isCut;
    for (const disk of [files.afterKill(), files.afterPowerCut(new SeededRandom(cutAfter))]) {
      const engine = await open(disk, new ManualClock());
      const found = ids(engine);
      expect(found).toEqual(expect.arrayContaining(outcome.acknowledged));
      // What was being written when the log failed may have reached the disk; what came later was never written.
      for (const id of outcome.refused.filter((each) => each > 11 && each < 100))
        expect(found).not.toContain(id);
      if (outcome.acknowledged.some((each) => each > 100)) expect(found).not.toContain(11);
      await engine.close();
    }
    if (done) break;
    expect(cutAfter).toBeLessThan(500);
  }
});
