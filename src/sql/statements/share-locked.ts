/**
 * A query of a SERIALIZABLE transaction as it is run: every SELECT in it, subqueries included, reads FOR SHARE, unless it
 * says how it locks.
 */
import type { LockingClause, Query, QueryBody } from "../ast/query.ts";

const FOR_SHARE: readonly LockingClause[] = [{ strength: "share", tables: [], policy: "wait" }];

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
