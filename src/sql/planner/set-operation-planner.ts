/** Plans UNION, EXCEPT and INTERSECT: every part fills the same registers with values of the common types. */
import { sqlError } from "../../values/sql-error.ts";
import type { QueryBody, SetOperation } from "../ast/query.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { Compute } from "../executor/compute.ts";
import { Distinct } from "../executor/distinct.ts";
import type { Operator } from "../executor/frame.ts";
import { CountedSetOperation, UnionAll } from "../executor/set-operation.ts";
import { compileExpression } from "../expression/compile.ts";
import { groupKeyFor } from "./key-compilation.ts";
import { mergedColumns } from "./merged-columns.ts";
import type { ExplainNode } from "./plan-node.ts";
import { type PlannedQuery, planBody, type QueryContext } from "./query-planner.ts";

/** The operands of a chain of unions of one kind, left to right; any other operand counts as one. */
function unionParts(body: QueryBody, distinct: boolean): QueryBody[] {
  if (body.kind === "set-operation" && body.operator === "union" && body.distinct === distinct) {
    return [...unionParts(body.left, distinct), body.right];
  }
  return [body];
}

export function planSetOperation(operation: SetOperation, context: QueryContext): PlannedQuery {
  const { builder } = context;
  const bodies =
    operation.operator === "union"
      ? unionParts(operation, operation.distinct)
      : [operation.left, operation.right];
  const parts = bodies.map((body) => planBody(body, context));
  const width = parts[0]?.columns.length ?? 0;
  if (parts.some((part) => part.columns.length !== width))
    throw sqlError("ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT");
  const registers = builder.addRegisters(width);
  const shape = { slots: [], registers };
  const { columns, conversions } = mergedColumns(
    parts.map((part) => part.columns),
    registers,
    builder.environment.connectionCollation,
  );
  const buildPart = (part: PlannedQuery): Operator =>
    new Compute(
      part.node.build(),
      part.columns.map((column, at) => ({
        register: registers[at] as number,
        evaluate: compileExpression(
          (conversions[at] as (e: BoundExpression) => BoundExpression)(column.expression),
          builder,
        ),
      })),
    );
  const buildKey = () =>
    groupKeyFor(
      columns.map((column) => column.expression),
      builder,
    );
  const rows = parts.reduce((sum, part) => sum + part.node.rows, 0);
  const explain: ExplainNode = {
    text: `${operation.operator === "union" ? "Union" : operation.operator === "except" ? "Except" : "Intersect"}${operation.distinct ? "" : " all"} materialize`,
    rows,
    children: parts.map((part) => part.node.explain),
  };
  return {
    columns,
    outerReferences: parts.flatMap((part) => part.outerReferences),
    node: {
      shape,
      rows,
      explain,
      build: () => {
        if (operation.operator === "union") {
          const all = new UnionAll(parts.map(buildPart));
          return operation.distinct ? new Distinct(all, buildKey(), shape) : all;
        }
        return new CountedSetOperation(operation.operator, {
          distinct: operation.distinct,
          left: buildPart(parts[0] as PlannedQuery),
          right: buildPart(parts[1] as PlannedQuery),
          key: buildKey(),
        });
      },
    },
  };
}
