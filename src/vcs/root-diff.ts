/** Which tables differ between two root values. */
import { type RootValue, type TableRecord, tablesEqual } from "./root-value.ts";

export interface TableChange {
  readonly kind: "added" | "removed" | "modified" | "renamed";
  /** The name in the second root; in the first one for a removed table. */
  readonly name: string;
  /** The name in the first root, when the table was renamed. */
  readonly oldName?: string;
  readonly from: TableRecord | undefined;
  readonly to: TableRecord | undefined;
  readonly schemaChanged: boolean;
  readonly dataChanged: boolean;
}

/** Sorted by name. A table that is gone and one that is new with the same schema and rows are one renamed table. */
export function diffRoots(from: RootValue, to: RootValue): readonly TableChange[] {
  const removed = [...from.tables].filter(([name]) => !to.tables.has(name));
  const changes: TableChange[] = [];
  for (const [name, record] of to.tables) {
    const old = from.tables.get(name);
    if (old === undefined) {
      const at = removed.findIndex(([, candidate]) => tablesEqual(candidate, record));
      const [renamed] = at < 0 ? [] : removed.splice(at, 1);
      changes.push(renamed === undefined ? addedTable(name, record) : renamedTable(renamed, name, record));
    } else if (!tablesEqual(old, record)) {
      changes.push({
        kind: "modified",
        name,
        from: old,
        to: record,
        schemaChanged: old.schema !== record.schema,
        dataChanged: old.primary !== record.primary,
      });
    }
  }
  for (const [name, record] of removed) {
    changes.push({
      kind: "removed",
      name,
      from: record,
      to: undefined,
      schemaChanged: true,
      dataChanged: true,
    });
  }
  return changes.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function addedTable(name: string, record: TableRecord): TableChange {
  return { kind: "added", name, from: undefined, to: record, schemaChanged: true, dataChanged: true };
}

function renamedTable([oldName, from]: [string, TableRecord], name: string, to: TableRecord): TableChange {
  return { kind: "renamed", name, oldName, from, to, schemaChanged: true, dataChanged: false };
}
