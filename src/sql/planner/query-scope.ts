/**
 * Names inside one SELECT: columns of its FROM sources, select-list aliases where the clause allows them, then the
 * names of the enclosing query. Notes which outer columns are used, which makes the query correlated.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { ColumnReference } from "../ast/expression.ts";
import type { Query } from "../ast/query.ts";
import {
  type BoundColumn,
  type BoundExpression,
  type BoundRegister,
  type SubqueryPlan,
  visitReferences,
} from "../binder/bound-expression.ts";
import type { BoundAggregate, BoundWindowCall, NameScope } from "../binder/name-scope.ts";
import { sameExpression } from "./same-expression.ts";
import type { MergedColumn, Source, SourceColumn } from "./source.ts";

export type Clause =
  | "field list"
  | "where clause"
  | "on clause"
  | "group statement"
  | "having clause"
  | "order clause"
  | "partition function";

/** A select-list item that later clauses may name. */
export interface NamedItem {
  readonly name: string;
  readonly expression: BoundExpression;
}

export interface PlacedAggregate {
  readonly aggregate: BoundAggregate;
  readonly register: BoundRegister;
}

/** Plans a subquery whose names may reach into `scope`. */
export type PlanSubquery = (query: Query, scope: NameScope) => SubqueryPlan;

/** What all clauses of one SELECT share. */
export class QueryLevel {
  readonly outer: NameScope | undefined;
  readonly sources: Source[] = [];
  merged: MergedColumn[] = [];
  items: NamedItem[] = [];
  /** Bound GROUP BY expressions, for HAVING. */
  groupKeys: readonly BoundExpression[] = [];
  readonly aggregates: PlacedAggregate[] = [];
  readonly outerReferences: (BoundColumn | BoundRegister)[] = [];
  readonly addRegister: () => number;
  readonly planSubquery: PlanSubquery;
  /** WITH ROLLUP: group keys that later clauses must read from registers, because rollup rows show NULL in them. */
  rollupKeys: readonly { readonly key: BoundExpression; readonly register: BoundRegister }[] = [];

  constructor(outer: NameScope | undefined, addRegister: () => number, planSubquery: PlanSubquery) {
    this.outer = outer;
    this.addRegister = addRegister;
    this.planSubquery = planSubquery;
  }

  noteOuter(expression: BoundExpression): void {
    visitReferences(expression, (reference) => this.outerReferences.push(reference));
  }
}

export interface ScopeOptions {
  readonly clause: Clause;
  readonly aggregates: "allowed" | "forbidden" | "inside";
  readonly windows: boolean;
  /** Aliases of the select list: not visible, after columns, before columns, or instead of them (HAVING). */
  readonly aliases: "none" | "after" | "before" | "having";
}

export class QueryScope implements NameScope {
  readonly #level: QueryLevel;
  readonly #options: ScopeOptions;
  /** ON sees only the sources of its join. */
  readonly #visible: readonly Source[] | undefined;

  constructor(level: QueryLevel, options: ScopeOptions, visible?: readonly Source[]) {
    this.#level = level;
    this.#options = options;
    this.#visible = visible;
  }

  resolveColumn(reference: ColumnReference): BoundExpression {
    const found = this.#resolveHere(reference);
    if (found !== undefined) return this.#afterRollup(found);
    const { outer } = this.#level;
    if (outer !== undefined) {
      const fromOuter = this.#resolveOuter(outer, reference);
      this.#level.noteOuter(fromOuter);
      return fromOuter;
    }
    throw this.#unknown(reference);
  }

