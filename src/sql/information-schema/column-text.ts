/**
 * Columns of computed tables from text: a table's name on a line of its own, then a line per column,
 * `NAME type [bin | ci | utf8mb4 | utf8mb4bin] [!]`, where `!` is NOT NULL and the words choose a collation other than
 * utf8mb3_general_ci. ENUM and SET columns are plain text here.
 */
import { AssertionError } from "../../base/assert.ts";
import type { VirtualColumn } from "../../engine/virtual-table.ts";
import type { SqlType } from "../../values/sql-type.ts";

const COLLATIONS: ReadonlyMap<string, string> = new Map([
  ["bin", "utf8mb3_bin"],
  ["ci", "utf8mb3_general_ci"],
  ["utf8mb4", "utf8mb4_0900_ai_ci"],
  ["utf8mb4bin", "utf8mb4_bin"],
]);

export function textType(length: number, collation = "utf8mb3_general_ci"): SqlType {
  const charset = collation.startsWith("utf8mb4") ? "utf8mb4" : "utf8mb3";
  return { kind: "string", name: "varchar", length, charset, collation };
}

function longText(name: "text" | "mediumtext" | "longtext", collation: string): SqlType {
  const length = name === "text" ? 65_535 : name === "mediumtext" ? 16_777_215 : 4_294_967_295;
  const charset = collation.startsWith("utf8mb4") ? "utf8mb4" : "utf8mb3";
  return { kind: "string", name, length, charset, collation };
}

function parseType(text: string, collation: string): SqlType {
  const [, name = "", inside = "", unsigned] = /^(\w+)(?:\(([\d,]+)\))?( unsigned)?$/.exec(text) ?? [];
  const length = Number(inside.split(",")[0]);
  switch (name) {
    case "char":
    case "varchar":
      return textType(length, collation);
    case "text":
    case "mediumtext":
    case "longtext":
      return longText(name, collation);
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return { kind: "integer", name, unsigned: unsigned !== undefined, zerofill: false };
    case "double":
      return { kind: "float", name: "double", unsigned: false, zerofill: false };
    case "decimal":
      return {
        kind: "decimal",
        precision: Math.min(length, 65),
        scale: Number(inside.split(",")[1] ?? 0),
        unsigned: false,
        zerofill: false,
      };
    case "varbinary":
      return { kind: "binary", name: "varbinary", length };
    case "blob":
      return { kind: "binary", name: "blob", length: 65_535 };
    case "datetime":
    case "timestamp":
      return { kind: name, fraction: inside === "" ? 0 : length };
    case "date":
    case "json":
      return { kind: name };
    default:
      throw new AssertionError(`unknown column type in table text: ${text}`);
  }
}

function parseColumn(line: string): VirtualColumn {
  const words = line.trim().split(" ");
  const nullable = words.at(-1) !== "!";
  if (!nullable) words.pop();
  let collation = "utf8mb3_general_ci";
  const named = COLLATIONS.get(words.at(-1) ?? "");
  if (named !== undefined) {
    collation = named;
    words.pop();
  }
  const [name = "", ...type] = words;
  return { name: name.replaceAll("_$", " "), type: parseType(type.join(" "), collation), nullable };
}

/** Table name → columns. */
export function parseTables(text: string): ReadonlyMap<string, readonly VirtualColumn[]> {
  const tables = new Map<string, VirtualColumn[]>();
  let columns: VirtualColumn[] = [];
  for (const line of text.trim().split("\n")) {
    if (line.startsWith(" ")) columns.push(parseColumn(line));
    else {
      columns = [];
      tables.set(line.trim(), columns);
    }
  }
  return tables;
}

/** A single table's columns, one a line. */
export function parseColumns(text: string): readonly VirtualColumn[] {
  return text.trim().split("\n").map(parseColumn);
}
