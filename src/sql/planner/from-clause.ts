/** Binds a FROM clause: opens tables, plans derived tables, and sorts joins into groups and outer joins. */
import { assert } from "../../base/assert.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { ColumnReference, Expression } from "../ast/expression.ts";
import type { Join, NamedTable, TableReference } from "../ast/query.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { NameScope } from "../binder/name-scope.ts";
import { type CommonTables, type MergedDerived, planCommonTable, planDerived } from "./derived-table.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { joinShapes, NO_SHAPE } from "./plan-node.ts";
import { type QueryLevel, QueryScope } from "./query-scope.ts";
import { conjunctsOf, groupShape, type Relation, type RelationGroup } from "./relation.ts";
import type { MergedColumn, Source, SourceColumn } from "./source.ts";
import { type BoundSource, openComputedTable, openStoredTable } from "./table-source.ts";

export interface FromContext {
  readonly builder: PlanBuilder;
  readonly level: QueryLevel;
  readonly commonTables: CommonTables;
  /** Tables of derived tables may become the query's own. */
  readonly canMerge?: boolean;
  /** Within the side of an outer join that may be shown as a row of NULLs. */
  readonly isExtended?: boolean;
}

interface BoundFrom {
  readonly group: RelationGroup;
  /** The sources below, in the order `*` shows them. */
  readonly sources: readonly Source[];
  readonly merged: readonly MergedColumn[];
}

export function bindFrom(references: readonly TableReference[], context: FromContext): RelationGroup {
  const group: RelationGroup = { relations: [], conditions: [], fixedOrder: false };
  for (const reference of references) {
    const bound = bindReference(reference, context);
    group.relations.push(...bound.group.relations);
    group.conditions.push(...bound.group.conditions);
    group.fixedOrder ||= bound.group.fixedOrder;
    context.level.merged.push(...bound.merged);
  }
  checkAliases(context.level.sources);
  return group;
}

/** 1066 */
function checkAliases(sources: readonly Source[]): void {
  for (const [at, source] of sources.entries()) {
    const twin = sources
      .slice(0, at)
      .find((other) => other.alias === source.alias && other.database === source.database);
    if (twin !== undefined) throw sqlError("ER_NONUNIQ_TABLE", source.alias);
  }
}

function bindReference(reference: TableReference, context: FromContext): BoundFrom {
  switch (reference.kind) {
    case "join":
      return bindJoin(reference, context);
    case "table":
      return leaf(bindNamedTable(reference, context), context);
    case "derived":
      return leaf(planDerived(reference, context), context);
    case "table-function":
      throw sqlError("ER_NOT_SUPPORTED_YET", `table function ${reference.name}()`);
    case "json-table":
      throw sqlError("ER_NOT_SUPPORTED_YET", "JSON_TABLE");
  }
}

function leaf(bound: BoundSource | MergedDerived, context: FromContext): BoundFrom {
  context.level.sources.push(bound.source);
  return {
    group:
      "group" in bound ? bound.group : { relations: [bound.relation], conditions: [], fixedOrder: false },
    sources: [bound.source],
    merged: [],
  };
}

function bindNamedTable(reference: NamedTable, context: FromContext): BoundSource | MergedDerived {
  const { builder, commonTables } = context;
  const common = reference.database === undefined ? commonTables.get(reference.name) : undefined;
  if (common !== undefined) return planCommonTable(common, reference.alias ?? reference.name, context);
  if (reference.partitions.length > 0) throw sqlError("ER_PARTITION_CLAUSE_ON_NONPARTITIONED");
  const asOf = reference.asOf === undefined ? undefined : constantText(reference.asOf);
  const table = builder.catalog.resolveTable(reference.database, reference.name, asOf);
  if (table.kind === "computed") {
    builder.cacheable = false;
    return openComputedTable(table, reference.alias, builder);
  }
  // A name of a tag or a point in time may stand for another commit the next time.
  if (asOf !== undefined || table.revision.root !== undefined) builder.cacheable = false;
  return openStoredTable(table, reference, builder);
}

function constantText(expression: Expression): string {
  if (expression.kind === "string") return Buffer.from(expression.bytes).toString("utf8");
  if (expression.kind === "column" && expression.table === undefined) return expression.name;
  if (expression.kind === "temporal") return expression.text;
  throw sqlError("ER_NOT_SUPPORTED_YET", "AS OF an expression");
}

