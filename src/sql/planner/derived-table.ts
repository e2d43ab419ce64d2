/** Derived tables and common table expressions as relations whose rows are in registers. */
import { sqlError } from "../../values/sql-error.ts";
import type { CommonTable, DerivedTable, Query, WithClause } from "../ast/query.ts";
import {
  type BoundColumn,
  type BoundExpression,
  type BoundRegister,
  type Coercibility,
  childrenOf,
  visitReferences,
} from "../binder/bound-expression.ts";
import { Compute } from "../executor/compute.ts";
import type { RowShape } from "../executor/row-buffer.ts";
import { compileExpression } from "../expression/compile.ts";
import type { FromContext } from "./from-clause.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { PlanNode } from "./plan-node.ts";
import {
  isPlain,
  NOTHING_AROUND,
  type OutputColumn,
  type PlannedQuery,
  planQuery,
  type QueryContext,
} from "./query-planner.ts";
import { type QueryLevel, QueryScope } from "./query-scope.ts";
import { planRecursive } from "./recursive-planner.ts";
import { KnownRows, type RelationGroup } from "./relation.ts";
import { isDeterministic } from "./same-expression.ts";
import { type BoundSelect, bindSelect } from "./select-binder.ts";
import { planBoundSelect } from "./select-planner.ts";
import type { Source, SourceColumn } from "./source.ts";
import type { BoundSource } from "./table-source.ts";
import { coercibilityOf } from "./table-source.ts";

/** A name of a WITH clause and the tables it may itself refer to. */
export interface CommonTableEntry {
  readonly table: CommonTable;
  readonly recursive: boolean;
  readonly visible: CommonTables;
  /** Inside its own recursive part: a reference reads the rows of the round before. */
  readonly selfReference?: (alias: string, builder: PlanBuilder) => BoundSource;
}

export class CommonTables {
  readonly #entries: ReadonlyMap<string, CommonTableEntry>;

  constructor(entries: ReadonlyMap<string, CommonTableEntry> = new Map()) {
    this.#entries = entries;
  }

  get(name: string): CommonTableEntry | undefined {
    return this.#entries.get(name.toLowerCase());
  }

