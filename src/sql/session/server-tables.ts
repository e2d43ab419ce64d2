/** Finds the computed tables of a server: the system databases' and the dolt_ tables of every database. */
import type { CairnEngine } from "../../engine/cairn-engine.ts";
import { getSystemTable } from "../../engine/system-tables/registry.ts";
import { createSystemTableContext } from "../../engine/system-tables/system-table-context.ts";
import { sqlError } from "../../values/sql-error.ts";
import { findSystemTable, isSystemDatabase } from "../information-schema/system-databases.ts";
import type { ComputedTable } from "../planner/catalog.ts";
import { computedTable, virtualContext } from "./computed-table.ts";
import type { ComputedTables } from "./session-catalog.ts";
import type { SessionState } from "./session-state.ts";

export class ServerTables implements ComputedTables {
  readonly #engine: CairnEngine;

  constructor(engine: CairnEngine) {
    this.#engine = engine;
  }

  find(database: string, name: string, session: SessionState): ComputedTable | undefined {
    if (isSystemDatabase(database)) return this.#systemTable(database, name, session);
    const table = getSystemTable(name);
    if (table === undefined || database === "") return undefined;
    const { accounts } = session.services;
    const seesAddresses = accounts === undefined || accounts.hasGlobal(session.connection.account, "SUPER");
    const context = () =>
      createSystemTableContext({
        engine: this.#engine,
        session: session.engineSession,
        database,
        seesAddresses,
      });
    return {
      kind: "computed",
      database,
      name: table.name,
      columns: table.columns,
      ...(table.prepare === undefined ? {} : { prepare: () => table.prepare?.(context()) }),
      rows: (_frame, hints) => table.rows(context(), hints),
    };
  }

  #systemTable(database: string, name: string, session: SessionState): ComputedTable {
    const table = findSystemTable(database, name);
    if (table === undefined) {
      if (database.toLowerCase() === "information_schema")
        throw sqlError("ER_UNKNOWN_TABLE", name.toUpperCase(), "information_schema");
      throw sqlError("ER_NO_SUCH_TABLE", database, name);
    }
    const { transactions } = session;
    const { signal } = new AbortController();
    const transaction = transactions.current ?? transactions.forStatement(signal);
    return computedTable(database, table, virtualContext(session, transaction, signal));
  }
}
