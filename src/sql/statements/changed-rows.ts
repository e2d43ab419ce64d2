/** The reading half of UPDATE and DELETE: finds, locks and keeps the rows to change before any of them changes. */
import { type MaybePromise, whenDone } from "../../base/maybe-promise.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Delete, Update } from "../ast/data-change.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { ExecutionFrame } from "../executor/execution-frame.ts";
import type { Frame } from "../executor/frame.ts";
import { drive, type RowConsumer } from "../executor/query-driver.ts";
import { RowBuffer } from "../executor/row-buffer.ts";
import type { LockedSlot } from "../executor/row-lock.ts";
import { CommonTables } from "../planner/derived-table.ts";
import { ExecutableQuery } from "../planner/executable-query.ts";
import { bindFrom } from "../planner/from-clause.ts";
import { planGroup } from "../planner/join-planner.ts";
import { lockNode, markLocked, storedRelations } from "../planner/lock-node.ts";
import { chooseOrder } from "../planner/order-choice.ts";
import { limitNode, sortNode } from "../planner/order-limit.ts";
import { simplifyOuterJoins } from "../planner/outer-join-rules.ts";
import type { PlanBuilder, PlannedTable } from "../planner/plan-builder.ts";
import { NO_SHAPE, type PlanNode } from "../planner/plan-node.ts";
import { type QueryContext, subqueryPlanner } from "../planner/query-planner.ts";
import { QueryLevel, QueryScope } from "../planner/query-scope.ts";
import {
  conjunctsOf,
  groupShape,
  KnownRows,
  type RelationGroup,
  type StoredRelation,
} from "../planner/relation.ts";
import { createBuilder } from "../session/select-runner.ts";
import { sharesSources } from "./share-locked.ts";
import type { TransactionRun } from "./statement-run.ts";

/** Room for so many rows is kept for the next execution. */
const ROWS_KEPT_MAX = 64;

/** A bound FROM of UPDATE or DELETE, before its targets are known. */
export class ChangedRows {
  readonly builder: PlanBuilder;
  readonly level: QueryLevel;
  readonly relations: readonly StoredRelation[];
  readonly #source: Update | Delete;
  #run: TransactionRun;
  readonly #context: QueryContext;
  readonly #group: ReturnType<typeof bindFrom>;
  readonly #where: readonly BoundExpression[];
  #executable: ExecutableQuery | undefined;
  #node: PlanNode | undefined;
  /** Has the rows read, while an execution changes them. */
  #collected: RowCollector | undefined;
  /** That of an execution before, empty, for the next one. */
  #kept: RowCollector | undefined;

