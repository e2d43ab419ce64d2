/** What SHOW COLUMNS and information_schema.COLUMNS say about a column. */
import type { Column, IndexDefinition, TableSchema } from "../../tables/schema.ts";
import { charsetInfo } from "../../values/charset.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { defaultValueText, expressionText, nowText, sortedIndexes } from "../show/create-table-text.ts";

/** Stored expressions are shown with their quotes escaped. */
export function escapedExpression(sql: string): string {
  return expressionText(sql).replace(/[\\']/g, (character) => `\\${character}`);
}

/** The DEFAULT column: undefined is NULL. */
export function defaultText(column: Column): string | undefined {
  const { default: given } = column;
  if (given === undefined || column.generated !== undefined) return undefined;
  if (given.kind === "now") return nowText(given.fraction);
  return given.kind === "expression" ? escapedExpression(given.sql) : defaultValueText(column);
}

export function extraText(column: Column): string {
  const parts: string[] = [];
  if (column.autoIncrement) parts.push("auto_increment");
  if (column.default?.kind === "now" || column.default?.kind === "expression")
    parts.push("DEFAULT_GENERATED");
  if (column.onUpdateNow !== undefined) parts.push(`on update ${nowText(column.onUpdateNow.fraction)}`);
  if (column.generated !== undefined)
    parts.push(column.generated.stored ? "STORED GENERATED" : "VIRTUAL GENERATED");
  if (column.invisible) parts.push("INVISIBLE");
  return parts.join(" ");
}

export type ColumnKey = "PRI" | "UNI" | "MUL" | "";

/** Column id → how it is indexed. Without a primary key the first unique key without NULLs stands in for it. */
export function columnKeys(schema: TableSchema): ReadonlyMap<number, ColumnKey> {
  const keys = new Map<number, ColumnKey>();
  const indexes = sortedIndexes(schema);
  const primary = schema.primaryKey.length > 0 ? schema.primaryKey : standInFor(indexes, schema)?.parts;
  for (const part of primary ?? []) keys.set(part.columnId, "PRI");
  for (const index of indexes) {
    const [first] = index.parts;
    if (first === undefined || keys.get(first.columnId) === "PRI") continue;
    if (index.kind === "unique" && index.parts.length === 1) keys.set(first.columnId, "UNI");
    else if (keys.get(first.columnId) !== "UNI") keys.set(first.columnId, "MUL");
  }
  return keys;
}

function standInFor(indexes: readonly IndexDefinition[], schema: TableSchema): IndexDefinition | undefined {
  const nullable = new Set(schema.columns.filter((column) => column.nullable).map((column) => column.id));
  return indexes.find(
    ({ kind, parts }) =>
      kind === "unique" &&
      parts.every((part) => part.prefixLength === undefined && !nullable.has(part.columnId)),
  );
}

export interface TypeFacts {
  readonly characters: number | null;
  readonly octets: number | null;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly datetimePrecision: number | null;
  readonly charset: string | null;
  readonly collation: string | null;
}

const NOTHING: TypeFacts = {
  characters: null,
  octets: null,
  precision: null,
  scale: null,
  datetimePrecision: null,
  charset: null,
  collation: null,
};

const INTEGER_DIGITS = {
  tinyint: [3, 3],
  smallint: [5, 5],
  mediumint: [7, 7],
  int: [10, 10],
  bigint: [19, 20],
} as const;

/** CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION and their kin. */
export function typeFacts(type: SqlType): TypeFacts {
  switch (type.kind) {
    case "integer":
      return { ...NOTHING, precision: INTEGER_DIGITS[type.name][type.unsigned ? 1 : 0], scale: 0 };
    case "float": {
      const natural = type.name === "float" ? 12 : 22;
      return { ...NOTHING, precision: type.precision ?? natural, scale: type.scale ?? null };
    }
    case "decimal":
      return { ...NOTHING, precision: type.precision, scale: type.scale };
    case "bit":
      return { ...NOTHING, precision: type.width };
    case "string":
    case "enum":
    case "set":
      return textFacts(type);
    case "binary":
      return { ...NOTHING, characters: type.length, octets: type.length };
    case "time":
    case "datetime":
    case "timestamp":
      return { ...NOTHING, datetimePrecision: type.fraction };
    default:
      return NOTHING;
  }
}

function textFacts(type: SqlType & { readonly kind: "string" | "enum" | "set" }): TypeFacts {
  const { charset, collation } = type;
  const width = charsetInfo(charset).maxLength;
  if (type.kind === "string" && type.name !== "char" && type.name !== "varchar") {
    return { ...NOTHING, characters: type.length, octets: type.length, charset, collation };
  }
  const characters = characterLength(type);
  return { ...NOTHING, characters, octets: characters * width, charset, collation };
}

function characterLength(type: SqlType & { readonly kind: "string" | "enum" | "set" }): number {
  if (type.kind === "string") return type.length;
  const lengths = type.members.map((member) => [...member].length);
  if (type.kind === "enum") return Math.max(0, ...lengths);
  return lengths.reduce((sum, length) => sum + length, 0) + Math.max(0, lengths.length - 1);
}
