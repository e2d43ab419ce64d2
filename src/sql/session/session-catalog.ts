/** Tables as the planner sees them: those of the transaction's databases, and computed ones. */
import type { DatabaseRevision, Transaction } from "../../engine/api.ts";
import { createRowCodec, type RowCodec } from "../../tables/row-codec.ts";
import type { TableSchema } from "../../tables/schema.ts";
import { microsOfDateTime } from "../../values/datetime.ts";
import { LENIENT_DATES, parseDateTime } from "../../values/temporal-parse.ts";
import { findTimeZone } from "../../values/time-zone.ts";
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
    if (asOf !== undefined) revision = this.#resolveAsOf(revision.databaseName, asOf);
    const view = this.#transaction.describeTable(revision, name);
    return {
      kind: "stored",
      database: revision.databaseName,
      name: view.name,
      revision,
      view,
      codec: codecOf(view.schema),
    };
  }

  /** A revision goes before a time; a text that is none is read as a date and time of the session's time zone. */
  #resolveAsOf(database: string, asOf: string | number): DatabaseRevision {
    const { engineSession, settings } = this.#session;
    try {
      return engineSession.resolveAsOf(database, asOf);
    } catch (error) {
      const time = typeof asOf === "string" ? parseDateTime(asOf, LENIENT_DATES) : undefined;
      if (time === undefined || time.truncated || time.value.hasZeroPart) throw error;
      const local = microsOfDateTime(time.value);
      const zone = findTimeZone(settings.timeZone);
      // A local time that a change of the clock skips is taken as it stands.
      return engineSession.resolveAsOf(database, zone?.toEpoch(local) ?? local);
    }
  }
}
