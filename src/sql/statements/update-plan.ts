/** The plan of an UPDATE: how its rows are found, and how the new values are made. */

import type { Column } from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { ColumnAssignment, Update } from "../ast/data-change.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { Evaluator } from "../executor/frame.ts";
import { compileExpression } from "../expression/compile.ts";
import { QueryLevel, QueryScope } from "../planner/query-scope.ts";
import type { StoredRelation } from "../planner/relation.ts";
import { ChangedRows } from "./changed-rows.ts";
import { defaultConstant } from "./row-scope.ts";
import type { TransactionRun } from "./statement-run.ts";
import { TargetTable } from "./target-table.ts";
import { touchedColumns } from "./update-now.ts";

interface CompiledAssignment {
  readonly at: number;
  readonly column: Column;
  /** undefined: DEFAULT */
  readonly value: { readonly evaluate: Evaluator; readonly type: SqlType } | undefined;
}

export interface UpdateTarget {
  readonly relation: StoredRelation;
  readonly row: TargetTable;
  readonly assignments: CompiledAssignment[];
  /** ON UPDATE CURRENT_TIMESTAMP. */
  touched: readonly number[];
  /** Keys of rows changed already: a joined row is changed once. */
  readonly seen: Set<string>;
}

export interface UpdatePlan {
  readonly changed: ChangedRows;
  readonly targets: readonly UpdateTarget[];
}

export function planUpdate(update: Update, run: TransactionRun): UpdatePlan {
  const changed = new ChangedRows(update, run);
  const targets = bindTargets(update, changed);
  changed.plan(targets.map((target) => target.relation));
  return { changed, targets };
}

function bindTargets(update: Update, changed: ChangedRows): UpdateTarget[] {
  const { builder, level, relations } = changed;
  const targets = new Map<number, UpdateTarget>();
  const resolved = update.assignments.map((assignment) => {
    const relation = relationOf(assignment, changed);
    let target = targets.get(relation.slot);
    if (target === undefined) {
      const { table } = relation;
      const row = new TargetTable(
        { database: table.database, name: table.name, alias: relation.alias },
        { schema: table.view.schema, codec: table.codec },
        builder,
      );
      target = { relation, row, assignments: [], touched: [], seen: new Set() };
      targets.set(relation.slot, target);
    }
    return { assignment, target };
  });
  // Values see the targets' columns as assigned so far: SET a = a + 1, b = a gives b the new a.
  const inner = new QueryLevel(undefined, () => builder.addRegister(), level.planSubquery);
  inner.merged = level.merged;
  for (const source of level.sources) {
    const relation = relations.find(
      (item) => item.alias === source.alias && item.table.database === source.database,
    );
    const target = relation === undefined ? undefined : targets.get(relation.slot);
    inner.sources.push(target === undefined ? source : { ...source, columns: target.row.columns });
  }
  for (const { assignment, target } of resolved) {
    const { row } = target;
    const at = row.columnIndex(assignment.column.name, "field list");
    const column = row.schema.columns[at] as Column;
    if (assignment.value.kind === "default") {
      if (column.generated === undefined) target.assignments.push({ at, column, value: undefined });
      continue;
    }
    if (column.generated !== undefined)
      throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN", column.name, row.name);
    const scope = new AssignmentScope(inner, row);
    const bound = bindExpression(assignment.value, scope, builder.environment);
    if (bound.kind === "row") throw sqlError("ER_OPERAND_COLUMNS", 1);
    target.assignments.push({
      at,
      column,
      value: { evaluate: compileExpression(bound, builder), type: bound.type },
    });
  }
  for (const target of targets.values())
    target.touched = touchedColumns(target.row, new Set(target.assignments.map(({ at }) => at)));
  return [...targets.values()];
}

class AssignmentScope extends QueryScope {
  readonly #row: TargetTable;

  constructor(level: QueryLevel, row: TargetTable) {
    super(level, { clause: "field list", aggregates: "forbidden", windows: false, aliases: "none" });
    this.#row = row;
  }

  override defaultOf(reference: Parameters<QueryScope["defaultOf"]>[0]): ReturnType<QueryScope["defaultOf"]> {
    return defaultConstant(this.#row, reference);
  }
}

/** The table an assigned column belongs to. 1054, 1052, 1288. */
function relationOf(assignment: ColumnAssignment, changed: ChangedRows): StoredRelation {
  const scope = new QueryScope(changed.level, {
    clause: "field list",
    aggregates: "forbidden",
    windows: false,
    aliases: "none",
  });
  const { column } = assignment;
  const bound = scope.resolveColumn(column);
  const name = column.name.toLowerCase();
  const owner = changed.level.sources.find((source) =>
    source.columns.some((item) => item.expression === bound && item.name.toLowerCase() === name),
  );
  const relation = changed.relations.find(
    (item) => item.alias === owner?.alias && item.table.database === owner.database,
  );
  if (relation === undefined)
    throw sqlError("ER_NON_UPDATABLE_TABLE", owner?.alias ?? column.table ?? "", "UPDATE");
  return relation;
}
