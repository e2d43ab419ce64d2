/** Query expressions: WITH, set operations, parentheses, ORDER BY, LIMIT, locking and INTO. */

import { sqlError } from "../../values/sql-error.ts";
import type { Expression } from "../ast/expression.ts";
import type {
  CommonTable,
  Limit,
  LockingClause,
  NestedQuery,
  OrderItem,
  Query,
  QueryBody,
  SelectInto,
  WithClause,
} from "../ast/query.ts";
import { T_HEX, T_INTEGER, T_PARAMETER } from "../lexer/lexer.ts";
import { parseExpression } from "./expression.ts";
import { parseInto } from "./into.ts";
import { parseLiteral } from "./literal.ts";
import { parseSelect } from "./select.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

/** A query expression in its parentheses. */
export function parseSubquery(reader: TokenReader): Query {
  reader.enter();
  reader.expect("(");
  const query = parseQuery(reader, false);
  reader.expect(")");
  reader.leave();
  return query;
}

/** Can a query expression start here? */
export function atQuery(reader: TokenReader): boolean {
  const word = reader.word;
  if (word === "VALUES") return reader.wordAt(1) === "ROW";
  return word === "SELECT" || word === "WITH" || word === "TABLE" || (word === "(" && reader.startsQuery());
}

/** `intoAllowed`: only the outermost query of a statement may have INTO. */
export function parseQuery(reader: TokenReader, intoAllowed: boolean): Query {
  const start = reader.start;
  const withClause = reader.at("WITH") ? parseWith(reader) : undefined;
  return parseQueryAfterWith(reader, { intoAllowed, start, withClause });
}

export function parseQueryAfterWith(
  reader: TokenReader,
  options: {
    readonly intoAllowed: boolean;
    readonly start: number;
    readonly withClause: WithClause | undefined;
  },
): Query {
  const holder: IntoHolder = { allowed: options.intoAllowed, into: undefined };
  const body = parseUnion(reader, holder);
  const orderBy = reader.acceptClause("ORDER", "BY") ? parseOrderItems(reader) : [];
  const limit = parseLimit(reader);
  takeInto(reader, holder);
  const locking = parseLocking(reader);
  takeInto(reader, holder);
  const query: Query = {
    kind: "query",
    ...(options.withClause === undefined ? {} : { with: options.withClause }),
    body,
    orderBy,
    ...(limit === undefined ? {} : { limit }),
    locking,
    ...(holder.into === undefined ? {} : { into: holder.into }),
    start: options.start,
    end: reader.previousEnd,
  };
  return unwrap(query);
}

/** `((SELECT …))` is the query inside when the parentheses add nothing. */
function unwrap(query: Query): Query {
  if (query.body.kind !== "nested" || query.with !== undefined || query.into !== undefined) return query;
  if (query.orderBy.length > 0 || query.limit !== undefined || query.locking.length > 0) return query;
  return query.body.query;
}

/** INTO may stand after the select list, or at the end. */
export interface IntoHolder {
  readonly allowed: boolean;
  into: SelectInto | undefined;
}

export function takeInto(reader: TokenReader, holder: IntoHolder): void {
  if (!reader.at("INTO") || !holder.allowed) return;
  if (holder.into !== undefined) throw sqlError("ER_MULTIPLE_INTO_CLAUSES");
  holder.into = parseInto(reader);
}

function parseUnion(reader: TokenReader, holder: IntoHolder): QueryBody {
  let left = parseIntersect(reader, holder);
  while (reader.at("UNION") || reader.at("EXCEPT")) {
    if (holder.into !== undefined) reader.fail();
    const operator = reader.at("UNION") ? "union" : "except";
    reader.advance();
    const distinct = parseDistinct(reader);
    left = { kind: "set-operation", operator, distinct, left, right: parseIntersect(reader, holder) };
  }
  return left;
}

function parseIntersect(reader: TokenReader, holder: IntoHolder): QueryBody {
  let left = parseTerm(reader, holder);
  while (reader.accept("INTERSECT")) {
    const distinct = parseDistinct(reader);
    left = { kind: "set-operation", operator: "intersect", distinct, left, right: parseTerm(reader, holder) };
  }
  return left;
}

