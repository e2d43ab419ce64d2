/** Derived tables and common table expressions as relations whose rows are in registers. */
import { sqlError } from "../../values/sql-error.ts";
import type { CommonTable, DerivedTable, WithClause } from "../ast/query.ts";
import { type BoundColumn, type BoundRegister, visitReferences } from "../binder/bound-expression.ts";
import { Compute } from "../executor/compute.ts";
import type { RowShape } from "../executor/row-buffer.ts";
import { compileExpression } from "../expression/compile.ts";
import type { FromContext } from "./from-clause.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { PlanNode } from "./plan-node.ts";
import { type PlannedQuery, planQuery } from "./query-planner.ts";
import { type QueryLevel, QueryScope } from "./query-scope.ts";
import { planRecursive } from "./recursive-planner.ts";
import { KnownRows } from "./relation.ts";
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

export function planDerived(reference: DerivedTable, context: FromContext): BoundSource {
  const { builder, level, commonTables } = context;
  const lateralScope = reference.lateral
    ? new QueryScope(level, {
        clause: "field list",
        aggregates: "forbidden",
        windows: false,
        aliases: "none",
      })
    : level.outer;
  const planned = planQuery(reference.query, { builder, outer: lateralScope, commonTables });
  // A lateral table's references to this level's own sources are not this level's correlation.
  const own = reference.lateral ? new KnownRows(shapeOf(level)) : undefined;
  level.outerReferences.push(...planned.outerReferences.filter((item) => own?.has(item) !== true));
  return derivedSource(
    planned,
    { alias: reference.alias, columns: reference.columns, lateral: reference.lateral },
    context,
  );
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

export function planCommonTable(entry: CommonTableEntry, alias: string, context: FromContext): BoundSource {
  const { builder, level } = context;
  if (entry.selfReference !== undefined) return entry.selfReference(alias, builder);
  if (entry.recursive) {
    const recursive = planRecursive(entry, context);
    if (recursive !== undefined) {
      return derivedSource(recursive, { alias, columns: entry.table.columns, lateral: false }, context);
    }
  }
  const planned = planQuery(entry.table.query, { builder, outer: level.outer, commonTables: entry.visible });
  level.outerReferences.push(...planned.outerReferences);
  return derivedSource(planned, { alias, columns: entry.table.columns, lateral: false }, context);
}

interface DerivedOptions {
  readonly alias: string;
  readonly columns: readonly string[] | undefined;
  readonly lateral: boolean;
}

function derivedSource(planned: PlannedQuery, options: DerivedOptions, context: FromContext): BoundSource {
  const { builder } = context;
  const { alias, columns } = options;
  if (columns !== undefined && columns.length !== planned.columns.length)
    throw sqlError("ER_VIEW_WRONG_LIST");
  const registers = builder.addRegisters(planned.columns.length);
  const shape = { slots: [], registers };
  const seen = new Set<string>();
  const sourceColumns = planned.columns.map((column, at) => {
    const name = columns?.[at] ?? column.name;
    if (seen.has(name.toLowerCase())) throw sqlError("ER_DUP_FIELDNAME", name);
    seen.add(name.toLowerCase());
    const { expression } = column;
    return {
      name,
      hidden: false,
      expression: {
        kind: "register" as const,
        register: registers[at] as number,
        name,
        type: expression.type,
        nullable: expression.nullable,
        coercibility:
          expression.kind === "column" || expression.kind === "register"
            ? expression.coercibility
            : coercibilityOf(expression.type),
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
