/**
 * The pieces a FROM clause is planned from: leaf relations, and outer joins of groups of them. Inner joins have no
 * node of their own: their operands and conditions belong to one group, in which the planner chooses the order.
 */

import type { IndexHint } from "../ast/query.ts";
import type { BoundColumn, BoundExpression, BoundRegister } from "../binder/bound-expression.ts";
import { visitReferences } from "../binder/bound-expression.ts";
import type { RowShape } from "../executor/row-buffer.ts";
import type { StoredTable } from "./catalog.ts";
import type { PlanNode } from "./plan-node.ts";

export interface StoredRelation {
  readonly kind: "stored";
  readonly slot: number;
  readonly alias: string;
  readonly table: StoredTable;
  readonly hints: readonly IndexHint[];
  readonly shape: RowShape;
}

/** Rows in registers: derived and computed tables, CTEs. */
export interface RegisterRelation {
  readonly kind: "registers";
  readonly alias: string;
  readonly shape: RowShape;
  /** Reads other relations of the same FROM (LATERAL), which must come before. */
  readonly lateral: readonly (BoundColumn | BoundRegister)[];
  /** Reads rows of an enclosing query. */
  readonly correlated: boolean;
  plan(): PlanNode;
  /** Equality conditions with values known before the relation is read; computed tables use them. */
  offerHints?(conditions: readonly BoundExpression[]): void;
}

export interface OuterJoinRelation {
  readonly kind: "left-join";
  readonly left: RelationGroup;
  readonly right: RelationGroup;
  readonly conditions: readonly BoundExpression[];
  readonly shape: RowShape;
}

export type Relation = StoredRelation | RegisterRelation | OuterJoinRelation;

export interface RelationGroup {
  readonly relations: Relation[];
  /** ON conditions of the inner joins. */
  readonly conditions: BoundExpression[];
  /** STRAIGHT_JOIN: keep the written order. */
  fixedOrder: boolean;
}

export function groupShape(group: RelationGroup): RowShape {
  return {
    slots: group.relations.flatMap((relation) => relation.shape.slots),
    registers: group.relations.flatMap((relation) => relation.shape.registers),
  };
}

/** The set of slots and registers known at some point of a plan. */
export class KnownRows {
  readonly #slots: ReadonlySet<number>;
  readonly #registers: ReadonlySet<number>;

  constructor(shape: RowShape) {
    this.#slots = new Set(shape.slots);
    this.#registers = new Set(shape.registers);
  }

  has(reference: BoundColumn | BoundRegister): boolean {
    return reference.kind === "column"
      ? this.#slots.has(reference.slot)
      : this.#registers.has(reference.register);
  }
}

/** True when everything in `expression` that belongs to `all` is in `known`: it can be evaluated then. References
 *  to neither are to enclosing queries, and always known. */
export function isEvaluable(expression: BoundExpression, known: KnownRows, all: KnownRows): boolean {
  let evaluable = true;
  visitReferences(expression, (reference) => {
    if (all.has(reference) && !known.has(reference)) evaluable = false;
  });
  return evaluable;
}

export function refersTo(expression: BoundExpression, rows: KnownRows): boolean {
  let refers = false;
  visitReferences(expression, (reference) => {
    if (rows.has(reference)) refers = true;
  });
  return refers;
}

/** Splits AND into its operands. */
export function conjunctsOf(expression: BoundExpression | undefined): BoundExpression[] {
  if (expression === undefined) return [];
  return expression.kind === "and" ? expression.operands.flatMap(conjunctsOf) : [expression];
}

/** What a relation reads of its own and its neighbours' rows while it is joined. */
export function readsOfRelation(relation: Relation): readonly BoundExpression[] {
  switch (relation.kind) {
    case "stored":
      return [];
    case "registers":
      return relation.lateral;
    case "left-join":
      return [
        ...relation.conditions,
        ...[relation.left, relation.right].flatMap((side) => [
          ...side.conditions,
          ...side.relations.flatMap(readsOfRelation),
        ]),
      ];
  }
}
