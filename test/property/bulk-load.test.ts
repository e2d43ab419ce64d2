/** However rows come into a table, it is the same table: the same rows give the same roots of all its trees. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { TestDatabase } from "../support/test-database.ts";
import { TextSink } from "../support/text-sink.ts";

const COLUMNS =
  "id INT PRIMARY KEY, n INT, price DECIMAL(8,2), made DATETIME, name VARCHAR(3000), u VARCHAR(20) NOT NULL";
const INDEXES = "KEY by_n (n, name(10)), UNIQUE KEY by_u (u)";

interface Row {
  readonly id: number;
  readonly n: number | null;
  readonly price: string;
  readonly made: string;
  readonly name: string | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  id: fc.integer({ min: -100_000, max: 100_000 }),
  n: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }),
  price: fc
    .tuple(fc.nat(99_999), fc.nat(99))
    .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, "0")}`),
  made: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 })).map(([month, day]) => {
    const last = new Date(Date.UTC(2023, month, 0)).getUTCDate();
    return `2023-${String(month).padStart(2, "0")}-${String(Math.min(day, last)).padStart(2, "0")} 12:00:00`;
  }),
  name: fc.option(
    fc.oneof(fc.constantFrom("a", "é", "long ".repeat(500)), fc.stringMatching(/^[a-z ]{0,40}$/)),
    {
      nil: null,
    },
  ),
});
const table = fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 150 });

function tuple({ id, n, price, made, name }: Row): string {
  return `(${id}, ${n ?? "NULL"}, ${price}, '${made}', ${name === null ? "NULL" : `'${name}'`}, 'u${id}')`;
}

function line({ id, n, price, made, name }: Row): string {
  return `${[id, n ?? "\\N", price, made, name ?? "\\N", `u${id}`].join("\t")}\n`;
}

async function loadFile(database: TestDatabase, name: string, content: string): Promise<void> {
  await database.session.query(Buffer.from(`LOAD DATA LOCAL INFILE 'f' INTO TABLE ${name}`), {
    sink: new TextSink(),
    signal: new AbortController().signal,
    multiStatements: false,
    readLocalFile: async function* () {
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
    },
  });
}

test("tables filled row by row, in bulk, from a file, by a query and by changing another form are the same", async () => {
  await using database = await TestDatabase.open();
  await database.run("SET GLOBAL local_infile = 1");
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const names = ["single", "bulk", "file", "query", "changed"];
      for (const name of names) await database.run(`DROP TABLE IF EXISTS ${name}`);
      for (const name of names.slice(0, 4))
        await database.run(`CREATE TABLE ${name} (${COLUMNS}, ${INDEXES})`);
      for (const each of rows) await database.run(`INSERT INTO single VALUES ${tuple(each)}`);
      // Blanks make it a large statement, whose rows are read without a syntax tree.
      await database.run(`INSERT INTO bulk VALUES ${" ".repeat(5000)}${rows.map(tuple).join(",")}`);
      await loadFile(database, "file", rows.map(line).join(""));
      await database.run("INSERT INTO query SELECT * FROM bulk ORDER BY name");
      await database.run(
        "CREATE TABLE changed (u VARCHAR(20) NOT NULL, id INT, n BIGINT, price DECIMAL(9,3), made DATETIME, name TEXT)",
      );
      await database.run("INSERT INTO changed SELECT u, id, n, price, made, name FROM bulk ORDER BY n");
      await database.run(
        "ALTER TABLE changed MODIFY id INT FIRST, MODIFY u VARCHAR(20) NOT NULL AFTER name, MODIFY n INT, MODIFY price DECIMAL(8,2), MODIFY name VARCHAR(3000), ADD PRIMARY KEY (id)",
      );
      await database.run("ALTER TABLE changed ADD KEY by_n (n, name(10)), ADD UNIQUE KEY by_u (u)");
      const stored = database.engine.mustGetDatabase("test");
      await stored.checkpoint();
      const { tables } = stored.mustGetBranch("main").generation.root;
      const [single, ...others] = names.map((name) => {
        const record = tables.get(name);
        return { primary: record?.primary, indexes: record?.indexes };
      });
      expect(single?.primary).toBeDefined();
      for (const other of others) expect(other).toEqual(single);
    }),
    { numRuns: 8 },
  );
});
