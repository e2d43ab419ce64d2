/**
 * A kept plan runs with other parameters than those it was made for. Where it reads many rows because all indexes looked
 * bad then, the indexes are asked again: one that finds far fewer rows now is worth a new plan.
 */
import type { TableView } from "../../engine/api.ts";
import { type BoundExpression, childrenOf } from "../binder/bound-expression.ts";
import type { Frame } from "../executor/frame.ts";
import type { RangeBuilder } from "../executor/table-scan.ts";
import type { AccessPath } from "./access-path.ts";
import { makeRangeBuilder } from "./key-range-builder.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { StoredRelation } from "./relation.ts";

export interface ValueCheck {
  readonly slot: number;
  /** What the plan expects to read. */
  readonly rows: number;
  readonly paths: readonly { readonly index: number; readonly ranges: RangeBuilder }[];
}

/** Plans that read fewer rows are not worth asking about. */
const CHECKED_ROWS_MIN = 2_000;
/** A new plan is worth it when another path reads so many times fewer rows. */
const FEWER_FACTOR = 20;
const RANGES_MAX = 100;

/** Notes which paths had been possible for a slot, if parameters decide between them. */
export function noteChoice(
  relation: StoredRelation,
  chosen: AccessPath,
  candidates: readonly AccessPath[],
  builder: PlanBuilder,
): void {
  const { slot } = relation;
  builder.valueChecks.delete(slot);
  if (chosen.rows < CHECKED_ROWS_MIN || chosen.dependent) return;
  const others = candidates.filter(
    (path) =>
      !path.dependent && path.parts.some((part) => part.sources.some((source) => holdsParameter(source))),
  );
  if (others.length === 0) return;
  builder.isEstimating = true;
  try {
    const paths = others.map(({ index, parts }) => ({
      index,
      ranges: makeRangeBuilder(relation, index, parts, builder),
    }));
    builder.valueChecks.set(slot, { slot, rows: chosen.rows, paths });
  } finally {
    builder.isEstimating = false;
  }
}

function holdsParameter(expression: BoundExpression): boolean {
  return expression.kind === "parameter" || childrenOf(expression).some(holdsParameter);
}

/** Whether the plan should be made anew for the frame's parameters. */
export function hasBetterPath(check: ValueCheck, view: TableView, frame: Frame): boolean {
  return check.paths.some(({ index, ranges }) => {
    const rows = countOf(index, ranges, view, frame);
    return rows !== undefined && rows * FEWER_FACTOR < check.rows;
  });
}

function countOf(index: number, ranges: RangeBuilder, view: TableView, frame: Frame): number | undefined {
  try {
    const list = ranges(frame);
    if (list.length > RANGES_MAX) return undefined;
    return list.reduce((rows, range) => rows + view.estimateCount(index, range), 0);
  } catch (error) {
    // What can't be told before rows are read is no reason to plan anew; the execution reports what is wrong.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
