/**
 * Records what real MySQL answers to the expressions of test/data/expressions/*.txt:
 *   npx tsx test/support/record-expressions.ts HOST PORT
 * writes test/data/expressions/<family>.json.gz. Run by hand when expressions are added.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { createConnection, type FieldPacket, type RowDataPacket } from "mysql2/promise";

const folder = path.resolve(import.meta.dirname, "../data/expressions");
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
await connection.query("SET time_zone = '+00:00'");
// The statement's time that the evaluator of the tests has.
await connection.query("SET timestamp = 1715953507.123456");

interface RawField extends FieldPacket {
  readonly columnLength: number;
  readonly characterSet: number;
  readonly columnType: number;
}

function text(value: Buffer | null): string | null {
  if (value === null) return null;
  const decoded = value.toString("utf8");
  return Buffer.from(decoded, "utf8").equals(value) ? decoded : `0x${value.toString("hex")}`;
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt"))) {
  const recorded: unknown[] = [];
  for (const expression of readFileSync(path.join(folder, file), "utf8").split("\n").filter(Boolean)) {
    try {
      const [rows, fields] = await connection.query<RowDataPacket[]>({
        sql: `SELECT ${expression} AS v`,
        rowsAsArray: true,
      });
      const field = fields[0] as RawField;
      const [warnings] = await connection.query<RowDataPacket[]>({ sql: "SHOW WARNINGS", rowsAsArray: true });
      recorded.push({
        expression,
        value: text((rows[0] as unknown as (Buffer | null)[])[0] ?? null),
        type: field.columnType,
        length: field.columnLength,
        decimals: field.decimals,
        flags: field.flags,
        charset: field.characterSet,
        warnings: (warnings as unknown as Buffer[][]).map((row) => [Number(row[1]), text(row[2] ?? null)]),
      });
    } catch (error) {
      if (!(error instanceof Error) || !("errno" in error)) throw error;
      recorded.push({ expression, errno: error.errno, message: error.message });
    }
  }
  writeFileSync(
    path.join(folder, file.replace(".txt", ".json.gz")),
    gzipSync(recorded.map((entry) => JSON.stringify(entry)).join("\n")),
  );
  console.log(file, recorded.length);
}
await connection.end();
