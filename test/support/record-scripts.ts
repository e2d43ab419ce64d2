/**
 * Fills in the expected answers of golden scripts from a real MySQL server:
 * `tsx test/support/record-scripts.ts <host> <port> [files…]`. Each script runs in a fresh database `test`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, type FieldPacket, type ResultSetHeader } from "mysql2/promise";
import { hasOrder, parseScript, printError, printOk, printRows, printScript } from "./golden-script.ts";

async function main(): Promise<void> {
  const [host = "127.0.0.1", port = "3306", ...given] = process.argv.slice(2);
  const files = given.length > 0 ? given : allScripts(new URL("../scripts/", import.meta.url).pathname);
  const BINARY = 63;
  for (const file of files) {
    const connection = await createConnection({
      host,
      port: Number(port),
      user: "root",
      dateStrings: true,
      flags: ["-FOUND_ROWS", "-IGNORE_SPACE"],
      supportBigNumbers: true,
      bigNumberStrings: true,
      typeCast: (field, _next) => {
        const bytes = field.buffer();
        if (bytes === null) return null;
        const binary =
          (field as unknown as { charset?: number }).charset === BINARY &&
          [
            "BLOB",
            "TINY_BLOB",
            "LONG_BLOB",
            "MEDIUM_BLOB",
            "STRING",
            "VAR_STRING",
            "BIT",
            "GEOMETRY",
          ].includes(field.type);
        if (binary) return bytes.length === 0 ? "" : `0x${bytes.toString("hex").toUpperCase()}`;
        return bytes.toString("utf8");
      },
    });
    await connection.query("DROP DATABASE IF EXISTS test");
    await connection.query("CREATE DATABASE test");
    await connection.query("USE test");
    await connection.query("SET time_zone = '+00:00'");
    const script = parseScript(readFileSync(file, "utf8"));
    const steps = [];
    for (const { sql } of script.steps) {
      let expected: string;
      try {
        const [rows, fields] = (await connection.query({ sql, rowsAsArray: true })) as unknown as [
          (string | null)[][] | ResultSetHeader,
          FieldPacket[] | undefined,
        ];
        expected =
          fields === undefined
            ? printOk(
                (rows as ResultSetHeader).affectedRows,
                (rows as ResultSetHeader).warningStatus,
                (rows as ResultSetHeader).info.replace(/^[^A-Za-z]+/, ""),
              )
            : printRows(
                fields.map((field) => field.name),
                rows as (string | null)[][],
                !hasOrder(sql),
              );
      } catch (error) {
        const { errno, message } = error as { errno: number; message: string };
        if (errno === undefined) throw error;
        expected = printError(errno, message);
      }
      steps.push({ sql, expected });
    }
    writeFileSync(file, printScript({ heading: script.heading, steps }));
    await connection.end();
  }
}

function allScripts(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => folder + name);
}

await main();