  with(name: string, entry: CommonTableEntry): CommonTables {
    return new CommonTables(new Map([...this.#entries, [name.toLowerCase(), entry]]));
  }

  /** Adds the tables of a WITH clause; each sees the ones before it, and itself when RECURSIVE. */
  withClause(clause: WithClause | undefined): CommonTables {
    if (clause === undefined) return this;
    let tables: CommonTables = this;
    const names = new Set<string>();
    for (const table of clause.tables) {
      if (names.has(table.name.toLowerCase())) throw sqlError("ER_NONUNIQ_TABLE", table.name);
      names.add(table.name.toLowerCase());
      tables = tables.with(table.name, { table, recursive: clause.recursive, visible: tables });
    }
    return tables;
  }
}

/** A derived table whose tables and conditions have become the query's own. */
export interface MergedDerived {
  readonly group: RelationGroup;
  readonly source: Source;
}

/**
 * A SELECT of rows as they are (no groups, no DISTINCT, no LIMIT) needs no table of its own: its tables join the query
 * around it, so that conditions on its columns find their indexes. Everything else is read as a table.
 */
function planOrMerge(
  query: Query,
  options: DerivedOptions,
  context: FromContext,
  commonTables: CommonTables,
): BoundSource | MergedDerived {
  const { builder, level } = context;
  const inner: QueryContext = { builder, outer: level.outer, commonTables };
  const { body } = query;
  if (!isPlain(query) || body.kind !== "select" || context.canMerge !== true) {
    const planned = planQuery(query, inner);
    level.outerReferences.push(...planned.outerReferences);
    return derivedSource(planned, options, context);
  }
  const bound = bindSelect(
    body,
    { ...inner, commonTables: commonTables.withClause(query.with) },
    NOTHING_AROUND,
  );
  level.outerReferences.push(...bound.level.outerReferences);
  if (!isMergeable(bound, context)) {
    return derivedSource(planBoundSelect(bound, inner), options, context);
  }
  const names = columnNames(bound.grouping.columns, options);
  const columns = bound.grouping.columns.map(({ expression }, at): SourceColumn => {
    const name = names[at] as string;
    const origin = { database: "", table: options.alias, originalTable: options.alias, originalName: name };
    const shown = { ...expression, coercibility: shownCoercibility(expression) };
    return {
      name,
      hidden: false,
      expression: shown.kind === "column" || shown.kind === "register" ? { ...shown, name, origin } : shown,
    };
  });
  const { relations, conditions } = bound.group;
  return {
    group: { relations, conditions: [...conditions, ...bound.where], fixedOrder: false },
    source: { database: undefined, alias: options.alias, columns },
  };
}

function isMergeable(bound: BoundSelect, context: FromContext): boolean {
  if (bound.isGrouped || bound.group.fixedOrder) return false;
  if (![...bound.where, ...bound.group.conditions].every(isDeterministic)) return false;
  return bound.grouping.columns.every(({ expression }) =>
    // A row of NULLs has NULL in every column, whatever an expression over NULL would give.
    context.isExtended === true
      ? expression.kind === "column"
      : isDeterministic(expression) && !holdsSubquery(expression),
  );
}

function holdsSubquery(expression: BoundExpression): boolean {
  return expression.kind === "subquery" || childrenOf(expression).some(holdsSubquery);
}

function columnNames(planned: readonly OutputColumn[], { columns }: DerivedOptions): readonly string[] {
  if (columns !== undefined && columns.length !== planned.length) throw sqlError("ER_VIEW_WRONG_LIST");
  const seen = new Set<string>();
  return planned.map((column, at) => {
    const name = columns?.[at] ?? column.name;
    if (seen.has(name.toLowerCase())) throw sqlError("ER_DUP_FIELDNAME", name);
    seen.add(name.toLowerCase());
    return name;
  });
}

function shownCoercibility(expression: BoundExpression): Coercibility {
  return expression.kind === "column" || expression.kind === "register"
    ? expression.coercibility
    : coercibilityOf(expression.type);
}

export function planDerived(reference: DerivedTable, context: FromContext): BoundSource | MergedDerived {
  const { builder, level, commonTables } = context;
  const { alias, columns, lateral, query } = reference;
  if (!lateral) return planOrMerge(query, { alias, columns, lateral }, context, commonTables);
  const scope = new QueryScope(level, {
    clause: "field list",
    aggregates: "forbidden",
    windows: false,
    aliases: "none",
  });
  const planned = planQuery(query, { builder, outer: scope, commonTables });
  // References to this level's own sources are not this level's correlation.
  const own = new KnownRows(shapeOf(level));
  level.outerReferences.push(...planned.outerReferences.filter((item) => !own.has(item)));
  return derivedSource(planned, { alias, columns, lateral }, context);
}

/** The slots and registers of a query's sources. */
function shapeOf(level: QueryLevel): RowShape {
  const slots: number[] = [];
  const registers: number[] = [];
  for (const source of level.sources) {
    for (const { expression } of source.columns) {
      visitReferences(expression, (reference) => {
        if (reference.kind === "column") slots.push(reference.slot);
        else registers.push(reference.register);
      });
    }
  }
  return { slots, registers };
}

export function planCommonTable(
  entry: CommonTableEntry,
  alias: string,
  context: FromContext,
): BoundSource | MergedDerived {
  const { builder } = context;
  if (entry.selfReference !== undefined) return entry.selfReference(alias, builder);
  if (entry.recursive) {
    const recursive = planRecursive(entry, context);
    if (recursive !== undefined) {
      return derivedSource(recursive, { alias, columns: entry.table.columns, lateral: false }, context);
    }
  }
  const options = { alias, columns: entry.table.columns, lateral: false };
  return planOrMerge(entry.table.query, options, context, entry.visible);
}

interface DerivedOptions {
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
  readonly lateral: boolean;
}

function derivedSource(planned: PlannedQuery, options: DerivedOptions, context: FromContext): BoundSource {
  const { builder } = context;
  const { alias } = options;
  const names = columnNames(planned.columns, options);
  const registers = builder.addRegisters(planned.columns.length);
  const shape = { slots: [], registers };
  const sourceColumns = planned.columns.map(({ expression }, at) => {
    const name = names[at] as string;
    return {
      name,
      hidden: false,
      expression: {
        kind: "register" as const,
        register: registers[at] as number,
        name,
        type: expression.type,
        nullable: expression.nullable,
        coercibility: shownCoercibility(expression),
        ...(expression.displayLength !== undefined ? { displayLength: expression.displayLength } : {}),
        ...(expression.decimals !== undefined ? { decimals: expression.decimals } : {}),
        origin: { database: "", table: alias, originalTable: alias, originalName: name },
      },
    };
  });
  const references: readonly (BoundColumn | BoundRegister)[] = planned.outerReferences;
  return {
    source: { database: undefined, alias, columns: sourceColumns },
    relation: {
      kind: "registers",
      alias,
      shape,
      lateral: options.lateral ? references : [],
      correlated: references.length > 0,
      plan: () => computedInto(planned, registers, builder),
    },
  };
}

/** The query with its columns' values put into the registers. */
function computedInto(planned: PlannedQuery, registers: readonly number[], builder: PlanBuilder): PlanNode {
  const { node } = planned;
  return {
    shape: { slots: [], registers },
    rows: node.rows,
    explain: node.explain,
    build: () =>
      new Compute(
        node.build(),
        planned.columns.map((column, at) => ({
          register: registers[at] as number,
          evaluate: compileExpression(column.expression, builder),
        })),
      ),
  };
}
