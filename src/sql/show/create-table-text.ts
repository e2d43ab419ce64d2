/** SHOW CREATE TABLE and SHOW CREATE DATABASE, byte for byte as MySQL 9.7 prints them. */
import type {
  CheckConstraint,
  Column,
  ForeignKey,
  IndexDefinition,
  IndexPart,
  TableSchema,
} from "../../tables/schema.ts";
import { charsetInfo } from "../../values/charset.ts";
import { sourceText } from "../../values/store/source-value.ts";
import { printType } from "../../values/type-text.ts";
import { parseExpression } from "../parser/parse.ts";
import { printExpression, TABLE_EXPRESSION } from "../printer/print-expression.ts";
import { hexText, quoteComment, quoteName } from "../printer/text-writer.ts";

/** `autoIncrement`: the next value; not printed while it is 1. */
export function printCreateTable(name: string, schema: TableSchema, autoIncrement: bigint): string {
  const lines = [
    ...schema.columns.map((column) => printColumn(column, schema)),
    ...(schema.primaryKey.length > 0 ? [printPrimaryKey(schema)] : []),
    ...sortedIndexes(schema).map((index) => printIndex(index, schema)),
    ...byName(schema.foreignKeys).map((key) => printForeignKey(key, schema)),
    ...byName(schema.checks).map(printCheck),
  ];
  return `CREATE TABLE ${quoteName(name)} (\n  ${lines.join(",\n  ")}\n) ${printOptions(schema, autoIncrement)}`;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((left, right) => (left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1));
}

/** Stored text as MySQL prints expressions. Texts in `schema` are SQL of the default mode. */
export function expressionText(sql: string): string {
  const expression = parseExpression(new TextEncoder().encode(sql), { sqlMode: new Set() });
  return printExpression(expression, TABLE_EXPRESSION);
}

function isPrimaryCollation(charset: string, collation: string): boolean {
  return charsetInfo(charset).defaultCollation === collation;
}

function printColumn(column: Column, schema: TableSchema): string {
  const { type } = column;
  const parts = [quoteName(column.name), printType(type), ...printCollation(column, schema)];
  if (column.generated !== undefined) {
    const { sql, stored } = column.generated;
    parts.push(`GENERATED ALWAYS AS (${expressionText(sql)}) ${stored ? "STORED" : "VIRTUAL"}`);
  }
  if (!column.nullable) parts.push("NOT NULL");
  else if (type.kind === "timestamp") parts.push("NULL");
  if (type.kind === "geometry" && type.srid !== undefined) parts.push(`/*!80003 SRID ${type.srid} */`);
  const defaultText = printDefault(column);
  if (defaultText !== undefined) parts.push(`DEFAULT ${defaultText}`);
  if (column.onUpdateNow !== undefined) parts.push(`ON UPDATE ${nowText(column.onUpdateNow.fraction)}`);
  if (column.autoIncrement) parts.push("AUTO_INCREMENT");
  if (column.invisible) parts.push("/*!80023 INVISIBLE */");
  if (column.comment !== "") parts.push(`COMMENT ${quoteComment(column.comment)}`);
  return parts.join(" ");
}

function printCollation({ type }: Column, schema: TableSchema): readonly string[] {
  if (type.kind !== "string" && type.kind !== "enum" && type.kind !== "set") return [];
  const { charset, collation } = type;
  if (collation !== schema.collation) return [`CHARACTER SET ${charset}`, `COLLATE ${collation}`];
  return isPrimaryCollation(charset, collation) ? [] : [`COLLATE ${collation}`];
}

export function nowText(fraction: number): string {
  return fraction === 0 ? "CURRENT_TIMESTAMP" : `CURRENT_TIMESTAMP(${fraction})`;
}

/** The type has no DEFAULT NULL in print: the TEXT and BLOB family. */
function isLong({ type }: Column): boolean {
  if (type.kind === "string") return type.name !== "char" && type.name !== "varchar";
  return type.kind === "binary" && type.name !== "binary" && type.name !== "varbinary";
}

function printDefault(column: Column): string | undefined {
  const { default: given } = column;
  if (given === undefined || column.generated !== undefined) return undefined;
  switch (given.kind) {
    case "now":
      return nowText(given.fraction);
    case "expression":
      return `(${expressionText(given.sql)})`;
    case "literal":
      if (given.value === null) return isLong(column) || !column.nullable ? undefined : "NULL";
      if (column.type.kind === "bit") return `b'${BigInt(given.value as number | bigint).toString(2)}'`;
      if (given.value instanceof Uint8Array) return quoteComment(Buffer.from(given.value).toString("utf8"));
      return quoteComment(defaultValueText(column) ?? "");
  }
}

/** The text of a literal default: what SHOW COLUMNS shows. */
export function defaultValueText(column: Column): string | undefined {
  const { default: given, type } = column;
  if (given?.kind !== "literal" || given.value === null) return undefined;
  if (type.kind === "bit") return `b'${BigInt(given.value as number | bigint).toString(2)}'`;
  const { value } = given;
  return value instanceof Uint8Array ? hexText(value) : sourceText(value, type);
}

function columnName(schema: TableSchema, id: number): string {
  return schema.columns.find((column) => column.id === id)?.name ?? "";
}

function printParts(parts: readonly IndexPart[], schema: TableSchema): string {
  const printed = parts.map(({ columnId, prefixLength, descending }) => {
    const prefix = prefixLength === undefined ? "" : `(${prefixLength})`;
    return `${quoteName(columnName(schema, columnId))}${prefix}${descending ? " DESC" : ""}`;
  });
  return `(${printed.join(",")})`;
}

function printPrimaryKey(schema: TableSchema): string {
  return `PRIMARY KEY ${printParts(schema.primaryKey, schema)}`;
}

