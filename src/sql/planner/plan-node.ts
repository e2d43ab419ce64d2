/**
 * A node of the physical plan. Nodes are made while planning and built into operators afterwards, when it is settled
 * how every slot is read, so that expressions are compiled for that.
 */
import type { Operator } from "../executor/frame.ts";
import type { RowShape } from "../executor/row-buffer.ts";

/** How EXPLAIN shows a node. */
export interface ExplainNode {
  /** FORMAT=TREE's text for the node */
  readonly text: string;
  readonly rows: number;
  readonly children: readonly ExplainNode[];
  /** Present on nodes that read a table: a row of the traditional format. */
  readonly table?: ExplainTable;
}

export interface ExplainTable {
  readonly name: string;
  /** ALL, index, range, ref, eq_ref, const, system */
  readonly accessType: string;
  readonly possibleKeys: readonly string[];
  readonly key: string | undefined;
  readonly keyLength: number | undefined;
  readonly ref: string | undefined;
  readonly filtered: number;
  readonly extra: readonly string[];
}

export interface PlanNode {
  /** Slots and registers that its rows set. */
  readonly shape: RowShape;
  /** Estimated. */
  readonly rows: number;
  readonly explain: ExplainNode;
  build(): Operator;
}

export const NO_SHAPE: RowShape = { slots: [], registers: [] };

export function joinShapes(...shapes: readonly RowShape[]): RowShape {
  return {
    slots: [...new Set(shapes.flatMap((shape) => shape.slots))],
    registers: [...new Set(shapes.flatMap((shape) => shape.registers))],
  };
}
