/** Records MySQL's answers to aggregate-cases.ts: npx tsx test/support/record-aggregates.ts HOST PORT */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { AGGREGATES, INPUTS } from "./aggregate-cases.ts";

const [, , host = "127.0.0.1", port = "3306"] = process.argv;
const connection = await createConnection({
  host,
  port: Number(port),
  user: "root",
  charset: "utf8mb4_0900_ai_ci",
  typeCast: (field) => field.buffer(),
});
await connection.query("CREATE DATABASE IF NOT EXISTS test");
await connection.query("USE test");
const recorded: Record<string, unknown> = {};
for (const [name, { sqlType, rows }] of Object.entries(INPUTS)) {
  await connection.query("DROP TABLE IF EXISTS aggregated");
  await connection.query(`CREATE TABLE aggregated (id int auto_increment primary key, x ${sqlType})`);
  for (const row of rows) await connection.query(`INSERT INTO aggregated (x) VALUES (${row})`);
  for (const aggregate of AGGREGATES) {
    const [[row], fields] = await connection.query<RowDataPacket[]>({
      sql: `SELECT ${aggregate} FROM aggregated`,
      rowsAsArray: true,
    });
    const field = fields[0] as (typeof fields)[number] & { readonly columnType: number };
    const value = (row as unknown as (Buffer | null)[])[0];
    recorded[`${name}: ${aggregate}`] = [value?.toString("utf8") ?? null, field.columnType];
  }
}
await connection.query("DROP TABLE aggregated");
await connection.end();
writeFileSync(
  path.resolve(import.meta.dirname, "../data/aggregates.json"),
  `${JSON.stringify(recorded, null, 1)}\n`,
);
