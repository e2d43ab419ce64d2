/**
 * A table that a statement writes to: its columns as registers of the statement's frame (the row being made), and
 * compiled defaults, generated columns and checks over them. Registers hold values as expressions see them: TIMESTAMP
 * in the session's time zone; {@link TargetTable.toStored} and {@link TargetTable.toLocal} convert.
 */

import type { RowCodec } from "../../tables/row-codec.ts";
import type { Column, TableSchema } from "../../tables/schema.ts";
import type { DateTime } from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import { convertForStore } from "../../values/store/convert-for-store.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { compileExpression, compilePredicate } from "../expression/compile.ts";
import { bindStoredText } from "../planner/generated-column.ts";
import type { PlanBuilder } from "../planner/plan-builder.ts";
import type { SourceColumn } from "../planner/source.ts";
import { coercibilityOf } from "../planner/table-source.ts";
import type { SessionContext } from "../session/session-context.ts";
import { implicitDefault, nowFor } from "./column-default.ts";

interface Generated {
  readonly at: number;
  readonly bound: BoundExpression;
  readonly evaluate: Evaluator;
}

interface Check {
  readonly name: string;
  readonly isViolated: (frame: Frame) => boolean;
}

/** undefined: the column has no default. */
type MakeDefault = ((frame: Frame, context: SessionContext) => Value) | undefined;

export class TargetTable {
  readonly database: string;
  readonly name: string;
  readonly schema: TableSchema;
  readonly codec: RowCodec;
  /** First register of the row being made. */
  readonly base: number;
  readonly width: number;
  /** The row's columns by name. */
  readonly columns: readonly SourceColumn[];
  readonly autoIncrement: number | undefined;
  readonly timestamps: readonly number[];
  readonly hasComputedDefaults: boolean;
  /** The columns that must be given a value; generated ones make theirs. */
  readonly notNull: readonly number[];
  readonly #defaults: readonly MakeDefault[];
  readonly #generated: readonly Generated[];
  readonly #checks: readonly Check[];

