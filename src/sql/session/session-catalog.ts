/** Tables as the planner sees them: those of the transaction's databases, and computed ones. */
import type { DatabaseRevision, Transaction } from "../../engine/api.ts";
import { createRowCodec, type RowCodec } from "../../tables/row-codec.ts";
import type { TableSchema } from "../../tables/schema.ts";
import type { CatalogTable, ComputedTable, PlannerCatalog } from "../planner/catalog.ts";
import type { SessionState } from "./session-state.ts";

/** Codecs depend on the schema alone, and a schema object is shared by everyone who opens its table. */
const codecs = new WeakMap<TableSchema, RowCodec>();

export function codecOf(schema: TableSchema): RowCodec {
  let codec = codecs.get(schema);
  if (codec === undefined) {
    codec = createRowCodec(schema);
    codecs.set(schema, codec);
  }
  return codec;
}

/** Finds computed tables: information_schema, mysql, performance_schema, dolt_ tables. */
export interface ComputedTables {
  /** undefined: the name is not that of a computed table. */
  find(database: string, name: string, session: SessionState): ComputedTable | undefined;
}

export class SessionCatalog implements PlannerCatalog {
  readonly #session: SessionState;
  readonly #transaction: Transaction;

  constructor(session: SessionState, transaction: Transaction) {
    this.#session = session;
    this.#transaction = transaction;
  }

  resolveTable(database: string | undefined, name: string, asOf: string | number | undefined): CatalogTable {
    const session = this.#session;
    const computed = session.services.computedTables?.find(database ?? session.database ?? "", name, session);
    if (computed !== undefined) return computed;
    let revision: DatabaseRevision = session.revisionOf(database);
    if (asOf !== undefined) revision = session.engineSession.resolveAsOf(revision.databaseName, asOf);
    const view = this.#transaction.openTable(revision, name);
    return {
      kind: "stored",
      database: revision.databaseName,
      name: view.name,
      revision,
      view,
      codec: codecOf(view.schema),
    };
  }
}
