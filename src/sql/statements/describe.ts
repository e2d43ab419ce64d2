/** SHOW, DESCRIBE and EXPLAIN. */

import type { Transaction } from "../../engine/api.ts";
import type { VirtualTable } from "../../engine/virtual-table.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Expression } from "../ast/expression.ts";
import type { Query } from "../ast/query.ts";
import type { Describe, Explain } from "../ast/session.ts";
import type { Show } from "../ast/show.ts";
import { CommonTables } from "../planner/derived-table.ts";
import { ExecutableQuery } from "../planner/executable-query.ts";
import { PlanBuilder } from "../planner/plan-builder.ts";
import type { ExplainNode, ExplainTable } from "../planner/plan-node.ts";
import { planQuery } from "../planner/query-planner.ts";
import { computedTable, virtualContext } from "../session/computed-table.ts";
import { planStatementQuery, sendRows } from "../session/select-runner.ts";
import { SessionContext } from "../session/session-context.ts";
import { answerShow } from "../show/show-statement.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { sendTable } from "./call.ts";
import { planDelete } from "./delete.ts";
import type { StatementRun, TransactionRun } from "./statement-run.ts";
import { planUpdate } from "./update-plan.ts";

/** Runs a reading body in the statement's transaction. */
async function reading(
  run: StatementRun,
  body: (transaction: Transaction) => Promise<void> | void,
): Promise<void> {
  const { session, options } = run;
  const { transactions } = session;
  try {
    await body(transactions.forStatement(options.signal));
    await transactions.endStatement();
  } catch (error) {
    transactions.failStatement();
    throw error;
  }
}

export function runShow(statement: Show, run: StatementRun): Promise<void> {
  return reading(run, async (transaction) => {
    const { session, options } = run;
    const context = virtualContext(session, transaction, options.signal);
    const { table, where } = answerShow(statement, context);
    await sendComputed(table, where, { run, context });
  });
}

/** The rows of a computed table that fulfil a condition over its columns. */
async function sendComputed(
  table: VirtualTable<VirtualContext>,
  where: Expression | undefined,
  parts: { readonly run: StatementRun; readonly context: VirtualContext },
): Promise<void> {
  const { run, context } = parts;
  const { session, options, sink, parameters } = run;
  const statementContext = new SessionContext(session, { signal: options.signal });
  const shown = computedTable("", table, context);
  const builder = new PlanBuilder(
    { resolveTable: () => shown },
    session.bindEnvironment(parameters.types),
    undefined,
  );
  const planned = planQuery(selectFrom(table.name, where), {
    builder,
    outer: undefined,
    commonTables: new CommonTables(),
  });
  const executable = new ExecutableQuery(planned, builder);
  const pending = sendRows(
    session,
    executable,
    { signal: options.signal, sink, parameters },
    statementContext,
  );
  if (pending !== undefined) await pending;
  sink.endResultSet(session.diagnostics.warningCount);
  executable.end();
}

function selectFrom(name: string, where: Expression | undefined): Query {
  return {
    kind: "query",
    body: {
      kind: "select",
      distinct: false,
      straightJoin: false,
      calcFoundRows: false,
      options: [],
      items: [{ kind: "star" }],
      from: [{ kind: "table", name, partitions: [], hints: [], start: 0, end: 0 }],
      ...(where !== undefined ? { where } : {}),
      groupBy: [],
      rollup: false,
      windows: [],
    },
    orderBy: [],
    locking: [],
    start: 0,
    end: 0,
  };
}

/** DESCRIBE t is SHOW COLUMNS FROM t [LIKE 'column']. */
export function runDescribe(statement: Describe, run: StatementRun): Promise<void> {
  const { table, column, start, end } = statement;
  const show: Show = {
    kind: "show",
    target: { kind: "columns", table, full: false, extended: false },
    filter: column === undefined ? {} : { like: Buffer.from(column, "utf8") },
    start,
    end,
  };
  return runShow(show, run);
}

