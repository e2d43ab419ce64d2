/** ANALYZE, CHECK, CHECKSUM, OPTIMIZE and REPAIR TABLE: one line (or a few) per table. */
import { crc32 } from "node:zlib";
import type { TableView } from "../../engine/api.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { TableMaintenance } from "../ast/session.ts";
import { sendTable } from "./call.ts";
import type { StatementRun } from "./statement-run.ts";

const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 393216,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const NUMBER: SqlType = { kind: "integer", name: "bigint", unsigned: true, zerofill: false };

export async function runMaintenance(statement: TableMaintenance, run: StatementRun): Promise<void> {
  const { session, options } = run;
  const { transactions } = session;
  if (statement.kind !== "checksum-table") await transactions.commit();
  const operation = statement.kind.slice(0, -"-table".length);
  const rows: Value[][] = [];
  try {
    const transaction = transactions.forStatement(options.signal);
    for (const table of statement.tables) {
      const revision = session.revisionOf(table.database);
      const name = `${revision.databaseName}.${table.name}`;
      try {
        const view = transaction.openTable(revision, table.name);
        if (operation === "checksum") rows.push([name, checksum(view)]);
        else rows.push(...resultRows(name, operation));
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        if (operation === "checksum") {
          session.warn("Error", error.errno, error.message);
          rows.push([name, null]);
        } else {
          const message = sqlError("ER_NO_SUCH_TABLE", revision.databaseName, table.name).message;
          rows.push([name, operation, "Error", message], [name, operation, "status", "Operation failed"]);
        }
      }
    }
    await transactions.endStatement();
  } catch (error) {
    transactions.failStatement();
    throw error;
  }
  if (operation === "checksum") {
    sendTable(
      [
        { name: "Table", type: TEXT, nullable: true },
        { name: "Checksum", type: NUMBER, nullable: true },
      ],
      rows,
      run,
    );
    return;
  }
  sendTable(
    ["Table", "Op", "Msg_type", "Msg_text"].map((name) => ({ name, type: TEXT, nullable: true })),
    rows,
    run,
  );
}

function resultRows(name: string, operation: string): Value[][] {
  switch (operation) {
    case "optimize":
      return [
        [name, operation, "note", "Table does not support optimize, doing recreate + analyze instead"],
        [name, operation, "status", "OK"],
      ];
    case "repair":
      return [[name, operation, "note", "The storage engine for the table doesn't support repair"]];
    default:
      return [[name, operation, "status", "OK"]];
  }
}

/** Equal rows give equal checksums; the number is CairnDB's own, as every MySQL storage format has its own. */
function checksum(view: TableView): number {
  const cursor = view.openCursor(0, {}, "forward");
  let sum = 0;
  while (cursor.next()) {
    const key = crc32(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd));
    sum = (sum + crc32(cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd), key)) % 4294967296;
  }
  return sum;
}
