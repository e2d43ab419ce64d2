/** FOR UPDATE and FOR SHARE: which tables are locked, and the plan node that locks their rows. */
import type { LockWaitPolicy } from "../../engine/api.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { LockingClause } from "../ast/query.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { type LockedSlot, RowLock } from "../executor/row-lock.ts";
import { compilePredicate } from "../expression/compile.ts";
import { predicateOf } from "./filter-node.ts";
import type { PlanBuilder, PlannedTable } from "./plan-builder.ts";
import type { PlanNode } from "./plan-node.ts";
import type { Relation, RelationGroup, StoredRelation } from "./relation.ts";

export function storedRelations(group: RelationGroup): StoredRelation[] {
  return group.relations.flatMap((relation: Relation) => {
    if (relation.kind === "stored") return [relation];
    return relation.kind === "left-join"
      ? [...storedRelations(relation.left), ...storedRelations(relation.right)]
      : [];
  });
}

const FOR_SHARE: readonly LockingClause[] = [{ strength: "share", tables: [], policy: "wait" }];

/** Marks the slots that are read through a writer; returns what to lock. */
export function markLocked(
  locking: readonly LockingClause[],
  group: RelationGroup,
  builder: PlanBuilder,
  isMeant: (relation: StoredRelation) => boolean = () => true,
): LockedSlot[] {
  const locked = new Map<number, LockedSlot>();
  const stored = storedRelations(group).filter(isMeant);
  const clauses = locking.length === 0 && builder.sharesSources ? FOR_SHARE : locking;
  for (const clause of clauses) {
    const named = clause.tables.map((table) => {
      const found = stored.find((relation) => relation.alias === table.name);
      if (found === undefined) throw sqlError("ER_UNRESOLVED_TABLE_LOCK", `\`${table.name}\``);
      return found;
    });
    for (const relation of clause.tables.length > 0 ? named : stored) {
      if (relation.table.revision.readOnly) continue;
      const policy: LockWaitPolicy = clause.policy;
      locked.set(relation.slot, { slot: relation.slot, strength: clause.strength, policy });
      const planned = builder.tables[relation.slot] as PlannedTable;
      planned.forWrite = true;
      planned.lock = { strength: clause.strength, policy };
    }
  }
  return [...locked.values()];
}

export function lockNode(
  input: PlanNode,
  slots: readonly LockedSlot[],
  conditions: readonly BoundExpression[],
  builder: PlanBuilder,
): PlanNode {
  return {
    ...input,
    explain: { text: "Lock rows", rows: input.rows, children: [input.explain] },
    build: () =>
      new RowLock({
        input: input.build(),
        slots,
        recheck: conditions.length === 0 ? undefined : compilePredicate(predicateOf(conditions), builder),
      }),
  };
}