export function runExplain(statement: Explain, run: StatementRun): Promise<void> {
  if (statement.analyze) throw sqlError("ER_NOT_SUPPORTED_YET", "EXPLAIN ANALYZE");
  if (statement.forConnection !== undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "EXPLAIN FOR CONNECTION");
  if (statement.into !== undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "EXPLAIN INTO");
  const format = (statement.format ?? "traditional").toLowerCase();
  if (format === "json") throw sqlError("ER_NOT_SUPPORTED_YET", "EXPLAIN FORMAT=JSON");
  return reading(run, (transaction) => {
    const { session, options, parameters } = run;
    const context = new SessionContext(session, { signal: options.signal });
    const inside: TransactionRun = { ...run, transaction, context };
    const target = statement.statement;
    let executable: ExecutableQuery;
    let kind = "SIMPLE";
    if (target?.kind === "query")
      executable = planStatementQuery(session, transaction, target, { parameters, context });
    else if (target?.kind === "update") {
      executable = planUpdate(target, inside).changed.executable;
      kind = "UPDATE";
    } else if (target?.kind === "delete") {
      executable = planDelete(target, inside).changed.executable;
      kind = "DELETE";
    } else throw sqlError("ER_NOT_SUPPORTED_YET", `EXPLAIN of ${target?.kind ?? "nothing"}`);
    if (format === "tree") sendTree(executable, run);
    else sendTraditional(executable, kind, run);
  });
}

const TEXT: SqlType = {
  kind: "string",
  name: "longtext",
  length: 4294967295,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const NUMBER: SqlType = { kind: "integer", name: "bigint", unsigned: true, zerofill: false };
const DOUBLE: SqlType = { kind: "float", name: "double", unsigned: false, zerofill: false };

function sendTree(executable: ExecutableQuery, run: StatementRun): void {
  const lines: string[] = [];
  const add = (node: ExplainNode, depth: number): void => {
    lines.push(`${"    ".repeat(depth)}-> ${node.text}  (rows=${Math.round(node.rows)})`);
    for (const child of node.children) add(child, depth + 1);
  };
  add(executable.explain, 0);
  for (const subquery of executable.subqueries) {
    lines.push("-> Select (subquery in an expression)");
    add(subquery, 1);
  }
  sendTable([{ name: "EXPLAIN", type: TEXT, nullable: false }], [[`${lines.join("\n")}\n`]], run);
}

function sendTraditional(executable: ExecutableQuery, kind: string, run: StatementRun): void {
  const rows: Value[][] = [];
  const collect = (node: ExplainNode, id: number, selectType: string): void => {
    if (node.table !== undefined) rows.push(tableRow(node.table, node.rows, id, selectType));
    for (const child of node.children) collect(child, id, selectType);
  };
  const hasSubqueries = executable.subqueries.length > 0;
  collect(executable.explain, 1, kind === "SIMPLE" && hasSubqueries ? "PRIMARY" : kind);
  executable.subqueries.forEach((subquery, at) => {
    collect(subquery, at + 2, "SUBQUERY");
  });
  if (rows.length === 0)
    rows.push([1, kind, null, null, null, null, null, null, null, null, null, "No tables used"]);
  const columns = [
    { name: "id", type: NUMBER, nullable: false },
    ...["select_type", "table", "partitions", "type", "possible_keys", "key", "key_len", "ref"].map(
      (name) => ({ name, type: TEXT, nullable: true }),
    ),
    { name: "rows", type: NUMBER, nullable: true },
    { name: "filtered", type: DOUBLE, nullable: true },
    { name: "Extra", type: TEXT, nullable: true },
  ];
  sendTable(columns, rows, run);
}

function tableRow(table: ExplainTable, count: number, id: number, selectType: string): Value[] {
  return [
    id,
    selectType,
    table.name,
    null,
    table.accessType,
    table.possibleKeys.length > 0 ? table.possibleKeys.join(",") : null,
    table.key ?? null,
    table.keyLength === undefined ? null : String(table.keyLength),
    table.ref ?? null,
    Math.max(1, Math.round(count)),
    table.filtered,
    table.extra.length > 0 ? table.extra.join("; ") : null,
  ];
}
