/** COM_FIELD_LIST: a table's columns as the protocol describes them. */
import type { ResultColumn } from "../../values/row-writer.ts";
import { resultColumn } from "../planner/executable-query.ts";
import { keyFlags } from "../planner/source.ts";
import { coercibilityOf } from "../planner/table-source.ts";
import type { SessionState } from "./session-state.ts";

/** `wildcard` is a LIKE pattern; empty for all. */
export async function fieldListOf(
  session: SessionState,
  table: string,
  wildcard: string,
): Promise<readonly ResultColumn[]> {
  const { transactions } = session;
  const { signal } = new AbortController();
  try {
    const transaction = transactions.forStatement(signal);
    const view = transaction.describeTable(session.revisionOf(undefined), table);
    const pattern = likePattern(wildcard);
    const columns = view.schema.columns
      .filter((column) => wildcard === "" || pattern.test(column.name))
      .map((column) =>
        resultColumn({
          name: column.name,
          expression: {
            kind: "column",
            slot: 0,
            column: 0,
            name: column.name,
            type: column.type,
            nullable: column.nullable,
            coercibility: coercibilityOf(column.type),
            origin: {
              database: view.databaseName,
              table,
              originalTable: table,
              originalName: column.name,
              ...keyFlags(column, view.schema),
              ...(column.autoIncrement ? { autoIncrement: true } : {}),
            },
          },
        }),
      );
    await transactions.endStatement();
    return columns;
  } catch (error) {
    transactions.failStatement();
    throw error;
  }
}

function likePattern(wildcard: string): RegExp {
  const source = [...wildcard]
    .map((c) => (c === "%" ? ".*" : c === "_" ? "." : c.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${source}$`, "i");
}
