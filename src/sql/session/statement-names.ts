/** The tables and columns that a statement, or a part of it, names. */
import type { NamedTable, Query } from "../ast/query.ts";

export interface NamedColumns {
  readonly names: ReadonlySet<string>;
  /** `*` stands somewhere. */
  readonly all: boolean;
}

export interface ReadTable {
  readonly database?: string | undefined;
  readonly name: string;
  readonly alias?: string | undefined;
}

type Node = Readonly<Record<string, unknown>>;

/** Tables in FROM, also of subqueries; not the names of common table expressions. */
export function readTables(part: unknown): readonly ReadTable[] {
  const found: ReadTable[] = [];
  walkTables(part, new Set(), found);
  return found;
}

/** Names of columns, also of subqueries. */
export function readColumns(part: unknown): NamedColumns {
  const names = new Set<string>();
  const result = { all: false };
  walk(part, (node) => {
    if (node["kind"] === "column" && typeof node["name"] === "string") names.add(node["name"]);
    if (node["kind"] === "star" || node["kind"] === "table-rows") result.all = true;
    if (node["kind"] === "join" && node["natural"] === true) result.all = true;
    return undefined;
  });
  return { names, all: result.all };
}

function walkTables(part: unknown, commonNames: ReadonlySet<string>, found: ReadTable[]): void {
  walk(part, (node) => {
    if (node["kind"] === "query") {
      walkQuery(node as unknown as Query, commonNames, found);
      return "done";
    }
    if (isNamedTable(node)) {
      if (node.database !== undefined || !commonNames.has(node.name)) found.push(node);
    } else if (node["kind"] === "table-rows") {
      const table = node["table"] as ReadTable;
      if (table.database !== undefined || !commonNames.has(table.name)) found.push(table);
    } else if ("with" in node && node["with"] !== undefined) {
      // UPDATE and DELETE with common tables: as a query.
      walkQuery(node as unknown as Query, commonNames, found);
      return "done";
    }
    return undefined;
  });
}

/** A common table is known after its definition, in a recursive WITH also inside of it. */
function walkQuery(query: Query, outer: ReadonlySet<string>, found: ReadTable[]): void {
  const { with: withClause, ...rest } = query;
  const known = new Set(outer);
  if (withClause?.recursive === true) for (const { name } of withClause.tables) known.add(name);
  for (const table of withClause?.tables ?? []) {
    walkTables({ ...table.query, kind: "common", with: table.query.with }, known, found);
    known.add(table.name);
  }
  walkTables({ ...rest, kind: "rest" }, known, found);
}

/** Visits each object once, parents first; `done` leaves out what is below. */
function walk(part: unknown, visit: (node: Node) => "done" | undefined): void {
  if (typeof part !== "object" || part === null || part instanceof Uint8Array) return;
  if (Array.isArray(part)) {
    for (const each of part) walk(each, visit);
    return;
  }
  const node = part as Node;
  if (visit(node) === "done") return;
  for (const value of Object.values(node)) walk(value, visit);
}

function isNamedTable(node: Node): node is NamedTable & Node {
  return node["kind"] === "table" && Array.isArray(node["hints"]) && typeof node["name"] === "string";
}
