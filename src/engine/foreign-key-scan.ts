/** Checks, row by row, that the foreign keys an ALTER TABLE adds hold for the rows that are there. 1452. */
import type { ForeignKey, TableSchema } from "../tables/schema.ts";
import { sqlError } from "../values/sql-error.ts";
import type { Value } from "../values/value.ts";
import { type BranchState, NEWEST } from "./branch-state.ts";
import type { Database } from "./database.ts";
import { printForeignKey } from "./foreign-key-text.ts";
import { findIndex, idsOfNames, valuesOf } from "./foreign-keys.ts";
import { LayeredTableView } from "./layered-table-view.ts";
import { prefixRange } from "./locking-table-writer.ts";

/** Undefined when there is no new foreign key. A self-reference is looked up in the rows before the change. */
export function checkNewParents(
  { database, branch }: { readonly database: Database; readonly branch: BranchState },
  table: { readonly name: string; readonly schema: TableSchema },
): ((values: readonly Value[]) => void) | undefined {
  const { generation } = branch;
  const known = new Set(generation.schemaOf(table.name)?.foreignKeys.map((key) => key.name));
  const checks = table.schema.foreignKeys
    .filter((key) => !known.has(key.name))
    .map((key) => parentCheck(database, branch, { ...table, key }));
  if (checks.length === 0) return undefined;
  return (values) => {
    for (const check of checks) check(values);
  };
}

function parentCheck(
  database: Database,
  { generation }: BranchState,
  { name, schema, key }: { readonly name: string; readonly schema: TableSchema; readonly key: ForeignKey },
): (values: readonly Value[]) => void {
  const layers = generation.mustGetTable(database.name, key.parentTable);
  const view = new LayeredTableView({
    databaseName: database.name,
    name: key.parentTable,
    layers,
    sequence: NEWEST,
    own: () => undefined,
    readBlob: database.readBlob,
  });
  const { codec } = layers.state.definition;
  const index = findIndex(view.schema, idsOfNames(view.schema, key.parentColumns));
  return (values) => {
    const referring = valuesOf(schema, key.columnIds, values);
    if (referring.includes(null)) return;
    const range = index === undefined ? undefined : prefixRange(codec.encodeKeyPrefix(index, referring));
    if (range !== undefined && index !== undefined && view.openCursor(index, range, "forward").next()) return;
    const described = printForeignKey({ databaseName: database.name, table: name, schema }, key);
    throw sqlError("ER_NO_REFERENCED_ROW_2", ` (${described})`);
  };
}
