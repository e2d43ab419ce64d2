/** INSERT, REPLACE, UPDATE, DELETE, TRUNCATE, LOAD DATA, CALL, DO. */
import type {
  Call,
  ColumnAssignment,
  Delete,
  Do,
  Insert,
  LoadData,
  Truncate,
  Update,
} from "../ast/data-change.ts";
import type { Expression } from "../ast/expression.ts";
import type { TableName, TableReference, WithClause } from "../ast/query.ts";
import { T_OPERATOR } from "../lexer/lexer.ts";
import { parseArguments } from "./call.ts";
import { parseExpression } from "./expression.ts";
import { parseCharsetClause, parseFileFormat } from "./into.ts";
import { atQuery, parseOrderItems, parseQuery, parseRowItem, parseRowLimit } from "./query.ts";
import { parseAlias } from "./select.ts";
import { parseColumn, parseVariableName } from "./simple-expression.ts";
import { parseTableAlias, parseTableName, parseTableReferences } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseInsert(reader: TokenReader): Insert {
  const start = reader.start;
  const replace = reader.at("REPLACE");
  reader.advance();
  if (!reader.accept("LOW_PRIORITY") && !reader.accept("DELAYED") && !replace) reader.accept("HIGH_PRIORITY");
  const ignore = !replace && reader.accept("IGNORE");
  reader.accept("INTO");
  const table = parseTableName(reader);
  const partitions = parsePartitions(reader);
  const body = reader.at("SET") ? parseInsertSet(reader) : parseInsertBody(reader);
  const rowAlias = body.source.kind === "rows" && !replace ? parseRowAlias(reader) : undefined;
  const onDuplicate =
    !replace && reader.acceptClause("ON", "DUPLICATE", "KEY", "UPDATE") ? parseAssignments(reader) : [];
  return {
    kind: "insert",
    replace,
    ignore,
    table,
    partitions,
    ...body,
    ...(rowAlias === undefined ? {} : { rowAlias }),
    onDuplicate,
    start,
    end: reader.previousEnd,
  };
}

function parsePartitions(reader: TokenReader): readonly string[] {
  return reader.accept("PARTITION") ? reader.parenthesized(() => reader.identifier()) : [];
}

type InsertBody = Pick<Insert, "columns" | "source">;

function parseInsertSet(reader: TokenReader): InsertBody {
  reader.expect("SET");
  const assignments = parseAssignments(reader);
  const columns = assignments.map((assignment) => assignment.column);
  return { columns, source: { kind: "rows", rows: [assignments.map((assignment) => assignment.value)] } };
}

function parseInsertBody(reader: TokenReader): InsertBody {
  let columns: Insert["columns"];
  if (reader.at("(") && !reader.startsQuery()) {
    reader.advance();
    columns = reader.at(")") ? [] : reader.list(() => parseColumn(reader));
    reader.expect(")");
  }
  const head = columns === undefined ? {} : { columns };
  if (reader.accept("VALUES") || reader.accept("VALUE")) {
    if (!reader.at("ROW")) return { ...head, source: { kind: "rows", rows: parseRows(reader) } };
    reader.moveTo(reader.position - 1);
  }
  if (!atQuery(reader)) reader.fail();
  return { ...head, source: { kind: "query", query: parseQuery(reader, false) } };
}

function parseRows(reader: TokenReader): readonly (readonly Expression[])[] {
  return reader.list(() => {
    reader.expect("(");
    if (reader.accept(")")) return [];
    const row = reader.list(() => parseRowItem(reader));
    reader.expect(")");
    return row;
  });
}

function parseRowAlias(reader: TokenReader): Insert["rowAlias"] {
  if (!reader.accept("AS")) return undefined;
  const name = reader.identifier();
  if (!reader.at("(")) return { name };
  return { name, columns: reader.parenthesized(() => reader.identifier()) };
}

function parseAssignments(reader: TokenReader): readonly ColumnAssignment[] {
  return reader.list(() => {
    const column = parseColumn(reader);
    if (!reader.accept("=")) reader.expect(":=");
    return { column, value: parseRowItem(reader) };
  });
}

type WithPart = { readonly start: number; readonly withClause: WithClause | undefined };

export function parseUpdate(reader: TokenReader, { start, withClause }: WithPart): Update {
  reader.advance();
  reader.accept("LOW_PRIORITY");
  const ignore = reader.accept("IGNORE");
  const tables = parseTableReferences(reader);
  reader.expect("SET");
  const assignments = parseAssignments(reader);
  return {
    kind: "update",
    ...(withClause === undefined ? {} : { with: withClause }),
    ignore,
    tables,
    assignments,
    ...parseTail(reader),
    start,
    end: reader.previousEnd,
  };
}

type Tail = Pick<Update, "where" | "orderBy" | "limit">;

function parseTail(reader: TokenReader): Tail {
  const where = reader.accept("WHERE") ? { where: parseExpression(reader) } : {};
  const orderBy = reader.acceptClause("ORDER", "BY") ? parseOrderItems(reader) : [];
  const limit = parseRowLimit(reader);
  return { ...where, orderBy, ...(limit === undefined ? {} : { limit }) };
}

export function parseDelete(reader: TokenReader, { start, withClause }: WithPart): Delete {
  reader.advance();
  let quick = false;
  let ignore = false;
  for (;;) {
    if (reader.accept("QUICK")) quick = true;
    else if (reader.accept("IGNORE")) ignore = true;
    else if (!reader.accept("LOW_PRIORITY")) break;
  }
  const body = reader.accept("FROM") ? parseDeleteFrom(reader) : parseDeleteTargets(reader);
  const withPart = withClause === undefined ? {} : { with: withClause };
  return { kind: "delete", ...withPart, ignore, quick, ...body, start, end: reader.previousEnd };
}

