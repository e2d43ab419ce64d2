/**
 * A query of a SERIALIZABLE transaction as it is run: every SELECT in it, subqueries included, reads FOR SHARE, unless it
 * says how it locks. And when statements that change rows lock what they read.
 */
import type { Delete, Insert, Update } from "../ast/data-change.ts";
import type { LockingClause, Query, QueryBody } from "../ast/query.ts";
import type { TransactionRun } from "./statement-run.ts";

const FOR_SHARE: readonly LockingClause[] = [{ strength: "share", tables: [], policy: "wait" }];

/**
 * Whether a statement that changes rows locks what it only reads, and so reads the newest of it, as InnoDB does. Under LOCK
 * TABLES it reads like a SELECT, and so do, below REPEATABLE READ, INSERT … SELECT and UPDATE of one table.
 */
export function sharesSources(
  statement: Insert | Update | Delete,
  { transaction, session }: TransactionRun,
): boolean {
  if (session.tablesLocked) return false;
  const { isolation } = transaction;
  return isolation === "REPEATABLE-READ" || isolation === "SERIALIZABLE" || locksAtAllLevels(statement);
}

function locksAtAllLevels(statement: Insert | Update | Delete): boolean {
  switch (statement.kind) {
    case "insert":
      return statement.source.kind === "rows";
    case "update":
      return statement.tables.length > 1 || statement.tables[0]?.kind !== "table";
    case "delete":
      return true;
  }
}

/** The same query always gives the same result, so that plans kept by query are found again. */
const known = new WeakMap<Query, Query>();

export function shareLocked(query: Query): Query {
  let locked = known.get(query);
  if (locked === undefined) {
    locked = withShareLocks(query);
    known.set(query, locked);
  }
  return locked;
}

/** Rebuilds any part of a syntax tree with the queries in it locked. */
function withShareLocks<T>(node: T): T {
  if (Array.isArray(node)) return node.map(withShareLocks) as T;
  if (typeof node !== "object" || node === null || Object.getPrototypeOf(node) !== Object.prototype)
    return node;
  const rebuilt = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, withShareLocks(value)]),
  );
  if (rebuilt["kind"] === "set-operation") {
    rebuilt["left"] = asQuery(rebuilt["left"]);
    rebuilt["right"] = asQuery(rebuilt["right"]);
  }
  if ("locking" in rebuilt && Array.isArray(rebuilt["locking"]) && rebuilt["locking"].length === 0) {
    rebuilt["locking"] = FOR_SHARE;
  }
  return rebuilt as T;
}

/** A member of a UNION has no locking clause of its own, a query in parentheses has. */
function asQuery(body: QueryBody): QueryBody {
  if (body.kind !== "select") return body;
  const query: Query = { kind: "query", body, orderBy: [], locking: FOR_SHARE, start: 0, end: 0 };
  return { kind: "nested", query };
}