  #resolveOuter(outer: NameScope, reference: ColumnReference): BoundExpression {
    try {
      return outer.resolveColumn(reference);
    } catch (error) {
      // The clause named in the message is the one the name stands in.
      if (error instanceof Error && "code" in error && error.code === "ER_BAD_FIELD_ERROR")
        throw this.#unknown(reference);
      throw error;
    }
  }

  #unknown(reference: ColumnReference): Error {
    return sqlError("ER_BAD_FIELD_ERROR", writtenName(reference), this.#options.clause);
  }

  #resolveHere(reference: ColumnReference): BoundExpression | undefined {
    switch (this.#options.aliases) {
      case "none":
        return this.#column(reference);
      case "after":
        return this.#column(reference) ?? this.#alias(reference);
      case "before":
        return this.#alias(reference) ?? this.#column(reference);
      case "having":
        return this.#groupKey(reference) ?? this.#alias(reference) ?? this.#groupedColumn(reference);
    }
  }

  /** A column of GROUP BY goes before an alias of the same name. */
  #groupKey(reference: ColumnReference): BoundExpression | undefined {
    const { groupKeys } = this.#level;
    if (groupKeys.length === 0) return undefined;
    const sources = this.#visible ?? this.#level.sources;
    const name = reference.name.toLowerCase();
    const columns = sources
      .filter((source) => matchesSource(source, reference))
      .flatMap((source) => source.columns.filter((column) => column.name.toLowerCase() === name));
    return groupKeys.find((key) => columns.some((column) => sameExpression(column.expression, key)));
  }

  /** HAVING without aggregates around it sees only what the select list or GROUP BY names. */
  #groupedColumn(reference: ColumnReference): BoundExpression | undefined {
    const column = this.#column(reference);
    if (column === undefined) return undefined;
    const level = this.#level;
    const named = [...level.groupKeys, ...level.items.map((item) => item.expression)];
    return named.some((expression) => sameExpression(expression, column)) ? column : undefined;
  }

  #alias(reference: ColumnReference): BoundExpression | undefined {
    const wanted = reference.name.toLowerCase();
    if (reference.table !== undefined) {
      return undefined;
    }
    const found = this.#level.items.filter((item) => item.name.toLowerCase() === wanted);
    const first = found[0]?.expression;
    if (first === undefined) return undefined;
    if (found.some((item) => !sameExpression(item.expression, first))) {
      throw sqlError("ER_NON_UNIQ_ERROR", reference.name, this.#options.clause);
    }
    return first;
  }

  #column(reference: ColumnReference): BoundExpression | undefined {
    const name = reference.name.toLowerCase();
    const sources = this.#visible ?? this.#level.sources;
    const candidates: SourceColumn[] = [];
    for (const source of sources) {
      if (!matchesSource(source, reference)) continue;
      for (const column of source.columns) if (column.name.toLowerCase() === name) candidates.push(column);
    }
    if (reference.table === undefined && candidates.length > 1) {
      const merged = this.#level.merged.find(
        (item) => item.name.toLowerCase() === name && candidates.every((c) => item.of.includes(c.expression)),
      );
      if (merged !== undefined) return merged.expression;
    }
    if (candidates.length > 1)
      throw sqlError("ER_NON_UNIQ_ERROR", writtenName(reference), this.#options.clause);
    return candidates[0]?.expression;
  }

  #afterRollup(found: BoundExpression): BoundExpression {
    if (this.#level.rollupKeys.length === 0 || this.#options.aggregates === "inside") return found;
    return this.#level.rollupKeys.find(({ key }) => sameExpression(key, found))?.register ?? found;
  }

  aggregateArguments(): NameScope {
    if (this.#options.aggregates === "forbidden") throw sqlError("ER_INVALID_GROUP_FUNC_USE");
    if (this.#options.aggregates === "inside") throw sqlError("ER_INVALID_GROUP_FUNC_USE");
    return new QueryScope(this.#level, { ...this.#options, aggregates: "inside", aliases: "none" });
  }

  placeAggregate(aggregate: BoundAggregate): BoundExpression {
    const { aggregates } = this.#level;
    const same = aggregates.find((placed) => sameAggregate(placed.aggregate, aggregate));
    if (same !== undefined) return same.register;
    const register: BoundRegister = {
      kind: "register",
      register: this.#level.addRegister(),
      type: aggregate.type,
      nullable: aggregate.nullable,
      coercibility: aggregate.type.kind === "string" ? 2 : 5,
      ...(aggregate.displayLength !== undefined ? { displayLength: aggregate.displayLength } : {}),
      ...(aggregate.decimals !== undefined ? { decimals: aggregate.decimals } : {}),
    };
    aggregates.push({ aggregate, register });
    return register;
  }

  placeWindowCall(call: BoundWindowCall): BoundExpression {
    if (!this.#options.windows) throw sqlError("ER_WINDOW_INVALID_WINDOW_FUNC_USE", windowName(call));
    throw sqlError("ER_NOT_SUPPORTED_YET", "window functions");
  }

  planSubquery(query: Query): SubqueryPlan {
    return this.#level.planSubquery(query, this);
  }

  valuesOf(_reference: ColumnReference): BoundExpression {
    return { kind: "constant", value: null, type: { kind: "null" }, nullable: true, coercibility: 6 };
  }

  defaultOf(reference: ColumnReference): BoundExpression {
    throw sqlError("ER_NOT_SUPPORTED_YET", `DEFAULT(${reference.name}) in this place`);
  }
}

function matchesSource(source: Source, reference: ColumnReference): boolean {
  if (reference.table === undefined) return true;
  if (source.alias !== reference.table) return false;
  return (
    reference.database === undefined ||
    source.database === undefined ||
    source.database === reference.database
  );
}

function writtenName(reference: ColumnReference): string {
  return [reference.database, reference.table, reference.name].filter((part) => part !== undefined).join(".");
}

function windowName(call: BoundWindowCall): string {
  return typeof call.function === "string" ? call.function : call.function.name;
}

function sameAggregate(left: BoundAggregate, right: BoundAggregate): boolean {
  return (
    left.name === right.name &&
    left.distinct === right.distinct &&
    left.separator === right.separator &&
    left.args.length === right.args.length &&
    left.orderBy.length === right.orderBy.length &&
    left.args.every((arg, at) => sameExpression(arg, right.args[at] as BoundExpression)) &&
    left.orderBy.every((item, at) => {
      const other = right.orderBy[at];
      return (
        other !== undefined &&
        item.descending === other.descending &&
        sameExpression(item.expression, other.expression)
      );
    })
  );
}