  constructor(
    names: { readonly database: string; readonly name: string; readonly alias?: string },
    table: { readonly schema: TableSchema; readonly codec: RowCodec },
    builder: PlanBuilder,
  ) {
    this.database = names.database;
    this.name = names.name;
    this.schema = table.schema;
    this.codec = table.codec;
    this.width = table.schema.columns.length;
    this.base = builder.addRegisters(this.width)[0] ?? 0;
    this.columns = registerColumns(table.schema, this.base, names.alias ?? names.name);
    const automatic = table.schema.columns.findIndex((column) => column.autoIncrement);
    this.autoIncrement = automatic < 0 ? undefined : automatic;
    this.timestamps = table.schema.columns.flatMap((column, at) =>
      column.type.kind === "timestamp" ? [at] : [],
    );
    this.notNull = table.schema.columns.flatMap((column, at) =>
      !column.nullable && column.generated === undefined ? [at] : [],
    );
    this.hasComputedDefaults = table.schema.columns.some((column) => column.default?.kind === "expression");
    const environment = builder.environment;
    const compile = (sql: string, clause: string) =>
      bindStoredText(sql, this.columns, { environment, clause });
    this.#defaults = table.schema.columns.map((column) => makeDefault(column, compile, builder));
    this.#generated = table.schema.columns.flatMap((column, at) => {
      if (column.generated === undefined) return [];
      const bound = compile(column.generated.sql, "generated column function");
      return [{ at, bound, evaluate: compileExpression(bound, builder) }];
    });
    this.#checks = table.schema.checks
      .filter((check) => check.enforced)
      .map((check) => {
        const bound = compile(check.sql, "check constraint expression");
        const negated: BoundExpression = {
          kind: "not",
          operand: bound,
          type: bound.type,
          nullable: bound.nullable,
          coercibility: 5,
        };
        return { name: check.name, isViolated: compilePredicate(negated, builder) };
      });
  }

  /** Position of a column; 1054 when there is none. */
  columnIndex(name: string, clause: string): number {
    const at = this.findColumn(name);
    if (at === undefined) throw sqlError("ER_BAD_FIELD_ERROR", name, clause);
    return at;
  }

  findColumn(name: string): number | undefined {
    const lower = name.toLowerCase();
    const at = this.schema.columns.findIndex((column) => column.name.toLowerCase() === lower);
    return at < 0 ? undefined : at;
  }

  get hasGenerated(): boolean {
    return this.#generated.length > 0;
  }

  /** The default of a column; without one the implicit default of its type, or 1364 in strict mode. */
  defaultValue(at: number, frame: Frame, context: SessionContext): Value {
    const column = this.schema.columns[at] as Column;
    const make = this.#defaults[at];
    if (make !== undefined) return make(frame, context);
    if (column.autoIncrement || column.generated !== undefined) return null;
    if (context.strict) throw sqlError("ER_NO_DEFAULT_FOR_FIELD", column.name);
    context.warn("Warning", 1364, sqlError("ER_NO_DEFAULT_FOR_FIELD", column.name).message);
    return column.nullable ? null : implicitDefault(column.type);
  }

  hasComputedDefault(at: number): boolean {
    return this.schema.columns[at]?.default?.kind === "expression";
  }

  /** DEFAULT as a value: no error for nullable columns without default. */
  hasDefault(at: number): boolean {
    return this.#defaults[at] !== undefined;
  }

  /** Computes generated columns and checks the constraints of the row in the registers. 3819. */
  complete(frame: Frame, context: SessionContext): void {
    for (const { at, bound, evaluate } of this.#generated) {
      const column = this.schema.columns[at] as Column;
      const value = convertForStore(evaluate(frame), bound.type, column.type, column, context);
      if (value === null && !column.nullable) throw sqlError("ER_BAD_NULL_ERROR", column.name);
      frame.registers[this.base + at] = value;
    }
    for (const check of this.#checks) {
      if (check.isViolated(frame)) throw sqlError("ER_CHECK_CONSTRAINT_VIOLATED", check.name);
    }
  }

  /** Generated columns of a row that is already stored (virtual ones are not in it). */
  fillGenerated(frame: Frame, context: SessionContext): void {
    for (const { at, bound, evaluate } of this.#generated) {
      const column = this.schema.columns[at] as Column;
      if (column.generated?.stored) continue;
      frame.registers[this.base + at] = convertForStore(
        evaluate(frame),
        bound.type,
        column.type,
        column,
        context,
      );
    }
  }

  /** The row in the registers as the engine stores it. */
  toStored(frame: Frame, context: SessionContext): Value[] {
    const values = frame.registers.slice(this.base, this.base + this.width);
    for (const at of this.timestamps) {
      const local = values[at] as DateTime | null;
      if (local === null || isZero(local)) continue;
      values[at] = context.localToUtc(local) ?? local;
    }
    return values;
  }

  /** Puts a stored row into the registers. */
  load(values: readonly Value[], frame: Frame, context: SessionContext): void {
    for (let i = 0; i < this.width; i++) frame.registers[this.base + i] = values[i] as Value;
    for (const at of this.timestamps) {
      const utc = values[at] as DateTime | null;
      if (utc !== null && !isZero(utc)) frame.registers[this.base + at] = context.utcToLocal(utc);
    }
    if (this.hasGenerated) this.fillGenerated(frame, context);
  }
}

function isZero(value: DateTime): boolean {
  return value.month === 0 && value.year === 0 && value.day === 0;
}

export function registerColumns(schema: TableSchema, base: number, alias: string): SourceColumn[] {
  return schema.columns.map((column, at) => ({
    name: column.name,
    hidden: column.invisible,
    expression: {
      kind: "register",
      register: base + at,
      name: column.name,
      type: column.type,
      nullable: true,
      coercibility: coercibilityOf(column.type),
      origin: { database: "", table: alias, originalTable: alias, originalName: column.name },
    },
  }));
}

function makeDefault(
  column: Column,
  compile: (sql: string, clause: string) => BoundExpression,
  builder: PlanBuilder,
): MakeDefault {
  const { default: given } = column;
  if (given === undefined) return undefined;
  switch (given.kind) {
    case "literal": {
      const { value } = given;
      return () => value;
    }
    case "now":
      return (_frame, context) => nowFor(given.fraction, context);
    case "expression": {
      const bound = compile(given.sql, "default value expression");
      const evaluate = compileExpression(bound, builder);
      return (frame, context) => convertForStore(evaluate(frame), bound.type, column.type, column, context);
    }
  }
}
