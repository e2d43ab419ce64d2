/** information_schema's TABLES, COLUMNS, STATISTICS and PARTITIONS. */

import type { EqualityHints, VirtualTable } from "../../engine/virtual-table.ts";
import type { IndexPart, TableSchema } from "../../tables/schema.ts";
import { dateTimeFromMicros } from "../../values/datetime.ts";
import { printType, typeName } from "../../values/type-text.ts";
import type { Value } from "../../values/value.ts";
import { printedOptions, sortedIndexes } from "../show/create-table-text.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { columnPrivileges, filterFrom, type VisibleTable, visibleTables } from "./catalog.ts";
import { columnKeys, defaultText, escapedExpression, extraText, typeFacts } from "./column-facts.ts";

type Row = readonly Value[];

/** When a table was made, in the session's time zone. */
export function createTime(schema: TableSchema, context: VirtualContext): Value {
  if (schema.createdAt === undefined) return null;
  const micros = Date.parse(schema.createdAt) * 1000;
  return dateTimeFromMicros(
    Math.floor((micros + context.timeZoneOffsetMicros(micros)) / 1_000_000) * 1_000_000,
  );
}

const ROW_FORMATS: ReadonlyMap<string, string> = new Map([
  ["compressed", "Compressed"],
  ["redundant", "Redundant"],
  ["compact", "Compact"],
  ["fixed", "Fixed"],
]);

export function rowFormat(schema: TableSchema): string {
  return ROW_FORMATS.get((schema.options["row_format"] ?? "").toLowerCase()) ?? "Dynamic";
}

/** Create_options: lower-case names, in another order than SHOW CREATE TABLE has. */
export function createOptions(schema: TableSchema): string {
  const printed = new Map(printedOptions(schema));
  const parts: string[] = [];
  for (const name of CREATE_OPTION_ORDER) {
    const value = printed.get(name);
    if (value === undefined) continue;
    parts.push(`${UPPER_CASE_OPTIONS.has(name) ? name : name.toLowerCase()}=${value.replace(/^'|'$/g, '"')}`);
  }
  return parts.join(" ");
}
const UPPER_CASE_OPTIONS: ReadonlySet<string> = new Set(["KEY_BLOCK_SIZE", "COMPRESSION", "ENCRYPTION"]);
const CREATE_OPTION_ORDER: readonly string[] = [
  "MAX_ROWS",
  "MIN_ROWS",
  "AVG_ROW_LENGTH",
  "ROW_FORMAT",
  "STATS_SAMPLE_PAGES",
  "STATS_AUTO_RECALC",
  "KEY_BLOCK_SIZE",
  "COMPRESSION",
  "STATS_PERSISTENT",
  "PACK_KEYS",
  "CHECKSUM",
  "DELAY_KEY_WRITE",
];

function hasAutoIncrement(schema: TableSchema): boolean {
  return schema.columns.some((column) => column.autoIncrement);
}

function toNumber(value: bigint): Value {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** AUTO_INCREMENT; NULL unless the table counts or was told where to start. */
export function nextAutoIncrement(table: VisibleTable): Value {
  const next = table.open().autoIncrement();
  return hasAutoIncrement(table.schema) || next > 1n ? toNumber(next) : null;
}

export function* tableRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "table_schema", "table_name"))) {
    const { schema } = table;
    yield [
      "def",
      table.database,
      table.name,
      "BASE TABLE",
      schema.engine,
      10,
      rowFormat(schema),
      table.open().rowCount(),
      ...[0, 0, 0, 0, 0],
      nextAutoIncrement(table),
      createTime(schema, context),
      null,
      null,
      schema.collation,
      null,
      createOptions(schema),
      schema.comment,
    ];
  }
}

export function* columnRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "table_schema", "table_name"))) {
    const keys = columnKeys(table.schema);
    for (const [at, column] of table.schema.columns.entries()) {
      const { type } = column;
      const facts = typeFacts(type);
      yield [
        "def",
        table.database,
        table.name,
        column.name,
        at + 1,
        defaultText(column) ?? null,
        column.nullable ? "YES" : "NO",
        typeName(type),
        facts.characters,
        facts.octets,
        facts.precision,
        facts.scale,
        facts.datetimePrecision,
        facts.charset,
        facts.collation,
        printType(type),
        keys.get(column.id) ?? "",
        extraText(column),
        columnPrivileges(context, table, column.name),
        column.comment,
        column.generated === undefined ? "" : escapedExpression(column.generated.sql),
        type.kind === "geometry" ? (type.srid ?? null) : null,
      ];
    }
  }
}

