/** A foreign key as MySQL's error messages print it. */
import type { ForeignKey, ReferentialAction, TableSchema } from "../tables/schema.ts";

const ACTIONS: Readonly<Record<ReferentialAction, string | undefined>> = {
  restrict: "RESTRICT",
  cascade: "CASCADE",
  "set null": "SET NULL",
  "no action": undefined,
  "set default": "SET DEFAULT",
};

export function printForeignKey(
  child: { readonly databaseName: string; readonly table: string; readonly schema: TableSchema },
  key: ForeignKey,
): string {
  const columns = key.columnIds.map(
    (id) => child.schema.columns.find((column) => column.id === id)?.name ?? "",
  );
  const onDelete = printAction("DELETE", key.onDelete);
  const onUpdate = printAction("UPDATE", key.onUpdate);
  return (
    `${quote(child.databaseName)}.${quote(child.table)}, CONSTRAINT ${quote(key.name)} ` +
    `FOREIGN KEY (${columns.map(quote).join(", ")}) ` +
    `REFERENCES ${quote(key.parentTable)} (${key.parentColumns.map(quote).join(", ")})${onDelete}${onUpdate}`
  );
}

function printAction(event: "DELETE" | "UPDATE", action: ReferentialAction | undefined): string {
  const text = action === undefined ? undefined : ACTIONS[action];
  return text === undefined ? "" : ` ON ${event} ${text}`;
}

/** An identifier in backquotes. */
export function quote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
