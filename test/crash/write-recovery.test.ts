/**
 * A log or a chunk journal whose writing fails for a while: whatever operation on it fails, once the disk works again the
 * database takes writes again by itself. What was acknowledged is there, what was refused never comes back, also when the power goes
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
  readonly tables: string[];
}

const nothingYet = (): Outcome => ({ acknowledged: [], refused: [], tables: ["t"] });

async function createTable(engine: CairnEngine, name: string, outcome: Outcome): Promise<void> {
  await engine.createSession().dataDefinition.createTable(DB, name, PLAIN, 1n);
  outcome.tables.push(name);
}

function tables(engine: CairnEngine): readonly string[] {
  const transaction = engine.createSession().begin();
  transaction.beginStatement();
  const names = transaction.tableNames(DB);
  transaction.rollback();
  return [...names].sort();
}

const orPowerCut = (error: unknown): void => {
  if (error instanceof PowerCut) throw error;
};

/** Commits one row after the other, with a checkpoint and a schema change between; these may fail. */
async function work(engine: CairnEngine, from: number, outcome: Outcome): Promise<void> {
  for (let id = from; id < from + 6; id++) {
    try {
      await insert(engine, id);
      outcome.acknowledged.push(id);
    } catch (error) {
      orPowerCut(error);
      outcome.refused.push(id);
    }
    if (id === from + 2) await engine.mustGetDatabase("db").checkpoint().catch(orPowerCut);
    if (id === from + 4) await createTable(engine, `t${from}`, outcome).catch(orPowerCut);
  }
}

async function prepared(files: SimulatedFileSystem, clock: ManualClock): Promise<CairnEngine> {
  const engine = await open(files, clock);
  await engine.createDatabase("db", OPTIONS);
  await engine.createSession().dataDefinition.createTable(DB, "t", PLAIN, 1n);
  return engine;
}

type Part = "log" | "journal";

const isPartOf: Readonly<Record<Part, (path: string) => boolean>> = {
  log: (path) => path.includes("/wal"),
  journal: (path) => /\/db(\/journal-\d+|\/manifest[.\w]*)?$/.test(path),
};

/** Fails the n-th operation on the log or the journal and, when it is to last, the following ones too. */
function failing(
  part: Part,
  from: number,
  lasting: boolean,
): { fault(operation: Operation): "io_failed" | undefined; hit: boolean } {
  let count = 0;
  const state = {
    hit: false,
    fault: ({ kind, path }: Operation): "io_failed" | undefined => {
      if (!isPartOf[part](path) || kind === "read" || kind === "remove") return undefined;
      count++;
      if (count !== from && !(lasting && count > from)) return undefined;
      state.hit = true;
      return "io_failed";
    },
  };
  return state;
}

async function expectKept(files: SimulatedFileSystem, expected: Outcome): Promise<void> {
  const engine = await open(files, new ManualClock());
  expect(ids(engine)).toEqual(expected.acknowledged);
  expect(tables(engine)).toEqual([...expected.tables].sort());
  await insert(engine, 500);
  await engine.close();
}

interface Failure {
  readonly part: Part;
  readonly lasting: boolean;
  readonly mode: LogFlushMode;
}

async function run(from: number, { part, lasting, mode }: Failure): Promise<boolean> {
  const files = new SimulatedFileSystem();
  const clock = new ManualClock();
  const engine = await prepared(files, clock);
  engine.services.settings.flushMode = mode;
  const state = failing(part, from, lasting);
  const outcome = nothingYet();
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
    // In mode 0 the last ones are answered before they are written.
    await turns();
    clock.advance(1500);
    await turns();
  }
  await expectKept(files.afterKill(), outcome);
  await expectKept(files.afterPowerCut(new SeededRandom(from)), outcome);
  await engine.abandon();
  return true;
}

describe("after a failure of a part, the database takes writes again and shows what was acknowledged", () => {
  test.each([
    ["log", 1, false],
    ["log", 1, true],
    ["log", 2, false],
    ["log", 0, false],
    ["journal", 1, false],
    ["journal", 1, true],
    ["journal", 2, false],
  ] as const)(
    "%s, flush mode %i, lasting: %s",
    async (part, mode, lasting) => {
      let points = 0;
      while (await run(points + 1, { part, lasting, mode })) points++;
      expect(points).toBeGreaterThan(part === "journal" ? 5 : mode === 1 ? 15 : 5);
    },
    180_000,
  );
});

test.each(["log", "journal"] as const)(
  "a power cut at any point of the recovery of the %s loses nothing acknowledged",
  async (part) => {
    const prepare = async (cutAfter: number) => {
      const files = new SimulatedFileSystem();
      const clock = new ManualClock();
      const engine = await prepared(files, clock);
      const outcome = nothingYet();
      await work(engine, 1, outcome);
      files.fault = ({ kind, path }) => (isPartOf[part](path) && kind === "sync" ? "io_failed" : undefined);
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
      // The journal is first written by the checkpoint.
      const refusedFrom = part === "log" ? 11 : 14;
      expect(outcome.refused[0]).toBe(refusedFrom);
      expect(outcome.refused.filter((each) => each < 100)).toEqual(
        [11, 12, 13, 14, 15, 16].filter((each) => each >= refusedFrom),
      );
      const done = !files.isCut;
      for (const disk of [files.afterKill(), files.afterPowerCut(new SeededRandom(cutAfter))]) {
        const engine = await open(disk, new ManualClock());
        const found = ids(engine);
        expect(found).toEqual(expect.arrayContaining(outcome.acknowledged));
        // What was being written when the log failed may have reached the disk; what came later was never written.
        for (const id of outcome.refused.filter((each) => (part === "journal" || each > 11) && each < 100))
          expect(found).not.toContain(id);
        expect(tables(engine)).toEqual(expect.arrayContaining(outcome.tables));
        if (part === "log" && outcome.acknowledged.some((each) => each > 100))
          expect(found).not.toContain(11);
        await engine.close();
      }
      if (done) break;
      expect(cutAfter).toBeLessThan(500);
    }
  },
);
