/** The plan nodes of joins, and the conditions a hash join can match by key. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import { HashJoin } from "../executor/hash-join.ts";
import { Materialize } from "../executor/materialize.ts";
import { type JoinKind, NestedLoopJoin } from "../executor/nested-loop-join.ts";
import { compilePredicate } from "../expression/compile.ts";
import { predicateOf } from "./filter-node.ts";
import { joinKeysFor } from "./key-compilation.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { joinShapes, type PlanNode } from "./plan-node.ts";
import { isEvaluable, type KnownRows, refersTo } from "./relation.ts";

export interface EqualityPair {
  readonly condition: BoundExpression;
  readonly outer: BoundExpression;
  readonly inner: BoundExpression;
}

/** Conditions `outer = inner` that a hash join can match by key: compared as they are stored, in one type. */
export function equalityPairs(
  conditions: readonly BoundExpression[],
  known: KnownRows,
  own: KnownRows,
  context: { readonly all: KnownRows },
): EqualityPair[] | undefined {
  const pairs = conditions.flatMap((condition): EqualityPair[] => {
    if (condition.kind !== "comparison" || condition.operator !== "=") return [];
    const { left, right } = condition;
    if (!isHashable(left, right, condition.rule.kind, condition.rule)) return [];
    const isOuter = (side: BoundExpression) => isEvaluable(side, known, context.all) && !refersTo(side, own);
    const isInner = (side: BoundExpression) => isEvaluable(side, own, context.all) && refersTo(side, own);
    if (isOuter(left) && isInner(right)) return [{ condition, outer: left, inner: right }];
    if (isOuter(right) && isInner(left)) return [{ condition, outer: right, inner: left }];
    return [];
  });
  return pairs.length > 0 ? pairs : undefined;
}

function isHashable(left: BoundExpression, right: BoundExpression, rule: string, full: object): boolean {
  const a = left.type;
  const b = right.type;
  switch (rule) {
    case "integer":
      return a.kind === "integer" && b.kind === "integer";
    case "decimal":
      return a.kind === "decimal" && b.kind === "decimal" && a.scale === b.scale;
    case "double":
      return a.kind === "float" && b.kind === "float";
    case "text":
      return (
        a.kind === "string" &&
        b.kind === "string" &&
        a.collation === b.collation &&
        "collation" in full &&
        full.collation === a.collation
      );
    case "bytes":
      return a.kind === "binary" && b.kind === "binary";
    case "date":
    case "datetime":
      return (
        a.kind === b.kind &&
        (a.kind === "date" || (a.kind === "datetime" && b.kind === "datetime" && a.fraction === b.fraction))
      );
    default:
      return false;
  }
}

export function materialized(input: PlanNode, dependsOnOuter: boolean): PlanNode {
  return {
    ...input,
    explain: input.explain,
    build: () => new Materialize(input.build(), input.shape, dependsOnOuter),
  };
}

/** Keeps the rows for as long as the join they belong to is open: a correlated query opens it again for new rows. */
export function materializedPerOpening(
  input: PlanNode,
  correlated: boolean,
): PlanNode & { readonly perOpening?: boolean } {
  return { ...materialized(input, false), perOpening: correlated };
}

export function loopJoin(
  kind: JoinKind,
  outer: PlanNode,
  inner: PlanNode & { readonly perOpening?: boolean },
  conditions: readonly BoundExpression[],
  builder: PlanBuilder,
): PlanNode {
  const rows = kind === "left" ? Math.max(outer.rows, outer.rows * inner.rows) : outer.rows * inner.rows;
  const names: Record<JoinKind, string> = {
    inner: "inner join",
    left: "left join",
    semi: "semijoin",
    anti: "antijoin",
  };
  return {
    shape: joinShapes(outer.shape, inner.shape),
    rows,
    explain: { text: `Nested loop ${names[kind]}`, rows, children: [outer.explain, inner.explain] },
    build: () => {
      // The inner side's conditions read the outer side's rows, so that one is settled first.
      const outerOperator = outer.build();
      const innerOperator = inner.build();
      return new NestedLoopJoin({
        kind,
        outer: outerOperator,
        inner: innerOperator,
        condition: conditions.length === 0 ? undefined : compilePredicate(predicateOf(conditions), builder),
        innerShape: inner.shape,
        ...(inner.perOpening && innerOperator instanceof Materialize ? { kept: innerOperator } : {}),
      });
    },
  };
}

interface HashJoinNode {
  readonly kind: JoinKind;
  readonly outer: PlanNode;
  readonly inner: PlanNode;
  readonly pairs: readonly EqualityPair[];
  readonly rest: readonly BoundExpression[];
  readonly rows: number;
  readonly dependsOnOuter: boolean;
}

const HASH_JOIN_NAMES: Record<JoinKind, string> = {
  inner: "Inner hash join",
  left: "Left hash join",
  semi: "Hash semijoin",
  anti: "Hash antijoin",
};

export function hashJoin(options: HashJoinNode, builder: PlanBuilder): PlanNode {
  const { kind, outer, inner, pairs, rest, rows } = options;
  return {
    shape: joinShapes(outer.shape, inner.shape),
    rows,
    explain: {
      text: HASH_JOIN_NAMES[kind],
      rows,
      children: [outer.explain, { text: "Hash", rows: inner.rows, children: [inner.explain] }],
    },
    build: () => {
      // Building the sides settles how their slots are read, and so comes first.
      const sides = { outer: outer.build(), inner: inner.build() };
      const keys = joinKeysFor(pairs, builder);
      return new HashJoin({
        kind,
        ...sides,
        outerKey: keys.outer,
        innerKey: keys.inner,
        condition: rest.length === 0 ? undefined : compilePredicate(predicateOf(rest), builder),
        innerShape: inner.shape,
        dependsOnOuter: options.dependsOnOuter,
      });
    },
  };
}
