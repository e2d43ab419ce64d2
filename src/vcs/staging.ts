/** Moving tables between the working root, the staged root and the head: pure functions over root values. */
import { diffRoots } from "./root-diff.ts";
import { type RootValue, type TableRecord, withTables } from "./root-value.ts";
import { VersionError } from "./version-error.ts";

/** The staged root with everything of the working root. */
export function stageAll(working: RootValue): RootValue {
  return working;
}

/** The staged root with these tables as they are in the working root (also when they are gone there). Both names of a
 *  renamed table go together. VersionError `table_not_found` when neither root has one of them. */
export function stageTables(working: RootValue, staged: RootValue, names: readonly string[]): RootValue {
  mustKnow(names, working, staged);
  const renames = diffRoots(staged, working).filter(({ kind }) => kind === "renamed");
  const partners = names.flatMap((name) =>
    renames.flatMap(({ name: to, oldName: from }) =>
      name === to && from !== undefined ? [from] : name === from ? [to] : [],
    ),
  );
  return copyTables(working, staged, [...names, ...partners]);
}

/** The staged root with the tables that it knows already as they are in the working root: what `commit -a` stages. */
export function stageModified(working: RootValue, staged: RootValue): RootValue {
  const modified = diffRoots(staged, working).flatMap(({ kind, name, oldName }) =>
    kind === "added" ? [] : oldName === undefined ? [name] : [name, oldName],
  );
  return copyTables(working, staged, modified);
}

/** The staged root with these tables (all when the list is empty) as they are in the head. */
export function unstageTables(head: RootValue, staged: RootValue, names: readonly string[]): RootValue {
  if (names.length === 0) return head;
  mustKnow(names, head, staged);
  return copyTables(head, staged, names);
}

/** The working root with these tables as they are in `source`; a table must be there. */
export function restoreTables(source: RootValue, working: RootValue, names: readonly string[]): RootValue {
  mustKnow(names, source);
  return copyTables(source, working, names);
}

/** `target` with these tables as they are in `source`. */
export function copyTables(source: RootValue, target: RootValue, names: readonly string[]): RootValue {
  const changes = new Map<string, TableRecord | undefined>();
  for (const name of names) changes.set(name, source.tables.get(name));
  return withTables(target, changes);
}

function mustKnow(names: readonly string[], ...roots: readonly RootValue[]): void {
  const unknown = names.filter((name) => !roots.some(({ tables }) => tables.has(name)));
  if (unknown.length > 0) {
    const list = unknown.join(", ");
    throw new VersionError("table_not_found", list, `error: the table(s) ${list} do not exist`);
  }
}