function bindJoin(join: Join, context: FromContext): BoundFrom {
  const extended: FromContext = { ...context, isExtended: true };
  const left = bindReference(join.left, join.type === "right" ? extended : context);
  const right = bindReference(join.right, join.type === "left" ? extended : context);
  const sources = [...left.sources, ...right.sources];
  const merged: MergedColumn[] = [...left.merged, ...right.merged];
  const conditions = join.on === undefined ? [] : conjunctsOf(bindOn(join.on, sources, context));
  const sharesColumns = join.natural || join.using !== undefined;
  // As MySQL rewrites RIGHT JOIN, `*` shows the right table first when columns are shared.
  if (join.type === "right" && sharesColumns) moveBefore(right.sources, left.sources, context.level);
  const names = join.natural ? commonNames(left, right) : (join.using ?? []);
  for (const name of names) {
    const pair = usingPair(name, left, right, context);
    conditions.push(pair.condition);
    // A RIGHT JOIN shows the right table's column, which is never null-extended.
    merged.push({ name, expression: join.type === "right" ? pair.right : pair.left, of: pair.of });
  }
  if (join.type === "inner" || join.type === "straight") {
    return {
      group: {
        relations: [...left.group.relations, ...right.group.relations],
        conditions: [...left.group.conditions, ...right.group.conditions, ...conditions],
        fixedOrder: left.group.fixedOrder || right.group.fixedOrder || join.type === "straight",
      },
      sources,
      merged,
    };
  }
  const [kept, shownAsNull] = join.type === "left" ? [left, right] : [right, left];
  const relation: Relation = {
    kind: "left-join",
    left: kept.group,
    right: shownAsNull.group,
    conditions,
    shape: joinShapes(NO_SHAPE, groupShape(kept.group), groupShape(shownAsNull.group)),
  };
  const nullable = shownAsNull.sources.map((source) => nullExtended(source, context));
  const shown = sources.map((source) => {
    const at = shownAsNull.sources.indexOf(source);
    return at < 0 ? source : (nullable[at] as Source);
  });
  return {
    group: { relations: [relation], conditions: [], fixedOrder: false },
    sources: shown,
    merged: merged.map((item) => ({
      ...item,
      of: item.of.map((of) => renewed(of)),
      expression: renewed(item.expression),
    })),
  };
}

function moveBefore(moved: readonly Source[], before: readonly Source[], level: QueryLevel): void {
  const at = Math.min(...before.map((source) => level.sources.indexOf(source)));
  for (const source of moved) level.sources.splice(level.sources.indexOf(source), 1);
  level.sources.splice(at, 0, ...moved);
}

/** Expressions replaced when their source became nullable, by the new ones. */
const replaced = new WeakMap<BoundExpression, BoundExpression>();

function renewed(expression: BoundExpression): BoundExpression {
  return replaced.get(expression) ?? expression;
}

/** The same source with every column nullable; takes the old one's place among the query's sources. */
function nullExtended(source: Source, context: FromContext): Source {
  const columns: SourceColumn[] = source.columns.map((column) => {
    if (column.expression.nullable) return column;
    const expression: BoundExpression = { ...column.expression, nullable: true };
    replaced.set(column.expression, expression);
    return { ...column, expression };
  });
  const result: Source = { ...source, columns };
  const at = context.level.sources.indexOf(source);
  assert(at >= 0, "a joined source is one of the query's");
  context.level.sources[at] = result;
  return result;
}

function bindOn(on: Expression, sources: readonly Source[], context: FromContext): BoundExpression {
  const scope: NameScope = new QueryScope(
    context.level,
    { clause: "on clause", aggregates: "forbidden", windows: false, aliases: "none" },
    sources,
  );
  return bindExpression(on, scope, context.builder.environment);
}

function visibleNames(side: BoundFrom): string[] {
  const names = new Map<string, string>();
  for (const source of side.sources) {
    for (const column of source.columns)
      if (!column.hidden) names.set(column.name.toLowerCase(), column.name);
  }
  return [...names.values()];
}

function commonNames(left: BoundFrom, right: BoundFrom): readonly string[] {
  const others = new Set(visibleNames(right).map((name) => name.toLowerCase()));
  return visibleNames(left).filter((name) => others.has(name.toLowerCase()));
}

function findOnSide(
  name: string,
  side: BoundFrom,
): { readonly expression: BoundExpression; readonly of: readonly BoundExpression[] } {
  const lower = name.toLowerCase();
  const found = side.sources.flatMap((source) =>
    source.columns.filter((column) => column.name.toLowerCase() === lower),
  );
  const merged = side.merged.find(
    (item) => item.name.toLowerCase() === lower && found.every((c) => item.of.includes(c.expression)),
  );
  if (merged !== undefined) return { expression: merged.expression, of: merged.of };
  if (found.length > 1) throw sqlError("ER_NON_UNIQ_ERROR", name, "from clause");
  const column = found[0];
  if (column === undefined) throw sqlError("ER_BAD_FIELD_ERROR", name, "from clause");
  return { expression: column.expression, of: [column.expression] };
}

function usingPair(
  name: string,
  left: BoundFrom,
  right: BoundFrom,
  context: FromContext,
): {
  readonly condition: BoundExpression;
  readonly left: BoundExpression;
  readonly right: BoundExpression;
  readonly of: readonly BoundExpression[];
} {
  const onLeft = findOnSide(name, left);
  const onRight = findOnSide(name, right);
  const condition = bindExpression(
    { kind: "binary", operator: "=", left: sideColumn("left"), right: sideColumn("right"), start: 0, end: 0 },
    sidesScope(onLeft.expression, onRight.expression),
    context.builder.environment,
  );
  return {
    condition,
    left: onLeft.expression,
    right: onRight.expression,
    of: [...onLeft.of, ...onRight.of],
  };
}

function sideColumn(name: "left" | "right"): ColumnReference {
  return { kind: "column", name, start: 0, end: 0 };
}

function sidesScope(left: BoundExpression, right: BoundExpression): NameScope {
  const nothing = (): never => {
    throw new TypeError("a USING condition holds two columns only");
  };
  return {
    resolveColumn: (reference) => (reference.name === "left" ? left : right),
    aggregateArguments: nothing,
    placeAggregate: nothing,
    placeWindowCall: nothing,
    planSubquery: nothing,
    valuesOf: nothing,
    defaultOf: nothing,
  };
}
