/**
 * `cairn dump`: a database's working tables as a script that any MySQL client loads. Rows are streamed; binary values
 * are written as hexadecimal literals, so the script is plain UTF-8 text.
 */
import type { Cell, DatabaseClient } from "./database-client.ts";
import { quoteIdentifier } from "./format-query.ts";
import { sql } from "./sql-tag.ts";

/** A statement is ended once its rows fill this many characters: large enough to load fast, far below the default
 *  max_allowed_packet. */
const STATEMENT_CHARACTERS = 1 << 20;

const NUMERIC = new Set([
  "TINY",
  "SHORT",
  "LONG",
  "LONGLONG",
  "INT24",
  "FLOAT",
  "DOUBLE",
  "DECIMAL",
  "NEWDECIMAL",
  "YEAR",
]);
const BINARY = new Set(["BIT", "GEOMETRY", "BLOB", "TINY_BLOB", "MEDIUM_BLOB", "LONG_BLOB"]);

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\n": "\\n",
  "\r": "\\r",
  "\\": "\\\\",
  "'": "\\'",
  "\x1a": "\\Z",
};

function literal(cell: Cell, binary: boolean): string {
  if (cell.bytes === null) return "NULL";
  if (NUMERIC.has(cell.type)) return cell.bytes.toString("latin1");
  if (binary || cell.type === "BIT" || cell.type === "GEOMETRY") {
    return cell.bytes.length === 0 ? "''" : `0x${cell.bytes.toString("hex").toUpperCase()}`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: MySQL escapes NUL and Ctrl-Z in strings
  return `'${cell.bytes.toString("utf8").replace(/[\0\n\r\\'\x1a]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** Writes the script piece by piece. */
export async function dumpDatabase(
  client: DatabaseClient,
  database: string,
  write: (piece: string) => Promise<void>,
): Promise<void> {
  await write(
    [
      `-- CairnDB dump of ${quoteIdentifier(database)}`,
      "/*!40101 SET NAMES utf8mb4 */;",
      "/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE, TIME_ZONE='+00:00' */;",
      "/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;",
      "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;",
      "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;",
      "",
      "",
    ].join("\n"),
  );
  await client.query(sql`SET time_zone = '+00:00'`);
  await client.query(sql`START TRANSACTION WITH CONSISTENT SNAPSHOT`);
  const tables = await client.query(
    sql`SELECT TABLE_NAME AS name FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ${database} AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
  );
  for (const { name } of tables) if (typeof name === "string") await dumpTable(client, database, name, write);
  await client.query(sql`COMMIT`);
  await write(
    [
      "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;",
      "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;",
      "/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;",
      "/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;",
      "",
    ].join("\n"),
  );
}

async function dumpTable(
  client: DatabaseClient,
  database: string,
  table: string,
  write: (piece: string) => Promise<void>,
): Promise<void> {
  const [created] = await client.query(sql`SHOW CREATE TABLE ${sql.ident(table)}`);
  const columns = await client.query(
    sql`SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = ${database} AND TABLE_NAME = ${table} AND GENERATION_EXPRESSION = ''
        ORDER BY ORDINAL_POSITION`,
  );
  const names = columns.map((column) => quoteIdentifier(column["name"] ?? ""));
  const binary = columns.map(
    (column) => BINARY.has((column["type"] ?? "").toUpperCase()) || /blob|binary/.test(column["type"] ?? ""),
  );
  await write(`DROP TABLE IF EXISTS ${quoteIdentifier(table)};\n${created?.["Create Table"] ?? ""};\n`);
  const head = `INSERT INTO ${quoteIdentifier(table)} (${names.join(", ")}) VALUES\n`;
  let statement = "";
  for await (const { cells } of client.stream(
    sql`SELECT ${sql.join(
      columns.map((column) => sql.ident(column["name"] ?? "")),
      ", ",
    )} FROM ${sql.ident(table)}`,
  )) {
    const row = `(${cells.map((cell, at) => literal(cell, binary[at] === true)).join(",")})`;
    statement = statement === "" ? head + row : `${statement},\n${row}`;
    if (statement.length >= STATEMENT_CHARACTERS) {
      await write(`${statement};\n`);
      statement = "";
    }
  }
  await write(statement === "" ? "\n" : `${statement};\n\n`);
}