/** MySQL's order: unique keys without NULLs, other unique keys, plain ones, FULLTEXT; else as written. */
export function sortedIndexes(schema: TableSchema): readonly IndexDefinition[] {
  const nullable = new Set(schema.columns.filter((column) => column.nullable).map((column) => column.id));
  const rank = ({ kind, parts }: IndexDefinition): number => {
    if (kind === "fulltext") return 5;
    if (kind !== "unique") return 4;
    const prefixed = parts.some((part) => part.prefixLength !== undefined) ? 1 : 0;
    return (parts.some((part) => nullable.has(part.columnId)) ? 2 : 0) + prefixed;
  };
  return [...schema.indexes].sort((left, right) => rank(left) - rank(right));
}

const INDEX_WORDS = {
  unique: "UNIQUE KEY",
  index: "KEY",
  fulltext: "FULLTEXT KEY",
  spatial: "SPATIAL KEY",
} as const;

function printIndex(index: IndexDefinition, schema: TableSchema): string {
  const parts = [`${INDEX_WORDS[index.kind]} ${quoteName(index.name)} ${printParts(index.parts, schema)}`];
  // InnoDB has no hash indexes: USING HASH is forgotten.
  if (index.using === "btree") parts.push("USING BTREE");
  if (index.comment !== "") parts.push(`COMMENT ${quoteComment(index.comment)}`);
  // The blank after the comment is MySQL's.
  if (index.parser !== undefined) parts.push(`/*!50100 WITH PARSER ${quoteName(index.parser)} */ `);
  if (!index.visible) parts.push("/*!80000 INVISIBLE */");
  return parts.join(" ");
}

function printForeignKey(key: ForeignKey, schema: TableSchema): string {
  const columns = key.columnIds.map((id) => quoteName(columnName(schema, id))).join(", ");
  const database = key.parentDatabase === undefined ? "" : `${quoteName(key.parentDatabase)}.`;
  const parent = `${database}${quoteName(key.parentTable)} (${key.parentColumns.map(quoteName).join(", ")})`;
  const actions = [
    ["ON DELETE", key.onDelete],
    ["ON UPDATE", key.onUpdate],
  ].map(([word, action]) =>
    action === undefined || action === "no action" ? "" : ` ${word} ${action.toUpperCase()}`,
  );
  return `CONSTRAINT ${quoteName(key.name)} FOREIGN KEY (${columns}) REFERENCES ${parent}${actions.join("")}`;
}

function printCheck({ name, sql, enforced }: CheckConstraint): string {
  return `CONSTRAINT ${quoteName(name)} CHECK (${expressionText(sql)})${enforced ? "" : " /*!80016 NOT ENFORCED */"}`;
}

/** Options in MySQL's order; values are numbers unless named otherwise. */
const OPTION_ORDER: readonly (readonly [string, "number" | "word" | "string"])[] = [
  ["min_rows", "number"],
  ["max_rows", "number"],
  ["avg_row_length", "number"],
  ["pack_keys", "number"],
  ["stats_persistent", "number"],
  ["stats_auto_recalc", "number"],
  ["stats_sample_pages", "number"],
  ["checksum", "number"],
  ["delay_key_write", "number"],
  ["row_format", "word"],
  ["key_block_size", "number"],
  ["compression", "string"],
  ["encryption", "string"],
];

/** Options that are worth printing, as MySQL writes them; also information_schema's CREATE_OPTIONS. */
export function printedOptions(schema: TableSchema): readonly (readonly [string, string])[] {
  const printed: (readonly [string, string])[] = [];
  for (const [name, form] of OPTION_ORDER) {
    const value = schema.options[name];
    if (
      value === undefined ||
      value.toLowerCase() === "default" ||
      (form === "number" && value === "0" && !ZERO_COUNTS.has(name))
    ) {
      continue;
    }
    const text = form === "word" ? value.toUpperCase() : form === "string" ? quoteComment(value) : value;
    printed.push([name.toUpperCase(), text]);
  }
  return printed;
}

/** Options for which 0 says something else than the default. */
const ZERO_COUNTS: ReadonlySet<string> = new Set(["pack_keys", "stats_persistent", "stats_auto_recalc"]);

function printOptions(schema: TableSchema, autoIncrement: bigint): string {
  const { charset, collation } = schema;
  const parts = [`ENGINE=${schema.engine}`];
  const counts = schema.columns.some((column) => column.autoIncrement);
  if (counts && autoIncrement > 1n) parts.push(`AUTO_INCREMENT=${autoIncrement}`);
  parts.push(`DEFAULT CHARSET=${charset}`);
  if (!isPrimaryCollation(charset, collation) || collation === "utf8mb4_0900_ai_ci")
    parts.push(`COLLATE=${collation}`);
  for (const [name, text] of printedOptions(schema)) parts.push(`${name}=${text}`);
  if (schema.comment !== "") parts.push(`COMMENT=${quoteComment(schema.comment)}`);
  const connection = schema.options["connection"];
  if (connection !== undefined) parts.push(`CONNECTION=${quoteComment(connection)}`);
  return parts.join(" ");
}

export function printCreateDatabase(
  name: string,
  options: { readonly charset: string; readonly collation: string },
  ifNotExists: boolean,
): string {
  const { charset, collation } = options;
  const showCollation = !isPrimaryCollation(charset, collation) || collation === "utf8mb4_0900_ai_ci";
  const collate = showCollation ? ` COLLATE ${collation}` : "";
  const guard = ifNotExists ? "/*!32312 IF NOT EXISTS*/ " : "";
  return `CREATE DATABASE ${guard}${quoteName(name)} /*!40100 DEFAULT CHARACTER SET ${charset}${collate} */ /*!80016 DEFAULT ENCRYPTION='N' */`;
}
