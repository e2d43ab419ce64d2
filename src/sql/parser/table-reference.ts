/** What stands in FROM: tables, joins, derived tables, table functions, JSON_TABLE. */

import { sqlError } from "../../values/sql-error.ts";
import type {
  DerivedTable,
  IndexHint,
  Join,
  NamedTable,
  TableFunction,
  TableName,
  TableReference,
} from "../ast/query.ts";
import { parseArguments } from "./call.ts";
import { parseExpression } from "./expression.ts";
import { parseJsonTable } from "./json-table.ts";
import { parseSubquery } from "./query.ts";
import { parseSimple } from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

/** `name` or `database.name` */
export function parseTableName(reader: TokenReader): TableName {
  const start = reader.start;
  const first = reader.identifier();
  if (!reader.accept(".")) return { name: first, start, end: reader.previousEnd };
  const name = reader.identifier();
  return { database: first, name, start, end: reader.previousEnd };
}

export function parseTableReferences(reader: TokenReader): readonly TableReference[] {
  return reader.list(() => parseTableReference(reader));
}

type JoinHead = Pick<Join, "type" | "natural">;

function acceptJoin(reader: TokenReader): JoinHead | undefined {
  if (reader.accept("JOIN") || reader.acceptAll("INNER", "JOIN") || reader.acceptAll("CROSS", "JOIN")) {
    return { type: "inner", natural: false };
  }
  if (reader.accept("STRAIGHT_JOIN")) return { type: "straight", natural: false };
  const natural = reader.accept("NATURAL");
  if (reader.at("LEFT") || reader.at("RIGHT")) {
    const type = reader.at("LEFT") ? "left" : "right";
    reader.advance();
    reader.accept("OUTER");
    reader.expect("JOIN");
    return { type, natural };
  }
  if (!natural) {
    if (reader.at("INNER") || reader.at("CROSS")) reader.advance();
    return undefined;
  }
  reader.accept("INNER");
  reader.expect("JOIN");
  return { type: "inner", natural };
}

const JOIN_WORDS: ReadonlySet<string> = new Set([
  "JOIN",
  "INNER",
  "CROSS",
  "STRAIGHT_JOIN",
  "NATURAL",
  "LEFT",
  "RIGHT",
]);

/**
 * Joins are read by shift and reduce, as MySQL's grammar has them: a condition belongs to the nearest join without
 * one (`a JOIN b JOIN c ON x ON y`), and a join that stays without binds as if written first: `a JOIN b JOIN c ON x`
 * is `(a JOIN b) JOIN c ON x`.
 */
function parseTableReference(reader: TokenReader): TableReference {
  const waiting: { readonly left: TableReference; readonly head: JoinHead }[] = [];
  const made = new Set<TableReference>();
  let right = parseTableFactor(reader);
  const join = (left: TableReference, head: JoinHead, condition: Pick<Join, "on" | "using">): void => {
    right = { kind: "join", ...head, left, right, ...condition, start: left.start, end: reader.previousEnd };
    made.add(right);
  };
  for (;;) {
    if (reader.at("ON") || reader.at("USING")) {
      const open = waiting.pop();
      if (open === undefined) reader.fail();
      join(open.left, open.head, parseCondition(reader));
    } else if (reader.atAny(JOIN_WORDS)) {
      const head = acceptJoin(reader);
      if (head === undefined) reader.fail();
      const left = right;
      right = parseTableFactor(reader);
      if (head.natural) join(left, head, {});
      else waiting.push({ left, head });
    } else {
      break;
    }
  }
  for (let open = waiting.pop(); open !== undefined; open = waiting.pop()) {
    if (open.head.type === "left" || open.head.type === "right") reader.fail();
    right = joinFirst(open.left, open.head, right, made);
  }
  return right;
}

/** Joins `left` to the leftmost table of `right`, below the joins in `made`. */
function joinFirst(
  left: TableReference,
  head: JoinHead,
  right: TableReference,
  made: Set<TableReference>,
): TableReference {
  const joined: Join =
    right.kind === "join" && made.has(right)
      ? { ...right, left: joinFirst(left, head, right.left, made), start: left.start }
      : { kind: "join", ...head, left, right, start: left.start, end: right.end };
  made.add(joined);
  return joined;
}

