/**
 * ONLY_FULL_GROUP_BY: what a grouped query shows must be decided by its group keys: equal to one of them, an
 * aggregate, or a column that the keys determine (the key holds a unique key of its table, or a condition makes it
 * equal to something determined).
 */
import { SqlError, sqlError } from "../../values/sql-error.ts";
import { type BoundColumn, type BoundExpression, childrenOf } from "../binder/bound-expression.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { isRowIndependent, sameExpression } from "./same-expression.ts";

export interface GroupCheck {
  readonly keys: readonly BoundExpression[];
  /** Conditions of WHERE and of inner joins, that hold for every row. */
  readonly conditions: readonly BoundExpression[];
  readonly aggregateRegisters: ReadonlySet<number>;
  readonly builder: PlanBuilder;
}

const id = (column: BoundColumn) => `${column.slot}.${column.column}`;

export class DeterminedColumns {
  readonly #known = new Set<string>();
  readonly #check: GroupCheck;

  constructor(check: GroupCheck) {
    this.#check = check;
    for (const key of check.keys) if (key.kind === "column") this.#known.add(id(key));
    let before = -1;
    while (this.#known.size !== before) {
      before = this.#known.size;
      this.#addByConditions();
      this.#addByUniqueKeys();
    }
  }

  #addByConditions(): void {
    for (const condition of this.#check.conditions) {
      if (condition.kind !== "comparison" || condition.operator !== "=") continue;
      for (const [column, other] of [
        [condition.left, condition.right],
        [condition.right, condition.left],
      ] as const) {
        if (column.kind === "column" && (isRowIndependent(other) || this.determines(other)))
          this.#known.add(id(column));
      }
    }
  }

  #addByUniqueKeys(): void {
    this.#check.builder.tables.forEach(({ table }, slot) => {
      const { schema } = table.view;
      const keys = [
        schema.primaryKey,
        ...schema.indexes.filter((index) => index.kind === "unique").map((index) => index.parts),
      ];
      const position = (columnId: number) => schema.columns.findIndex((column) => column.id === columnId);
      const determined = keys.some(
        (parts) =>
          parts.length > 0 &&
          parts.every((part) => {
            const at = position(part.columnId);
            return (
              part.prefixLength === undefined &&
              schema.columns[at]?.nullable === false &&
              this.#known.has(`${slot}.${at}`)
            );
          }),
      );
      if (determined) for (const at of schema.columns.keys()) this.#known.add(`${slot}.${at}`);
    });
  }

  /** True when equal group keys mean equal values. */
  determines(expression: BoundExpression): boolean {
    return this.firstUndetermined(expression) === undefined;
  }

  firstUndetermined(expression: BoundExpression): BoundExpression | undefined {
    if (this.#check.keys.some((key) => sameExpression(key, expression))) return undefined;
    if (expression.kind === "column")
      return this.#known.has(id(expression)) || this.#isOuter(expression) ? undefined : expression;
    if (expression.kind === "register") {
      // Aggregates are decided by the group; a derived table's columns only by equal keys, seen above.
      if (this.#check.aggregateRegisters.has(expression.register) || expression.name === undefined)
        return undefined;
      return this.#derivedDetermined(expression.register) ? undefined : expression;
    }
    if (expression.kind === "call" && expression.name === "any_value") return undefined;
    for (const child of childrenOf(expression)) {
      const found = this.firstUndetermined(child);
      if (found !== undefined) return found;
    }
    if (expression.kind === "subquery") {
      for (const reference of expression.plan.outerReferences) {
        const found = this.firstUndetermined(reference);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #isOuter(column: BoundColumn): boolean {
    return this.#check.builder.tables[column.slot] === undefined;
  }

  #derivedDetermined(register: number): boolean {
    return this.#check.conditions.some(
      (condition) =>
        condition.kind === "comparison" &&
        condition.operator === "=" &&
        [
          [condition.left, condition.right],
          [condition.right, condition.left],
        ].some(
          ([side, other]) =>
            side?.kind === "register" &&
            side.register === register &&
            other !== undefined &&
            (isRowIndependent(other) || (other.kind === "column" && this.#known.has(id(other)))),
        ),
    );
  }
}

/** Throws 1055 (with GROUP BY) or 1140 (aggregates without). `place` names the list: "SELECT list", "ORDER BY" … */
export function requireDetermined(
  expressions: readonly BoundExpression[],
  determined: DeterminedColumns,
  options: { readonly place: string; readonly grouped: boolean; readonly offset?: number },
): void {
  expressions.forEach((expression, at) => {
    const offending = determined.firstUndetermined(expression);
    if (offending === undefined) return;
    const name = columnText(offending);
    // MySQL sends the newer texts under the older numbers, 1055 and 1140.
    if (options.grouped) {
      throw new SqlError(
        "ER_WRONG_FIELD_WITH_GROUP",
        sqlError("ER_WRONG_FIELD_WITH_GROUP_V2", at + 1, options.place, name).message,
      );
    }
    throw new SqlError(
      "ER_MIX_OF_GROUP_FUNC_AND_FIELDS",
      sqlError("ER_MIX_OF_GROUP_FUNC_AND_FIELDS_V2", at + 1, options.place, name).message,
    );
  });
}

function columnText(expression: BoundExpression): string {
  if ((expression.kind === "column" || expression.kind === "register") && expression.origin !== undefined) {
    const { database, table, originalName } = expression.origin;
    return [database, table, originalName].filter((part) => part !== "").join(".");
  }
  return expression.kind === "column" ? expression.name : "expression";
}
