/** Makes relations and name sources of stored and computed tables. */

import type { Column, TableSchema } from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { NamedTable } from "../ast/query.ts";
import type { BoundExpression, Coercibility, ColumnOrigin } from "../binder/bound-expression.ts";
import type { Frame } from "../executor/frame.ts";
import { VirtualScan } from "../executor/virtual-scan.ts";
import { compileExpression } from "../expression/compile.ts";
import type { ComputedTable, StoredTable } from "./catalog.ts";
import { bindGenerated } from "./generated-column.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { Relation } from "./relation.ts";
import { isRowIndependent } from "./same-expression.ts";
import { keyFlags, type Source, type SourceColumn } from "./source.ts";

export interface BoundSource {
  readonly relation: Relation;
  readonly source: Source;
}

export function coercibilityOf(type: SqlType): Coercibility {
  return type.kind === "string" || type.kind === "enum" || type.kind === "set" || type.kind === "binary"
    ? 2
    : 5;
}

function originOf(
  column: Column,
  schema: TableSchema,
  names: { database: string; table: string; alias: string },
): ColumnOrigin {
  return {
    database: names.database,
    table: names.alias,
    originalTable: names.table,
    originalName: column.name,
    ...keyFlags(column, schema),
    ...(column.autoIncrement ? { autoIncrement: true } : {}),
    ...(!column.nullable && column.default === undefined && !column.autoIncrement ? { noDefault: true } : {}),
    ...(column.onUpdateNow !== undefined ? { onUpdateNow: true } : {}),
  };
}

/** The columns of a table in a slot as bound expressions. A virtual generated column is its expression. */
function tableColumns(table: StoredTable, slot: number, alias: string, builder: PlanBuilder): SourceColumn[] {
  const { schema } = table.view;
  const names = { database: table.database, table: table.name, alias };
  const columns: SourceColumn[] = schema.columns.map((column, at) => ({
    name: column.name,
    hidden: column.invisible,
    expression: {
      kind: "column",
      slot,
      column: at,
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      coercibility: coercibilityOf(column.type),
      origin: originOf(column, schema, names),
    },
  }));
  schema.columns.forEach((column, at) => {
    if (column.generated === undefined || column.generated.stored) return;
    const expression = bindGenerated(column, columns, builder.environment);
    columns[at] = { name: column.name, hidden: column.invisible, expression };
  });
  return columns;
}

export function openStoredTable(
  table: StoredTable,
  reference: NamedTable,
  builder: PlanBuilder,
): BoundSource {
  const slot = builder.addSlot(table);
  const alias = reference.alias ?? reference.name;
  for (const hint of reference.hints) {
    for (const name of hint.indexes) {
      const known =
        name.toUpperCase() === "PRIMARY" ||
        table.view.schema.indexes.some((index) => index.name.toLowerCase() === name.toLowerCase());
      if (!known) throw sqlError("ER_KEY_DOES_NOT_EXITS", name, alias);
    }
  }
  return {
    relation: {
      kind: "stored",
      slot,
      alias,
      table,
      hints: reference.hints,
      shape: { slots: [slot], registers: [] },
    },
    source: { database: table.database, alias, columns: tableColumns(table, slot, alias, builder) },
  };
}

export function openComputedTable(
  table: ComputedTable,
  alias: string | undefined,
  builder: PlanBuilder,
): BoundSource {
  const registers = builder.addRegisters(table.columns.length);
  const shape = { slots: [], registers };
  const name = alias ?? table.name;
  const columns: SourceColumn[] = table.columns.map((column, at) => ({
    name: column.name,
    hidden: false,
    expression: {
      kind: "register",
      register: registers[at] as number,
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      coercibility: coercibilityOf(column.type),
      origin: {
        database: table.database,
        table: name,
        originalTable: table.name,
        originalName: column.name,
        ...(column.primaryKey ? { primaryKey: true } : {}),
      },
    },
  }));
  let hinted: { readonly name: string; readonly value: BoundExpression }[] = [];
  return {
    source: { database: table.database, alias: name, columns },
    relation: {
      kind: "registers",
      alias: name,
      shape,
      lateral: [],
      correlated: false,
      offerHints(conditions) {
        hinted = equalities(conditions, columns);
      },
      plan: () => ({
        shape,
        rows: 100,
        explain: {
          text: `Table scan on ${name}`,
          rows: 100,
          children: [],
          table: {
            name,
            accessType: "ALL",
            possibleKeys: [],
            key: undefined,
            keyLength: undefined,
            ref: undefined,
            filtered: 100,
            extra: [],
          },
        },
        build: () => {
          if (table.prepare !== undefined) builder.preparations.push(() => table.prepare?.());
          const hints = hinted.map((hint) => ({
            name: hint.name,
            evaluate: compileExpression(hint.value, builder),
          }));
          return new VirtualScan((frame: Frame) => {
            const values = new Map<string, Value>(hints.map((hint) => [hint.name, hint.evaluate(frame)]));
            return table.rows(frame, values);
          }, registers);
        },
      }),
    },
  };
}

/** `column = value` conditions whose value doesn't depend on any row. */
function equalities(
  conditions: readonly BoundExpression[],
  columns: readonly SourceColumn[],
): { readonly name: string; readonly value: BoundExpression }[] {
  return conditions.flatMap((condition) => {
    if (condition.kind !== "comparison" || condition.operator !== "=") return [];
    for (const [column, value] of [
      [condition.left, condition.right],
      [condition.right, condition.left],
    ] as const) {
      const found = columns.find((item) => item.expression === column);
      if (found !== undefined && isRowIndependent(value)) return [{ name: found.name.toLowerCase(), value }];
    }
    return [];
  });
}
