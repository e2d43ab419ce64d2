/** WITH RECURSIVE: finds the seed and the recursive part of a CTE that refers to itself. */
import { sqlError } from "../../values/sql-error.ts";
import type { Query, QueryBody, TableReference } from "../ast/query.ts";
import type { BoundExpression, BoundRegister } from "../binder/bound-expression.ts";
import { Compute } from "../executor/compute.ts";
import { RecursiveCte, WorkingRows } from "../executor/recursive-cte.ts";
import { compileExpression } from "../expression/compile.ts";
import { convertedTo } from "./conversion-expression.ts";
import type { CommonTableEntry } from "./derived-table.ts";
import type { FromContext } from "./from-clause.ts";
import { groupKeyFor } from "./key-compilation.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { type OutputColumn, type PlannedQuery, planBody } from "./query-planner.ts";
import type { BoundSource } from "./table-source.ts";

/** undefined when the CTE doesn't refer to itself after all. */
export function planRecursive(entry: CommonTableEntry, context: FromContext): PlannedQuery | undefined {
  const { table } = entry;
  const { query } = table;
  if (!mentions(query, table.name)) return undefined;
  const { body } = query;
  if (body.kind !== "set-operation" || body.operator !== "union") {
    throw sqlError("ER_CTE_RECURSIVE_REQUIRES_UNION", table.name);
  }
  if (bodyMentions(body.left, table.name))
    throw sqlError("ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST", table.name);
  if (query.orderBy.length > 0) throw sqlError("ER_NOT_SUPPORTED_YET", "ORDER BY in a recursive CTE");
  const { builder, level } = context;
  const visible = entry.visible.withClause(query.with);
  const seed = planBody(body.left, { builder, outer: level.outer, commonTables: visible });
  const registers = builder.addRegisters(seed.columns.length);
  const columns: OutputColumn[] = seed.columns.map((column, at) => ({
    name: table.columns?.[at] ?? column.name,
    expression: cteColumn(column.expression, registers[at] as number),
  }));
  const working = new WorkingRows();
  const selfReference = (alias: string): BoundSource => readWorking(alias, columns, working, builder);
  const inner = visible.with(table.name, { ...entry, selfReference });
  const recursive = planBody(body.right, { builder, outer: level.outer, commonTables: inner });
  if (recursive.columns.length !== seed.columns.length)
    throw sqlError("ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT");
  level.outerReferences.push(...seed.outerReferences, ...recursive.outerReferences);
  const fill = (planned: PlannedQuery) =>
    new Compute(
      planned.node.build(),
      planned.columns.map((column, at) => ({
        register: registers[at] as number,
        evaluate: compileExpression(
          convertedTo(column.expression, (columns[at] as OutputColumn).expression.type),
          builder,
        ),
      })),
    );
  const shape = { slots: [], registers };
  return {
    columns,
    outerReferences: [...seed.outerReferences, ...recursive.outerReferences],
    node: {
      shape,
      rows: seed.node.rows * 10,
      explain: {
        text: "Recursive union",
        rows: seed.node.rows * 10,
        children: [seed.node.explain, recursive.node.explain],
      },
      build: () =>
        new RecursiveCte({
          seed: fill(seed),
          recursive: fill(recursive),
          shape,
          distinctKey: body.distinct
            ? groupKeyFor(
                columns.map((column) => column.expression),
                builder,
              )
            : undefined,
          working,
          limit:
            query.limit === undefined
              ? undefined
              : Number((query.limit.count as { readonly text?: string }).text),
        }),
    },
  };
}

/** MySQL: the seed decides names and types, and every column is nullable. */
function cteColumn(expression: BoundExpression, register: number): BoundRegister {
  return {
    kind: "register",
    register,
    type: expression.type.kind === "null" ? { kind: "binary", name: "binary", length: 0 } : expression.type,
    nullable: true,
    coercibility: expression.coercibility,
  };
}

function readWorking(
  alias: string,
  columns: readonly OutputColumn[],
  working: WorkingRows,
  builder: PlanBuilder,
): BoundSource {
  const registers = builder.addRegisters(columns.length);
  const shape = { slots: [], registers };
  return {
    source: {
      database: undefined,
      alias,
      columns: columns.map((column, at) => ({
        name: column.name,
        hidden: false,
        expression: { ...(column.expression as BoundRegister), register: registers[at] as number },
      })),
    },
    relation: {
      kind: "registers",
      alias,
      shape,
      lateral: [],
      // The rows change from round to round: never kept by a join.
      correlated: true,
      plan: () => ({
        shape,
        rows: 10,
        explain: { text: `Scan new records on ${alias}`, rows: 10, children: [] },
        build: () =>
          new Compute(
            working,
            columns.map((column, at) => ({
              register: registers[at] as number,
              evaluate: compileExpression(column.expression, builder),
            })),
          ),
      }),
    },
  };
}

function mentions(query: Query, name: string): boolean {
  return bodyMentions(query.body, name);
}

function bodyMentions(body: QueryBody, name: string): boolean {
  switch (body.kind) {
    case "set-operation":
      return bodyMentions(body.left, name) || bodyMentions(body.right, name);
    case "nested":
      return mentions(body.query, name);
    case "select":
      return body.from.some((reference) => referenceMentions(reference, name));
    case "table-rows":
      return body.table.name.toLowerCase() === name.toLowerCase();
    case "values":
      return false;
  }
}

function referenceMentions(reference: TableReference, name: string): boolean {
  switch (reference.kind) {
    case "join":
      return referenceMentions(reference.left, name) || referenceMentions(reference.right, name);
    case "table":
      return reference.database === undefined && reference.name.toLowerCase() === name.toLowerCase();
    case "derived":
      return mentions(reference.query, name);
    default:
      return false;
  }
}