type DeleteBody = Pick<Delete, "multi" | "targets" | "tables"> & Tail;

/** DELETE FROM t …, or DELETE FROM targets USING tables … */
function parseDeleteFrom(reader: TokenReader): DeleteBody {
  const targets = reader.list(() => parseDeleteTarget(reader));
  if (reader.accept("USING")) {
    const tables = parseTableReferences(reader);
    const where = reader.accept("WHERE") ? { where: parseExpression(reader) } : {};
    return { multi: true, targets, tables, ...where, orderBy: [] };
  }
  const [target] = targets;
  if (targets.length > 1 || target === undefined) return reader.fail();
  const partitionsBefore = parsePartitions(reader);
  const alias = parseTableAlias(reader);
  const partitions = partitionsBefore.length > 0 ? partitionsBefore : parsePartitions(reader);
  const table: TableReference = {
    kind: "table",
    ...target,
    ...(alias === undefined ? {} : { alias }),
    partitions,
    hints: [],
    end: reader.previousEnd,
  };
  return { multi: false, targets: [target], tables: [table], ...parseTail(reader) };
}

/** DELETE targets FROM tables … */
function parseDeleteTargets(reader: TokenReader): DeleteBody {
  const targets = reader.list(() => parseDeleteTarget(reader));
  reader.expect("FROM");
  const tables = parseTableReferences(reader);
  const where = reader.accept("WHERE") ? { where: parseExpression(reader) } : {};
  return { multi: true, targets, tables, ...where, orderBy: [] };
}

/** `t`, `db.t`, and for old times' sake `t.*` */
function parseDeleteTarget(reader: TokenReader): TableName {
  const start = reader.start;
  const first = reader.identifier();
  if (!reader.accept(".")) return { name: first, start, end: reader.previousEnd };
  if (reader.kind === T_OPERATOR && reader.accept("*"))
    return { name: first, start, end: reader.previousEnd };
  const name = reader.identifier();
  if (reader.at(".") && reader.wordAt(1) === "*") reader.moveTo(reader.position + 2);
  return { database: first, name, start, end: reader.previousEnd };
}

export function parseTruncate(reader: TokenReader): Truncate {
  const start = reader.start;
  reader.advance();
  reader.accept("TABLE");
  return { kind: "truncate", table: parseTableName(reader), start, end: reader.previousEnd };
}

export function parseCall(reader: TokenReader): Call {
  const start = reader.start;
  reader.advance();
  const { database, name } = parseTableName(reader);
  const args = reader.at("(") ? parseArguments(reader) : [];
  const qualifier = database === undefined ? {} : { database };
  return { kind: "call", ...qualifier, name, args, start, end: reader.previousEnd };
}

export function parseDo(reader: TokenReader): Do {
  const start = reader.start;
  reader.advance();
  const expressions = reader.list(() => {
    const expression = parseExpression(reader);
    parseAlias(reader);
    return expression;
  });
  return { kind: "do", expressions, start, end: reader.previousEnd };
}

export function parseLoadData(reader: TokenReader): LoadData {
  const start = reader.start;
  reader.expect("LOAD");
  const xml = reader.at("XML");
  if (!reader.accept("XML")) reader.expect("DATA");
  if (!reader.accept("LOW_PRIORITY")) reader.accept("CONCURRENT");
  const local = reader.accept("LOCAL");
  reader.expect("INFILE");
  const file = reader.stringText();
  const duplicates = reader.accept("REPLACE") ? "replace" : reader.accept("IGNORE") ? "ignore" : undefined;
  reader.expect("INTO", "TABLE");
  const table = parseTableName(reader);
  const partitions = parsePartitions(reader);
  const charset = parseCharsetClause(reader);
  const rowsIdentifiedBy = reader.acceptAll("ROWS", "IDENTIFIED", "BY") ? reader.stringText() : undefined;
  const format = parseFileFormat(reader);
  const ignoreLines = parseIgnoreLines(reader);
  const targets = reader.at("(") ? parseLoadTargets(reader) : undefined;
  const assignments = reader.accept("SET") ? parseAssignments(reader) : [];
  return {
    kind: "load-data",
    xml,
    local,
    file,
    ...(duplicates === undefined ? {} : { duplicates }),
    table,
    partitions,
    ...(charset === undefined ? {} : { charset }),
    format,
    ...(rowsIdentifiedBy === undefined ? {} : { rowsIdentifiedBy }),
    ignoreLines,
    ...(targets === undefined ? {} : { targets }),
    assignments,
    start,
    end: reader.previousEnd,
  };
}

function parseIgnoreLines(reader: TokenReader): number {
  if (!reader.accept("IGNORE")) return 0;
  const count = reader.integer();
  if (!reader.accept("LINES")) reader.expect("ROWS");
  return count;
}

function parseLoadTargets(reader: TokenReader): NonNullable<LoadData["targets"]> {
  reader.expect("(");
  if (reader.accept(")")) return [];
  const targets = reader.list(() =>
    reader.accept("@")
      ? ({ kind: "variable", name: parseVariableName(reader) } as const)
      : ({ kind: "column", column: parseColumn(reader) } as const),
  );
  reader.expect(")");
  return targets;
}
