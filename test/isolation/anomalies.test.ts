/**
 * Each isolation script ends here as it does on MySQL: the same rows, waits, errors and deadlock victims. Outcomes were
 * recorded from MySQL 9.7 by test/support/record-anomalies.ts.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/index.ts";
import { runIsolationScript, type StepRecord } from "../support/isolation-script.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";
import { ISOLATION_SCRIPTS } from "./isolation-scripts.ts";
import { SOURCE_LOCK_SCRIPTS } from "./source-lock-scripts.ts";

const SILENCE_MS = 50;
const file = path.join(import.meta.dirname, "../data/isolation/anomalies.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, StepRecord[]>>;

const folder = new TemporaryFolder();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path, port: 0, logLevel: "error" });
});

afterAll(async () => {
  await server.close();
  folder[Symbol.dispose]();
});

describe("ends as on MySQL", () => {
  for (const script of [...ISOLATION_SCRIPTS, ...SOURCE_LOCK_SCRIPTS]) {
    for (const level of script.levels) {
      test(`${script.name} (${level})`, async () => {
        const expected = recorded[script.name]?.[level];
        if (expected === undefined) throw new Error("not recorded");
        const { host, port } = server;
        const seen = await runIsolationScript(script, {
          target: { host, port },
          level,
          silenceMs: SILENCE_MS,
          expected,
        });
        expect(seen).toEqual(expected);
      });
    }
  }
});

test("READ UNCOMMITTED reads what is committed only", async () => {
  const { host, port } = server;
  const script = {
    name: "read uncommitted",
    levels: [],
    steps: [
      "A: BEGIN",
      "A: UPDATE t SET v = 11 WHERE id = 1",
      "B: SELECT v FROM t WHERE id = 1",
      "A: COMMIT",
    ],
  };
  const seen = await runIsolationScript(script, {
    target: { host, port },
    level: "READ UNCOMMITTED",
    silenceMs: SILENCE_MS,
  });
  expect(seen[2]?.outcome).toBe("[[10]]");
});

test("sessions on two branches never block each other", async () => {
  const { host, port } = server;
  const script = {
    name: "branches",
    levels: [],
    steps: [
      "A: CALL dolt_commit('-Am', 'start')",
      "A: CALL dolt_branch('side')",
      "B: USE `isolation_script/side`",
      "A: BEGIN",
      "B: BEGIN",
      "A: UPDATE t SET v = v + 1",
      "B: UPDATE t SET v = v + 2",
      "A: INSERT INTO t VALUES (3, 3)",
      "B: INSERT INTO t VALUES (3, 4)",
      "B: ALTER TABLE t ADD COLUMN w INT",
      "C: SELECT v FROM t WHERE id = 1",
      "B: SELECT v FROM t WHERE id = 1",
      "A: COMMIT",
      "A: SELECT v FROM t WHERE id = 1",
    ],
  };
  const seen = await runIsolationScript(script, {
    target: { host, port },
    level: "SERIALIZABLE",
    silenceMs: 5_000,
  });
  expect(seen.slice(2).map(({ outcome }) => outcome)).toEqual([
    "ok 0",
    "ok 0",
    "ok 0",
    "ok 4",
    "ok 4",
    "ok 1",
    "ok 1",
    "ok 0",
    "[[10]]",
    "[[12]]",
    "ok 0",
    "[[11]]",
  ]);
});