/** COLUMNS rows of a computed table. */
export function* systemColumnRows(database: string, table: VirtualTable<VirtualContext>): Generator<Row> {
  for (const [at, { name, type, nullable }] of table.columns.entries()) {
    const facts = typeFacts(type);
    yield [
      "def",
      database,
      table.name,
      name,
      at + 1,
      nullable ? null : "",
      nullable ? "YES" : "NO",
      typeName(type),
      facts.characters,
      facts.octets,
      facts.precision,
      facts.scale,
      facts.datetimePrecision,
      facts.charset,
      facts.collation,
      printType(type),
      "",
      "",
      "select",
      "",
      "",
      null,
    ];
  }
}

export interface ListedIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly type: string;
  readonly parts: readonly IndexPart[];
  readonly comment: string;
  readonly visible: boolean;
}

const INDEX_TYPES = { unique: "BTREE", index: "BTREE", fulltext: "FULLTEXT", spatial: "SPATIAL" } as const;

/** The primary key and the other indexes in MySQL's order. */
export function listedIndexes(schema: TableSchema): readonly ListedIndex[] {
  const others = sortedIndexes(schema).map(
    ({ name, kind, parts, comment, visible }): ListedIndex => ({
      name,
      unique: kind === "unique",
      type: INDEX_TYPES[kind],
      parts,
      comment,
      visible,
    }),
  );
  if (schema.primaryKey.length === 0) return others;
  const primary = {
    name: "PRIMARY",
    unique: true,
    type: "BTREE",
    parts: schema.primaryKey,
    comment: "",
    visible: true,
  };
  return [primary, ...others];
}

/** One row per index part: [table, non_unique, key_name, seq, column, collation, cardinality, sub_part, packed, null, type,
 *  comment, index_comment, visible, expression], as SHOW INDEX has it. */
export function* indexPartRows(table: VisibleTable): Generator<Row> {
  const columns = new Map(table.schema.columns.map((column) => [column.id, column]));
  const rowCount = table.open().rowCount();
  for (const index of listedIndexes(table.schema)) {
    for (const [at, part] of index.parts.entries()) {
      const column = columns.get(part.columnId);
      const direction = index.type === "FULLTEXT" ? null : part.descending ? "D" : "A";
      // Only what is certain: the whole of a unique key has as many values as there are rows.
      const cardinality = rowCount === 0 || (index.unique && at === index.parts.length - 1) ? rowCount : null;
      yield [
        table.name,
        index.unique ? 0 : 1,
        index.name,
        at + 1,
        column?.name ?? null,
        direction,
        cardinality,
        index.type === "SPATIAL" ? SPATIAL_PREFIX : (part.prefixLength ?? null),
        null,
        column?.nullable === true ? "YES" : "",
        index.type,
        "",
        index.comment,
        index.visible ? "YES" : "NO",
        null,
      ];
    }
  }
}
/** What MySQL shows as the indexed length of a geometry: its bounding box. */
const SPATIAL_PREFIX = 32;

export function* statisticsRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "table_schema", "table_name"))) {
    for (const row of indexPartRows(table)) {
      const [name, nonUnique, keyName, ...rest] = row;
      yield [
        "def",
        table.database,
        name ?? null,
        nonUnique ?? null,
        table.database,
        keyName ?? null,
        ...rest,
      ];
    }
  }
}

/** Tables are not partitioned: one row each, without a name. */
export function* partitionRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "table_schema", "table_name"))) {
    const nothing: readonly Value[] = new Array<null>(10).fill(null);
    yield [
      "def",
      table.database,
      table.name,
      ...nothing,
      table.open().rowCount(),
      ...[0, 0, 0, 0, 0],
      createTime(table.schema, context),
      null,
      null,
      null,
      "",
      "",
      null,
    ];
  }
}
