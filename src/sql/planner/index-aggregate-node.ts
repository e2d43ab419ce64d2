/** Plans aggregates that an index answers: see executor/index-aggregate.ts. */
import type { TableSchema } from "../../tables/schema.ts";
import { type BoundExpression, visitReferences } from "../binder/bound-expression.ts";
import { IndexAggregate, type IndexAggregateItem } from "../executor/index-aggregate.ts";
import { compileExpression } from "../expression/compile.ts";
import {
  type AccessPath,
  candidatePaths,
  indexParts,
  isOneValue,
  isUsable,
  type PathContext,
} from "./access-path.ts";
import type { ColumnCondition, IndexableCondition } from "./condition-analysis.ts";
import { makeRangeBuilder } from "./key-range-builder.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { NO_SHAPE, type PlanNode } from "./plan-node.ts";
import type { PlacedAggregate } from "./query-scope.ts";
import { KnownRows, type RelationGroup, type StoredRelation } from "./relation.ts";

export interface IndexAggregateOptions {
  readonly group: RelationGroup;
  readonly conditions: readonly BoundExpression[];
  readonly aggregates: readonly PlacedAggregate[];
  /** Everything evaluated on the one row that comes out. */
  readonly others: readonly BoundExpression[];
  readonly all: KnownRows;
}

/** Undefined when the rows have to be read. */
export function indexAggregateNode(
  options: IndexAggregateOptions,
  builder: PlanBuilder,
): PlanNode | undefined {
  const { group, aggregates, others } = options;
  const [relation] = group.relations;
  if (relation?.kind !== "stored" || group.relations.length > 1 || aggregates.length === 0) return undefined;
  if (builder.tables[relation.slot]?.forWrite !== false) return undefined;
  if (others.some((expression) => readsSlot(expression, relation.slot))) return undefined;
  const makers: ((register: number) => IndexAggregateItem)[] = [];
  for (const { aggregate } of aggregates) {
    const maker =
      aggregate.name === "count"
        ? countMaker(aggregate, relation, options, builder)
        : aggregate.name === "min" || aggregate.name === "max"
          ? firstMaker(aggregate.args[0], aggregate.name, { relation, options, builder })
          : undefined;
    if (maker === undefined) return undefined;
    makers.push(maker);
  }
  const registers = aggregates.map((placed) => placed.register.register);
  // What else is asked of the row is NULL.
  builder.nullableSlots.add(relation.slot);
  return {
    shape: { slots: relation.shape.slots, registers },
    rows: 1,
    explain: { text: "Rows fetched before execution", rows: 1, children: [] },
    build: () =>
      new IndexAggregate(
        relation.slot,
        makers.map((make, at) => make(registers[at] as number)),
      ),
  };
}

function readsSlot(expression: BoundExpression, slot: number): boolean {
  let reads = false;
  visitReferences(expression, (reference) => {
    if (reference.kind === "column" && reference.slot === slot) reads = true;
  });
  return reads;
}

type Maker = (register: number) => IndexAggregateItem;

/** Rows are counted: COUNT(*), or COUNT of what is never NULL. */
function countMaker(
  aggregate: PlacedAggregate["aggregate"],
  relation: StoredRelation,
  options: IndexAggregateOptions,
  builder: PlanBuilder,
): Maker | undefined {
  const [argument] = aggregate.args;
  if (aggregate.distinct || aggregate.args.length > 1) return undefined;
  const isAlwaysThere =
    argument === undefined ||
    (!argument.nullable && (argument.kind === "constant" || argument.kind === "column"));
  if (!isAlwaysThere) return undefined;
  if (options.conditions.length === 0)
    return (register) => ({ kind: "count", register, index: 0, ranges: undefined });
  const path = cheapest(completePaths(relation, options, builder));
  if (path === undefined) return undefined;
  return (register) => ({
    kind: "count",
    register,
    index: path.index,
    ranges: makeRangeBuilder(relation, path.index, path.parts, builder),
  });
}

function cheapest(paths: readonly AccessPath[]): AccessPath | undefined {
  return paths.reduce<AccessPath | undefined>(
    (best, path) => (best === undefined || path.cost < best.cost ? path : best),
    undefined,
  );
}

/** Paths whose ranges say all that the conditions say. */
function completePaths(
  relation: StoredRelation,
  { conditions, all }: IndexAggregateOptions,
  builder: PlanBuilder,
): AccessPath[] {
  const context: PathContext = { builder, known: new KnownRows(NO_SHAPE), all };
  return candidatePaths(relation, conditions, context).filter((path) =>
    conditions.every((condition) => path.consumed.has(condition)),
  );
}

interface FirstContext {
  readonly relation: StoredRelation;
  readonly options: IndexAggregateOptions;
  readonly builder: PlanBuilder;
}

/** The smallest or greatest value is at an end of an index whose parts before the column have one value each. */
function firstMaker(
  argument: BoundExpression | undefined,
  name: "min" | "max",
  context: FirstContext,
): Maker | undefined {
  const { relation, options, builder } = context;
  if (argument?.kind !== "column" || argument.slot !== relation.slot) return undefined;
  // Enumerations and sets may compare as text, and bits of a key are no order of JSON.
  if (["enum", "set", "json", "geometry", "bit"].includes(argument.type.kind)) return undefined;
  const found =
    options.conditions.length === 0
      ? relation.table.view.schema.indexes
          .map((_, at) => at + 1)
          .concat(0)
          .map((index) => ({ index, parts: [] as readonly IndexableCondition[] }))
          .filter(({ index }) => isUsable(relation, index))
      : completePaths(relation, options, builder);
  for (const { index, parts } of found) {
    const ends = endsAtColumn(relation.table.view.schema, index, parts, argument.column);
    if (ends === undefined) continue;
    const direction = (name === "min") === ends.descending ? "backward" : "forward";
    const { codec } = relation.table;
    return (register) => ({
      kind: "first",
      register,
      index,
      ranges: makeRangeBuilder(relation, index, ends.parts, builder, direction),
      direction,
      primaryKeyOf: (bytes, start, end) =>
        bytes.subarray(codec.primaryKeyStart(index, bytes, start, end), end),
      evaluate: compileExpression(argument, builder),
    });
  }
  return undefined;
}

function admitsNull(condition: ColumnCondition): boolean {
  switch (condition.kind) {
    case "null":
      return true;
    case "equal":
      return condition.nullSafe;
    case "any":
      return condition.of.some(admitsNull);
    default:
      return false;
  }
}

interface Ends {
  readonly parts: readonly IndexableCondition[];
  readonly descending: boolean;
}

function endsAtColumn(
  schema: TableSchema,
  index: number,
  parts: readonly IndexableCondition[],
  column: number,
): Ends | undefined {
  const definitions = indexParts(schema, index);
  const fixed = parts.findIndex(({ condition }) => !isOneValue(condition) && condition.kind !== "null");
  const at = fixed < 0 ? parts.length : fixed;
  if (fixed >= 0 && fixed < parts.length - 1) return undefined;
  // NULL would come first, which is neither the smallest nor the greatest.
  const own = parts[fixed];
  if (own !== undefined && admitsNull(own.condition)) return undefined;
  const definition = definitions[at];
  if (definition === undefined || definition.prefixLength !== undefined) return undefined;
  if (schema.columns[column]?.id !== definition.columnId) return undefined;
  // Without a condition on the column: all its values, but not NULL.
  const whole: IndexableCondition = { column, condition: { kind: "range" }, sources: [], exact: true };
  return { parts: fixed < 0 ? [...parts, whole] : parts, descending: definition.descending };
}
