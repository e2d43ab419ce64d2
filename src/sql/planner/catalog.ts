/** What planning needs to know of tables; the session implements it over the engine and the computed tables. */
import type { DatabaseRevision, TableView } from "../../engine/api.ts";
import type { VirtualColumn } from "../../engine/virtual-table.ts";
import type { RowCodec } from "../../tables/row-codec.ts";
import type { Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";

export interface StoredTable {
  readonly kind: "stored";
  readonly database: string;
  readonly name: string;
  readonly revision: DatabaseRevision;
  /** For the schema and for estimates; executions open their own. */
  readonly view: TableView;
  readonly codec: RowCodec;
}

export interface ComputedTable {
  readonly kind: "computed";
  readonly database: string;
  readonly name: string;
  readonly columns: readonly VirtualColumn[];
  /** Awaited before each execution, for what cannot be had synchronously. */
  prepare?(): Promise<void> | undefined;
  rows(frame: Frame, hints: ReadonlyMap<string, Value>): Iterable<readonly Value[]>;
}

export type CatalogTable = StoredTable | ComputedTable;

export interface PlannerCatalog {
  /** 1046, 1049, 1146, 1142. `asOf` is a revision name, or a time in microseconds. */
  resolveTable(database: string | undefined, name: string, asOf: string | number | undefined): CatalogTable;
}