function parseCondition(reader: TokenReader): Pick<Join, "on" | "using"> {
  if (reader.accept("ON")) return { on: parseExpression(reader) };
  reader.expect("USING");
  return { using: reader.parenthesized(() => reader.identifier()) };
}

function parseTableFactor(reader: TokenReader): TableReference {
  const start = reader.start;
  if (reader.at("(")) {
    if (reader.startsQuery()) return parseDerived(reader, false, start);
    return parseParenthesizedTables(reader, start);
  }
  if (reader.accept("LATERAL")) return parseDerived(reader, true, start);
  if (reader.at("JSON_TABLE")) return parseJsonTable(reader);
  if (reader.at("{")) {
    reader.advance();
    reader.identifier();
    const inner = parseTableReference(reader);
    reader.expect("}");
    return inner;
  }
  return parseNamedTable(reader);
}

/** `(a, b JOIN c)`: a comma in parentheses is a cross join. */
function parseParenthesizedTables(reader: TokenReader, start: number): TableReference {
  reader.enter();
  reader.expect("(");
  const tables = parseTableReferences(reader);
  reader.expect(")");
  reader.leave();
  return tables.reduce((left, right) => ({
    kind: "join",
    type: "inner",
    natural: false,
    left,
    right,
    start,
    end: right.end,
  }));
}

function parseDerived(reader: TokenReader, lateral: boolean, start: number): DerivedTable {
  const query = parseSubquery(reader);
  const as = reader.accept("AS");
  if (!as && !reader.atIdentifier) throw sqlError("ER_DERIVED_MUST_HAVE_ALIAS");
  const alias = reader.identifier();
  const columns = reader.at("(") ? { columns: reader.parenthesized(() => reader.identifier()) } : {};
  return { kind: "derived", query, alias, ...columns, lateral, start, end: reader.previousEnd };
}

function parseNamedTable(reader: TokenReader): NamedTable | TableFunction {
  const start = reader.start;
  const { database, name } = parseTableName(reader);
  if (database === undefined && reader.at("(")) return parseTableFunction(reader, name, start);
  const partitions = reader.accept("PARTITION") ? reader.parenthesized(() => reader.identifier()) : [];
  // Before and after the alias: `t AS OF 'v1' AS x`.
  const asOf = reader.acceptAll("AS", "OF") ? { asOf: parseSimple(reader) } : {};
  const alias = parseTableAlias(reader);
  const hints = parseIndexHints(reader);
  return {
    kind: "table",
    ...(database === undefined ? {} : { database }),
    name,
    ...(alias === undefined ? {} : { alias }),
    partitions,
    hints,
    ...asOf,
    start,
    end: reader.previousEnd,
  };
}

function parseTableFunction(reader: TokenReader, name: string, start: number): TableFunction {
  const args = parseArguments(reader);
  const alias = parseTableAlias(reader);
  return {
    kind: "table-function",
    name,
    args,
    ...(alias === undefined ? {} : { alias }),
    start,
    end: reader.previousEnd,
  };
}

export function parseTableAlias(reader: TokenReader): string | undefined {
  if (reader.accept("AS") || reader.accept("=")) return reader.identifier();
  return reader.atIdentifier ? reader.identifier() : undefined;
}

function parseIndexHints(reader: TokenReader): readonly IndexHint[] {
  const hints: IndexHint[] = [];
  for (;;) {
    const word = reader.word;
    if (word !== "USE" && word !== "FORCE" && word !== "IGNORE") return hints;
    if (reader.wordAt(1) !== "INDEX" && reader.wordAt(1) !== "KEY") return hints;
    const action = word === "USE" ? "use" : word === "FORCE" ? "force" : "ignore";
    reader.moveTo(reader.position + 2);
    const scope = parseHintScope(reader);
    reader.expect("(");
    const indexes = reader.at(")") && action === "use" ? [] : reader.list(() => parseIndexName(reader));
    reader.expect(")");
    hints.push({ action, ...(scope === undefined ? {} : { scope }), indexes });
  }
}

function parseHintScope(reader: TokenReader): IndexHint["scope"] {
  if (!reader.accept("FOR")) return undefined;
  if (reader.accept("JOIN")) return "join";
  if (reader.acceptAll("ORDER", "BY")) return "order by";
  reader.expect("GROUP", "BY");
  return "group by";
}

function parseIndexName(reader: TokenReader): string {
  return reader.accept("PRIMARY") ? "PRIMARY" : reader.identifier();
}
