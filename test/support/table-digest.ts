/** A digest of a table's rows as a client reads them, to compare one server's content with another's. */
import { createHash } from "node:crypto";
import type { Connection, RowDataPacket } from "mysql2/promise";

export interface TableDigest {
  readonly rows: number;
  readonly sha256: string;
}

/** Every table of the current database: row count, and SHA-256 over its rows in text form, ordered by their text. */
export async function digestTables(connection: Connection): Promise<Readonly<Record<string, TableDigest>>> {
  const [tables] = await connection.query<RowDataPacket[][]>({ sql: "SHOW TABLES", rowsAsArray: true });
  const digests: Record<string, TableDigest> = {};
  for (const [name] of tables) {
    const [rows] = await connection.query<RowDataPacket[][]>({
      sql: `SELECT * FROM \`${String(name)}\``,
      rowsAsArray: true,
      typeCast: (field) => field.buffer()?.toString("latin1") ?? null,
    });
    const lines = rows.map((row) => JSON.stringify(row)).sort();
    digests[String(name)] = {
      rows: rows.length,
      sha256: createHash("sha256").update(lines.join("\n")).digest("hex"),
    };
  }
  return digests;
}