/** true unless ALL */
function parseDistinct(reader: TokenReader): boolean {
  if (reader.accept("ALL")) return false;
  reader.accept("DISTINCT");
  return true;
}

function parseTerm(reader: TokenReader, holder: IntoHolder): QueryBody {
  if (reader.at("(")) {
    const query = parseSubquery(reader);
    return simplify({ kind: "nested", query });
  }
  if (reader.at("VALUES")) {
    reader.advance();
    return { kind: "values", rows: reader.list(() => parseRowConstructor(reader)) };
  }
  if (reader.accept("TABLE")) return { kind: "table-rows", table: parseTableName(reader) };
  return parseSelect(reader, holder);
}

/** A parenthesised plain SELECT is that SELECT. */
function simplify(nested: NestedQuery): QueryBody {
  const { query } = nested;
  const plain =
    query.with === undefined &&
    query.orderBy.length === 0 &&
    query.limit === undefined &&
    query.locking.length === 0;
  return plain ? (query.body.kind === "set-operation" ? nested : query.body) : nested;
}

function parseRowConstructor(reader: TokenReader): readonly Expression[] {
  reader.expect("ROW", "(");
  if (reader.accept(")")) return [];
  const items = reader.list(() => parseRowItem(reader));
  reader.expect(")");
  return items;
}

/** An expression or the keyword DEFAULT. */
export function parseRowItem(reader: TokenReader): Expression {
  if (reader.at("DEFAULT") && reader.wordAt(1) !== "(") {
    const { start, tokenEnd: end } = reader;
    reader.advance();
    return { kind: "default", start, end };
  }
  return parseExpression(reader);
}

export function parseWith(reader: TokenReader): WithClause {
  reader.expect("WITH");
  const recursive = reader.accept("RECURSIVE");
  return { recursive, tables: reader.list(() => parseCommonTable(reader)) };
}

function parseCommonTable(reader: TokenReader): CommonTable {
  const name = reader.identifier();
  const columns = reader.at("(") ? { columns: reader.parenthesized(() => reader.identifier()) } : {};
  reader.expect("AS");
  return { name, ...columns, query: parseSubquery(reader) };
}

export function parseOrderItems(reader: TokenReader): OrderItem[] {
  return reader.list(() => parseOrderItem(reader));
}

function parseOrderItem(reader: TokenReader): OrderItem {
  const expression = parseExpression(reader);
  const descending = reader.accept("DESC");
  if (!descending) reader.accept("ASC");
  return { expression, descending };
}

export function parseLimit(reader: TokenReader): Limit | undefined {
  if (!reader.accept("LIMIT")) return undefined;
  const first = parseLimitNumber(reader);
  if (reader.accept(",")) return { offset: first, count: parseLimitNumber(reader) };
  if (reader.accept("OFFSET")) return { count: first, offset: parseLimitNumber(reader) };
  return { count: first };
}

/** LIMIT of UPDATE and DELETE: a count alone. */
export function parseRowLimit(reader: TokenReader): Limit | undefined {
  return reader.accept("LIMIT") ? { count: parseLimitNumber(reader) } : undefined;
}

/** A number, `?`, or the name of a routine's variable. */
function parseLimitNumber(reader: TokenReader): Expression {
  const kind = reader.kind;
  if (kind === T_INTEGER || kind === T_HEX) return parseLiteral(reader);
  if (kind === T_PARAMETER) return reader.takeParameter();
  const { start, tokenEnd: end } = reader;
  return { kind: "column", name: reader.identifier(), start, end };
}

function parseLocking(reader: TokenReader): LockingClause[] {
  const clauses: LockingClause[] = [];
  for (;;) {
    if (reader.acceptClause("LOCK", "IN", "SHARE", "MODE")) {
      clauses.push({ strength: "share", tables: [], policy: "wait" });
      continue;
    }
    if (!reader.accept("FOR")) return clauses;
    const update = reader.accept("UPDATE");
    if (!update) reader.expect("SHARE");
    const tables = reader.accept("OF") ? reader.list(() => parseTableName(reader)) : [];
    let policy: LockingClause["policy"] = "wait";
    if (reader.accept("NOWAIT")) policy = "nowait";
    else if (reader.acceptClause("SKIP", "LOCKED")) policy = "skip locked";
    clauses.push({ strength: update ? "update" : "share", tables, policy });
  }
}
