/** Plan nodes that need no choice. */
import { ConstantRows } from "../executor/constant-rows.ts";
import { NO_SHAPE, type PlanNode } from "./plan-node.ts";

/** One row of nothing: SELECT without FROM. */
export function constantRowNode(): PlanNode {
  return {
    shape: NO_SHAPE,
    rows: 1,
    explain: { text: "Rows fetched before execution", rows: 1, children: [] },
    build: () => new ConstantRows([[]], []),
  };
}
