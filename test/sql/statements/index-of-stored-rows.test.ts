/** An index made over rows that are there is the one that grows with them. Expected values from MySQL 9.7. */
import { expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

const COLUMNS = [
  "i INT",
  "u BIGINT UNSIGNED NOT NULL",
  "d DECIMAL(12,3)",
  "f DOUBLE",
  "g FLOAT NOT NULL",
  "t DATETIME(3)",
  "s TIMESTAMP NULL",
  "y YEAR",
  "e ENUM('x','y','z')",
  "b BIT(9)",
  "v VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci",
  "c CHAR(8) COLLATE utf8mb4_bin NOT NULL",
  "w VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
  "n VARBINARY(20)",
  "l LONGTEXT",
  "j VARCHAR(30) AS (CONCAT(c, i)) STORED",
];
const KEYS = [
  "UNIQUE KEY k0 (i, id)",
  "KEY k1 (u DESC)",
  "KEY k2 (d, f)",
  "KEY k3 (f DESC, g)",
  "KEY k4 (t, s DESC)",
  "KEY k5 (y, e, b)",
  "KEY k6 (v, c)",
  "KEY k7 (v(3), w DESC)",
  "KEY k8 (n(2), u)",
  "KEY k9 (l(300))",
  "KEY k10 (j, q)",
  "UNIQUE KEY k11 (q, p, id)",
];

function row(id: number): string {
  const nullable = (text: string): string => (id % 7 === 0 ? "NULL" : text);
  const day = `20${10 + (id % 13)}-0${1 + (id % 9)}-1${id % 10} 0${id % 10}:00:0${id % 7}`;
  return `(${[
    id,
    `'p${id % 50}'`,
    nullable(String((id * 7919) % 1000)),
    id * 3,
    nullable(`${(id * 31) % 997}.${id % 10}`),
    nullable(id % 3 === 0 ? "-0.0" : `${(id % 11) - 5}.25`),
    `${(id % 5) - 2}.5`,
    nullable(`'${day}.12${id % 10}'`),
    nullable(`'${day}'`),
    nullable(String(1990 + (id % 40))),
    nullable(String(1 + (id % 3))),
    nullable(`b'${(id % 300).toString(2)}'`),
    nullable(`'${["Äpfel", "apfel", "straße", "", "日本語 "][id % 5]}${id % 9}'`),
    `'c${id % 4}'`,
    nullable(`'${["é", "E", "z"][id % 3]}${id % 8}'`),
    nullable(`x'00${(id % 200).toString(16).padStart(2, "0")}00ff'`),
    nullable(`'${`${id % 6} long `.repeat(id % 20 === 0 ? 900 : 3)}'`),
  ].join(",")})`;
}

const NAMES = "id,p,i,u,d,f,g,t,s,y,e,b,v,c,w,n,l";

test("CREATE INDEX over rows of all types gives the tree that inserting them gives", async () => {
  await using database = await TestDatabase.open();
  const columns = `id INT NOT NULL, p VARCHAR(10) NOT NULL, ${COLUMNS.join(", ")}, q INT NOT NULL DEFAULT 5`;
  const rows = Array.from({ length: 400 }, (_, id) => row(id)).join(",");
  for (const [table, keys] of [
    ["grown", `, ${KEYS.join(", ")}`],
    ["made", ""],
  ] as const) {
    await database.run(`CREATE TABLE ${table} (${columns}, PRIMARY KEY (p, id)${keys})`);
    await database.run(`INSERT INTO ${table} (${NAMES}) VALUES ${rows}`);
    await database.run(`DELETE FROM ${table} WHERE id % 10 = 3`);
  }
  await database.run(`ALTER TABLE made ${KEYS.map((key) => `ADD ${key}`).join(", ")}`);
  // A column that older rows lack, in an index.
  await database.run(
    "ALTER TABLE made ADD COLUMN z VARCHAR(9) NOT NULL DEFAULT 'old', ADD KEY k12 (z DESC, i)",
  );
  await database.run(
    "ALTER TABLE grown ADD COLUMN z VARCHAR(9) NOT NULL DEFAULT 'old', ADD KEY k12 (z DESC, i), FORCE",
  );
  const [name = ""] = database.engine.databaseNames();
  const opened = database.engine.mustGetDatabase(name);
  await opened.checkpoint();
  const { tables } = opened.mustGetBranch("main").generation.root;
  expect(tables.get("made")?.indexes.length).toBe(KEYS.length + 1);
  expect(tables.get("made")?.indexes).toEqual(tables.get("grown")?.indexes);
});

test("an index of a virtual column has the values of the rows that are there", async () => {
  await using database = await TestDatabase.open();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT AS (a * 2) VIRTUAL)");
  await database.run("INSERT INTO t (id, a) VALUES (1, 5), (2, 7), (4, 5)");
  const duplicate = (index: string): object => ({
    errno: 1062,
    message: `Duplicate entry '10' for key 't.${index}'`,
  });
  await expect(database.run("CREATE UNIQUE INDEX ib ON t (b)")).rejects.toMatchObject(duplicate("ib"));
  await database.run("DELETE FROM t WHERE id = 4");
  await database.run("CREATE UNIQUE INDEX ib ON t (b)");
  await expect(database.run("INSERT INTO t (id, a) VALUES (3, 5)")).rejects.toMatchObject(duplicate("ib"));
  await database.run("UPDATE t SET a = 9 WHERE id = 1");
  await database.run("INSERT INTO t (id, a) VALUES (8, NULL), (9, NULL), (10, 5)");
  await database.run("ALTER TABLE t DROP INDEX ib, ADD INDEX ib (b, id)");
  const rows = await database.rows("SELECT id, b FROM t WHERE b > 9 ORDER BY id");
  expect(rows).toEqual([
    ["1", "18"],
    ["2", "14"],
    ["10", "10"],
  ]);
});
