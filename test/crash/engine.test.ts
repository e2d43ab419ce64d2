/**
 * Power cuts and kills at every I/O point of an engine's work: commits, checkpoints, schema changes, garbage collection.
 * Every acknowledged step is there afterwards, whole; an unanswered one is there whole or not at all; indexes agree.
 */
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/base/random.ts";
import { DirectJobs } from "../../src/engine/background/background-jobs.ts";
import { CairnEngine } from "../../src/engine/cairn-engine.ts";
import { writeNewDatabase } from "../../src/engine/create-database.ts";
import type { Value } from "../../src/values/value.ts";
import {
  allRows,
  column,
  DB,
  finished,
  INT,
  idsByIndex,
  index,
  LONG_TEXT,
  lockedRow,
  PLAIN,
  schema,
} from "../engine/engine-fixture.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";

const OPTIONS = { charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" };

type Step = (engine: CairnEngine) => Promise<void>;

/** How checkpoints and new indexes store their chunks: in the journal, as small ones do, or in a table file, as large ones. */
const TARGETS = { journal: {}, "table file": { editsMin: 1, rowsMin: 1, tableBytesMin: 1 } };
let foldInto: keyof typeof TARGETS = "journal";

async function open(files: SimulatedFileSystem): Promise<CairnEngine> {
  const background = new DirectJobs(files, TARGETS[foldInto]);
  return await CairnEngine.open({ dataFolder: "/data", services: { files, background } });
}

/** One transaction with these changes of table `t`: a row to insert, or an id to update or delete. */
function transaction(
  ...changes: readonly (readonly Value[] | { readonly update: number } | { readonly remove: number })[]
): Step {
  return async (engine) => {
    const session = engine.createSession();
    const open = session.begin();
    open.beginStatement();
    const writer = await open.openTableForWrite(DB, "t", { foreignKeyChecks: true });
    for (const change of changes) {
      if ("update" in change || "remove" in change) {
        const row = await lockedRow(writer, "update" in change ? change.update : change.remove);
        if (row === undefined) throw new Error("the row is there");
        const [id = null, a, ...rest] = row.values;
        if ("remove" in change) await finished(() => writer.deleteRow(row.values, row.key));
        else await finished(() => writer.updateRow(row.values, [id, Number(a) + 1000, ...rest], row.key));
      } else {
        await finished(() => writer.insertRow(change));
      }
    }
    await open.commit();
    session.close();
  };
}

const checkpoint: Step = async (engine) => await engine.mustGetDatabase("db").checkpoint();
const collect: Step = async (engine) => void (await engine.versionStore("db").collectGarbage({ full: true }));

const WIDER = { ...PLAIN, columns: [...PLAIN.columns, column(4, "c", LONG_TEXT)] };
const INDEXED = { ...WIDER, indexes: [...WIDER.indexes, index(12, "uia", "unique", [1, 2])] };

const STEPS: readonly Step[] = [
  (engine) => engine.createDatabase("db", OPTIONS),
  (engine) => engine.createSession().dataDefinition.createTable(DB, "t", PLAIN, 1n),
  transaction([1, 10, "one"], [2, 20, "two"], [3, 30, null]),
  transaction({ update: 1 }, { remove: 2 }),
  checkpoint,
  transaction([4, 40, "two"]),
  transaction({ update: 4 }, [5, 50, "x".repeat(2000)]),
  (engine) => engine.createSession().dataDefinition.alterTable(DB, "t", { schema: WIDER }),
  transaction([6, 60, "long", "y".repeat(20_000)]),
  checkpoint,
  transaction({ update: 6 }, { remove: 1 }),
  (engine) => engine.createSession().dataDefinition.alterTable(DB, "t", { schema: INDEXED }),
  transaction({ update: 5 }),
  collect,
  async (engine) => {
    const { dataDefinition } = engine.createSession();
    await dataDefinition.renameTables(DB, [{ from: "t", to: "u" }]);
  },
  (engine) =>
    engine
      .createSession()
      .dataDefinition.createTable(DB, "t", schema([column(1, "a", INT)], { key: [] }), 0n),
  transaction([7], [7]),
  (engine) => engine.createSession().dataDefinition.dropTables(DB, ["u"]),
  transaction([8]),
  (engine) => engine.createDatabase("other", OPTIONS),
  (engine) =>
    engine.createSession().dataDefinition.createTable({ ...DB, databaseName: "other" }, "o", PLAIN, 0n),
  (engine) => {
    const prepare = (folder: string) => writeNewDatabase(engine.services, folder, OPTIONS);
    return engine.installDatabase("other", prepare, { replace: true });
  },
  (engine) => engine.dropDatabase("other"),
  (engine) => engine.close(),
];

/** Everything a client can see, with the indexes checked against their tables. */
function readState(engine: CairnEngine): string {
  const state: Record<string, unknown> = {};
  for (const databaseName of engine.databaseNames()) {
    const transaction = engine.createSession().begin();
    const revision = { ...DB, databaseName };
    for (const name of transaction.tableNames(revision)) {
      const view = transaction.openTable(revision, name);
      const rows = allRows(view);
      expect(view.rowCount()).toBe(rows.length);
      const ids = rows.map(([id]) => id);
      for (const [at] of view.schema.indexes.entries()) {
        expect(idsByIndex(view, at + 1).toSorted()).toEqual(ids.toSorted());
      }
      state[`${databaseName}.${name}`] = rows;
    }
    transaction.rollback();
    state[databaseName] = true;
  }
  return JSON.stringify(state);
}

async function statesOf(files: SimulatedFileSystem): Promise<string[]> {
  const engine = await open(files);
  const states = ["{}"];
  for (const step of STEPS) {
    await step(engine);
    states.push(step === STEPS.at(-1) ? (states.at(-1) ?? "") : readState(engine));
  }
  return states;
}

/** The number of the step that did not end. */
async function runUntilCut(files: SimulatedFileSystem): Promise<number> {
  const engine = await open(files).catch(() => undefined);
  if (engine === undefined) return 0;
  let at = 0;
  try {
    for (const step of STEPS) {
      await step(engine);
      at++;
    }
  } catch {
    // The power is gone: whatever else fails now is no news.
  }
  await engine.abandon().catch(() => {});
  return at;
}

async function checkAfter(
  files: SimulatedFileSystem,
  allowed: readonly (string | undefined)[],
): Promise<void> {
  const engine = await open(files);
  try {
    const state = readState(engine);
    expect(allowed).toContain(state);
    if (engine.hasDatabase("db")) {
      await engine.mustGetDatabase("db").checkpoint();
      await collect(engine);
      expect(readState(engine)).toBe(state);
    }
  } finally {
    await engine.close();
  }
  const again = await open(files);
  expect(allowed).toContain(readState(again));
  await again.close();
}

describe("an engine", () => {
  test.each([
    [1, "journal"],
    [2, "journal"],
    [1, "table file"],
    [2, "table file"],
  ] as const)(
    "keeps what it acknowledged when the power is cut at any I/O point (seed %i, checkpoints into a %s)",
    async (seed, target) => {
      foldInto = target;
      const reference = new SimulatedFileSystem();
      const states = await statesOf(reference);
      const total = reference.operationCount;
      expect(total).toBeGreaterThan(100);
      for (let cutAt = seed; cutAt <= total; cutAt += 2) {
        const files = new SimulatedFileSystem();
        files.cutAt = cutAt;
        const at = await runUntilCut(files);
        const survived = files.afterPowerCut(new SeededRandom(seed * 1000 + cutAt));
        try {
          await checkAfter(survived, [states[at], states[at + 1]]);
        } catch (error) {
          throw new Error(`seed ${seed}, cut at ${cutAt}, in step ${at}`, { cause: error });
        }
      }
    },
  );

  test("keeps what it acknowledged when the process is killed", async () => {
    const reference = new SimulatedFileSystem();
    const states = await statesOf(reference);
    for (let cutAt = 1; cutAt <= reference.operationCount; cutAt += 3) {
      const files = new SimulatedFileSystem();
      files.cutAt = cutAt;
      const at = await runUntilCut(files);
      await checkAfter(files.afterKill(), [states[at], states[at + 1]]);
    }
  });

  test("refuses writes after a failed sync of the log, and has every acknowledged commit when opened again", async () => {
    const files = new SimulatedFileSystem();
    const engine = await open(files);
    for (const step of STEPS.slice(0, 3)) await step(engine);
    files.fault = ({ kind, path }) => (kind === "sync" && path.includes("/wal/") ? "io_failed" : undefined);
    await expect(transaction([7, 70, "lost?"])(engine)).rejects.toMatchObject({ code: "io_failed" });
    files.fault = undefined;
    await expect(transaction([8, 80, "refused"])(engine)).rejects.toMatchObject({ code: "io_failed" });
    expect(readState(engine)).not.toContain("lost?");
    await engine.abandon();
    const again = await open(files.afterKill());
    expect(readState(again)).toContain("two");
    await transaction([9, 90, "goes on"])(again);
    await again.close();
  });

  test("takes writes again after the disk was full", async () => {
    const files = new SimulatedFileSystem();
    const engine = await open(files);
    for (const step of STEPS.slice(0, 3)) await step(engine);
    for (const failing of ["write", "create"]) {
      files.fault = ({ kind, path }) => (kind === failing && path.includes("/wal") ? "disk_full" : undefined);
      if (failing === "write") {
        await expect(transaction([7, 70, "no room"])(engine)).rejects.toMatchObject({ code: "disk_full" });
      } else {
        files.fault = undefined;
        await checkpoint(engine);
        files.fault = ({ kind, path }) =>
          kind === failing && path.includes("/wal") ? "disk_full" : undefined;
        await expect(transaction([7, 70, "no room"])(engine)).rejects.toMatchObject({ code: "disk_full" });
      }
      files.fault = undefined;
      await transaction([failing.length * 10, 80, failing])(engine);
    }
    const state = readState(engine);
    expect(state).not.toContain("no room");
    await engine.abandon();
    const again = await open(files.afterKill());
    expect(readState(again)).toBe(state);
    await again.close();
  });

  test("loses nothing when a checkpoint fails, and the next one succeeds", async () => {
    const files = new SimulatedFileSystem();
    const engine = await open(files);
    for (const step of STEPS.slice(0, 3)) await step(engine);
    files.fault = ({ kind, path }) => (kind === "write" && !path.includes("/wal") ? "disk_full" : undefined);
    await expect(checkpoint(engine)).rejects.toMatchObject({ code: "disk_full" });
    await transaction([9, 90, "meanwhile"])(engine);
    files.fault = undefined;
    const state = readState(engine);
    expect(state).toContain("meanwhile");
    await checkpoint(engine);
    await checkpoint(engine);
    expect(readState(engine)).toBe(state);
    await engine.close();
    const again = await open(files.afterKill());
    expect(readState(again)).toBe(state);
    await again.close();
  });
});
