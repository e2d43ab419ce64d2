/** CREATE TABLE, and the elements that ALTER TABLE adds. */

import { sqlError } from "../../values/sql-error.ts";
import type {
  CreateTable,
  CreateTableLike,
  ForeignKeyElement,
  TableElement,
} from "../ast/data-definition.ts";
import { parseCheck, parseColumnDefinition, parseReferences } from "./column-definition.ts";
import { parseIndexElement } from "./index-definition.ts";
import { parsePartitionBy } from "./partition.ts";
import { atQuery, parseQuery } from "./query.ts";
import { parseTableOptions } from "./table-options.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

const INDEX_WORDS: ReadonlySet<string> = new Set([
  "PRIMARY",
  "KEY",
  "INDEX",
  "UNIQUE",
  "FULLTEXT",
  "SPATIAL",
]);

export function atTableConstraint(reader: TokenReader): boolean {
  const word = reader.word;
  return INDEX_WORDS.has(word) || word === "CONSTRAINT" || word === "FOREIGN" || word === "CHECK";
}

export function parseTableElement(reader: TokenReader): TableElement {
  if (!atTableConstraint(reader)) return { kind: "column", column: parseColumnDefinition(reader) };
  const start = reader.start;
  let constraint: string | undefined;
  const named = reader.accept("CONSTRAINT");
  if (named && reader.atIdentifier) constraint = reader.identifier();
  switch (reader.word) {
    case "FOREIGN":
      return parseForeignKey(reader, constraint, start);
    case "CHECK":
      return { kind: "check", check: parseCheck(reader, constraint) };
    case "PRIMARY":
    case "UNIQUE":
      return parseIndexElement(reader, constraint);
  }
  if (named) reader.fail();
  return parseIndexElement(reader, undefined);
}

function parseForeignKey(
  reader: TokenReader,
  constraint: string | undefined,
  start: number,
): ForeignKeyElement {
  reader.expect("FOREIGN", "KEY");
  const indexName = reader.atIdentifier ? reader.identifier() : undefined;
  const columns = reader.parenthesized(() => reader.identifier());
  const references = parseReferences(reader);
  return {
    kind: "foreign-key",
    ...(constraint === undefined ? {} : { constraint }),
    ...(indexName === undefined ? {} : { indexName }),
    columns,
    references,
    start,
    end: reader.previousEnd,
  };
}

export function acceptIfNotExists(reader: TokenReader): boolean {
  if (!reader.accept("IF")) return false;
  reader.expect("NOT", "EXISTS");
  return true;
}

/** From TABLE. */
export function parseCreateTable(
  reader: TokenReader,
  start: number,
  temporary: boolean,
): CreateTable | CreateTableLike {
  reader.expect("TABLE");
  const ifNotExists = acceptIfNotExists(reader);
  const table = parseTableName(reader);
  const head = { temporary, ifNotExists, table, start } as const;
  const inParentheses = reader.at("(") && reader.wordAt(1) === "LIKE";
  if (inParentheses) reader.advance();
  if (reader.accept("LIKE")) {
    const like = parseTableName(reader);
    if (inParentheses) reader.expect(")");
    return { kind: "create-table-like", ...head, like, end: reader.previousEnd };
  }
  const hasElements = reader.at("(") && !reader.startsQuery();
  const elements = hasElements ? reader.parenthesized(() => parseTableElement(reader)) : [];
  const options = parseTableOptions(reader);
  const partitionBy = reader.at("PARTITION") ? { partitionBy: parsePartitionBy(reader) } : {};
  const source = parseSource(reader);
  if (!hasElements && source.query === undefined) throw sqlError("ER_TABLE_MUST_HAVE_A_VISIBLE_COLUMN");
  return {
    kind: "create-table",
    ...head,
    elements,
    options,
    ...partitionBy,
    ...source,
    end: reader.previousEnd,
  };
}

function parseSource(reader: TokenReader): Pick<CreateTable, "query" | "duplicates"> {
  const duplicates = reader.accept("IGNORE") ? "ignore" : reader.accept("REPLACE") ? "replace" : undefined;
  const as = reader.accept("AS");
  if (!as && duplicates === undefined && !atQuery(reader)) return {};
  if (!atQuery(reader)) reader.fail();
  const query = parseQuery(reader, false);
  return { ...(duplicates === undefined ? {} : { duplicates }), query };
}
