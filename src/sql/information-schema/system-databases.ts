/** The databases that exist without being stored: information_schema, mysql, performance_schema, sys. */
import type { VirtualTable } from "../../engine/virtual-table.ts";
import type { VirtualContext } from "../virtual-context.ts";

/** Lower-case names, as SHOW DATABASES lists them. Matched case-insensitively only for information_schema. */
export const SYSTEM_DATABASES: readonly string[] = [
  "information_schema",
  "mysql",
  "performance_schema",
  "sys",
];

export function isSystemDatabase(name: string): boolean {
  return SYSTEM_DATABASES.includes(name.toLowerCase());
}

/** A table of a system database; undefined when there is none of that name (1146, or 1109 in information_schema). */
export function findSystemTable(_database: string, _table: string): VirtualTable<VirtualContext> | undefined {
  return undefined;
}

/** Table names of a system database, sorted. */
export function systemTableNames(_database: string): readonly string[] {
  return [];
}
