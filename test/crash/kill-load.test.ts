/** kill -9 in the middle of big loads: what was not acknowledged leaves no row, what was is there whole. */
import { Readable } from "node:stream";
import type { RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { BuiltServer } from "../support/built-server.ts";

const LOADED = 20_000;

function line(id: number): string {
  return `${id}\t${id % 100}\ta note about ${id}\n`;
}

test("a load that is cut off by kill -9 leaves none of its rows, and one before it is whole", async () => {
  await using server = await BuiltServer.start();
  const setup = await server.connect();
  await setup.query("SET GLOBAL local_infile = 1");
  await setup.query("CREATE DATABASE d");
  await setup.query("USE d");
  for (const table of ["done", "cut", "opened"])
    await setup.query(`CREATE TABLE ${table} (id INT PRIMARY KEY, n INT, note VARCHAR(60), KEY (n))`);
  const whole = Array.from({ length: LOADED }, (_, id) => line(id)).join("");
  await setup.query({
    sql: "LOAD DATA LOCAL INFILE 'f' INTO TABLE done",
    infileStreamFactory: () => Readable.from([Buffer.from(whole)]),
  });
  // A transaction that stays open over a large INSERT.
  await setup.query("BEGIN");
  const tuples = Array.from({ length: LOADED }, (_, id) => `(${id},${id % 100},'a note')`);
  await setup.query(`INSERT INTO opened VALUES ${tuples.join(",")}`);

  const loader = await server.connect("d");
  loader.on("error", () => undefined);
  setup.on("error", () => undefined);
  let killed: Promise<unknown> | undefined;
  const pieces = function* (): Generator<Buffer> {
    for (let first = 0; ; first += 500) {
      if (first === LOADED) killed = server.end("SIGKILL");
      yield Buffer.from(Array.from({ length: 500 }, (_, at) => line(first + at)).join(""));
      if (killed !== undefined) return;
    }
  };
  const load = loader.query({
    sql: "LOAD DATA LOCAL INFILE 'f' INTO TABLE cut",
    infileStreamFactory: () => Readable.from(pieces()),
  });
  await expect(load).rejects.toMatchObject({ fatal: true });
  await killed;
  loader.destroy();
  setup.destroy();

  await server.start();
  const after = await server.connect("d");
  const [rows] = await after.query<RowDataPacket[]>(
    "SELECT (SELECT COUNT(*) FROM done) AS done, (SELECT SUM(n) FROM done USE INDEX (n)) AS total, (SELECT COUNT(*) FROM cut) AS cut, (SELECT COUNT(*) FROM opened) AS opened",
  );
  expect(rows.map((row) => Object.values(row).map(Number))).toEqual([[LOADED, (LOADED / 100) * 4950, 0, 0]]);
  await after.end();
});
