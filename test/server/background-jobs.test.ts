/** Jobs in background threads as clients meet them: they can be killed, and a server stops while one runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/server/start-server.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const ROWS = 40_000;

async function connect({ host, port }: RunningServer, database?: string): Promise<Connection> {
  return await createConnection({
    host,
    port,
    user: "root",
    ...(database === undefined ? {} : { database }),
  });
}

async function fill(connection: Connection): Promise<void> {
  await connection.query("CREATE DATABASE d");
  await connection.query("USE d");
  await connection.query("CREATE TABLE t (id INT PRIMARY KEY, c CHAR(100), KEY (c))");
  for (let from = 0; from < ROWS; from += 5000) {
    const rows = Array.from({ length: 5000 }, (_, at) => `(${from + at}, '${(from + at) * 7919} and more')`);
    await connection.query(`INSERT INTO t VALUES ${rows.join(",")}`);
  }
  await connection.query("CALL dolt_commit('-Am', 'rows')");
}

/** Kills the statement of `victim` once it runs. */
async function killStatement(admin: Connection, victim: Connection, text: string): Promise<void> {
  const { threadId } = victim;
  for (;;) {
    const [rows] = await admin.query<RowDataPacket[]>("SHOW PROCESSLIST");
    if (rows.some(({ Id, Info }) => Id === threadId && String(Info).includes(text))) break;
    await sleep(1);
  }
  await admin.query(`KILL QUERY ${threadId}`);
}

test("KILL ends a check, a collection and an index being made with 1317, and all work again afterwards", async () => {
  using folder = new TemporaryFolder();
  await using server = await startServer({ dataDir: folder.path, port: 0, logLevel: "error" });
  const admin = await connect(server);
  await fill(admin);
  const victim = await connect(server, "d");
  for (const [call, name] of [
    ["CALL dolt_fsck()", "dolt_fsck"],
    ["CALL dolt_gc('--full')", "dolt_gc"],
    ["CREATE INDEX more ON t (c, id)", "CREATE INDEX"],
  ] as const) {
    const running = victim.query(call);
    running.catch(() => undefined);
    await killStatement(admin, victim, name);
    await expect(running).rejects.toMatchObject({ errno: 1317 });
  }
  await victim.query("CREATE INDEX more ON t (c, id)");
  await victim.query("CALL dolt_gc('--full')");
  const [problems] = await victim.query<RowDataPacket[][]>("CALL dolt_fsck()");
  expect(problems[0]).toEqual([]);
  const [[counted]] = await victim.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM t");
  expect(counted).toMatchObject({ n: ROWS });
  await victim.end();
  await admin.end();
});

test("a server stops while a check runs, and has everything when it starts again", async () => {
  using folder = new TemporaryFolder();
  const server = await startServer({ dataDir: folder.path, port: 0, logLevel: "error" });
  const admin = await connect(server);
  await fill(admin);
  const checking = admin.query("CALL dolt_fsck()").then(
    () => "done",
    () => "ended",
  );
  await sleep(50);
  await server.close();
  expect(["done", "ended"]).toContain(await checking);
  admin.destroy();
  await using again = await startServer({ dataDir: folder.path, port: 0, logLevel: "error" });
  const reader = await connect(again, "d");
  const [[counted]] = await reader.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM t");
  expect(counted).toMatchObject({ n: ROWS });
  await reader.end();
});