  constructor(source: Update | Delete, run: TransactionRun) {
    this.#source = source;
    this.#run = run;
    const { session, transaction, parameters, context } = run;
    this.builder = createBuilder(session, transaction, parameters, context);
    this.builder.sharesSources = sharesSources(source, run);
    const commonTables = new CommonTables().withClause(source.with);
    this.#context = { builder: this.builder, outer: undefined, commonTables };
    this.level = new QueryLevel(undefined, () => this.builder.addRegister(), subqueryPlanner(this.#context));
    this.#group = bindFrom(source.tables, { builder: this.builder, level: this.level, commonTables });
    this.relations = storedRelations(this.#group);
    this.#where = this.#bindWhere();
  }

  /** Plans the reading; the target slots are read through writers and locked. */
  plan(targets: readonly StoredRelation[]): void {
    const { builder, level } = this;
    const where = this.#where;
    const group = simplifyOuterJoins(this.#group, where);
    const locked = targets.map((relation): LockedSlot => {
      if (relation.table.revision.readOnly) throw sqlError("ER_OPEN_AS_READONLY", relation.table.name);
      const target = builder.tables[relation.slot] as PlannedTable;
      target.forWrite = true;
      target.lock = { strength: "update", policy: "wait" };
      return { slot: relation.slot, strength: "update", policy: "wait" };
    });
    locked.push(...this.#shareSources(group, targets));
    const order = this.#source.orderBy.map((item) => ({
      expression: bindExpression(item.expression, this.#scope("order clause"), builder.environment),
      descending: item.descending,
    }));
    const all = new KnownRows(groupShape(group));
    const limited = this.#source.limit !== undefined;
    const choice = chooseOrder(order, group, where, { builder, all, limited });
    const planned = planGroup(group, where, NO_SHAPE, {
      builder,
      all,
      ...(choice.first !== undefined ? { first: choice.first } : {}),
    });
    let node: PlanNode = planned.node;
    if (!choice.isOrderedBy(planned.orderedBy))
      node = sortNode(node, order, this.#source.limit, this.#context, level);
    // Locked before counted: a row that vanished while waiting takes no place of LIMIT.
    node = lockNode(node, locked, [...where, ...group.conditions], builder);
    node = limitNode(node, this.#source.limit, { countAll: false }, this.#context, level);
    this.#node = node;
  }

  /** Tables that are only read keep the rows that the change depends on. */
  #shareSources(group: RelationGroup, targets: readonly StoredRelation[]): LockedSlot[] {
    const slots = new Set(targets.map((relation) => relation.slot));
    return markLocked([], group, this.builder, (relation) => !slots.has(relation.slot));
  }

  #bindWhere(): BoundExpression[] {
    const { where } = this.#source;
    if (where === undefined) return [];
    return conjunctsOf(bindExpression(where, this.#scope("where clause"), this.builder.environment));
  }

  #scope(clause: "where clause" | "order clause"): QueryScope {
    return new QueryScope(this.level, { clause, aggregates: "forbidden", windows: false, aliases: "none" });
  }

  /** The plan as EXPLAIN and the executor see it. */
  get executable(): ExecutableQuery {
    if (this.#executable === undefined) {
      if (this.#node === undefined) throw new TypeError("the change is not planned yet");
      this.#executable = new ExecutableQuery(
        { node: this.#node, columns: [], outerReferences: [] },
        this.builder,
      );
    }
    return this.#executable;
  }

  /** Makes the plan that of another execution. */
  rebind(run: TransactionRun): void {
    this.#run = run;
  }

  /** Opens the tables; false when one was redefined and the change must be planned again. */
  open(): MaybePromise<boolean> {
    const { session, transaction } = this.#run;
    const { executable } = this;
    const isOpen = executable.openWriters(transaction, session.settings.foreignKeyChecks);
    return whenDone(isOpen, (opened) => opened && executable.openTables(transaction));
  }

  get frame(): ExecutionFrame {
    return this.executable.frame;
  }

  /** What {@link read} has read. */
  get rows(): RowBuffer {
    if (this.#collected === undefined) throw new TypeError("the rows to change are not read yet");
    return this.#collected.rows;
  }

  /** Reads all rows, the tables being open. They and the frame are there for the writing half until {@link end}. */
  read(): Promise<void> | undefined {
    const { session, parameters, context } = this.#run;
    const { executable } = this;
    const { frame } = executable;
    executable.begin(context, parameters.values);
    context.frame = frame;
    const collector = this.#kept ?? new RowCollector(new RowBuffer((this.#node as PlanNode).shape));
    // An execution that fails leaves nothing behind.
    this.#kept = undefined;
    this.#collected = undefined;
    const pending = drive(executable.operator, frame, collector, session.services.clock);
    if (pending !== undefined)
      return pending.then(() => {
        this.#collected = collector;
      });
    this.#collected = collector;
    return undefined;
  }

  /** Lets go of the rows and tables. */
  end(): void {
    const collector = this.#collected;
    this.#collected = undefined;
    if (collector !== undefined && collector.rows.count <= ROWS_KEPT_MAX) {
      collector.rows.clear();
      this.#kept = collector;
    }
    this.executable.end();
  }
}

class RowCollector implements RowConsumer {
  readonly rows: RowBuffer;

  constructor(rows: RowBuffer) {
    this.rows = rows;
  }

  onRow(frame: Frame): boolean {
    this.rows.push(frame);
    return false;
  }

  backPressure(): undefined {
    return undefined;
  }

  restart(): boolean {
    this.rows.clear();
    return true;
  }
}
