/** Plan nodes that group rows. */

import { compileAggregate } from "../aggregates/compile-aggregate.ts";
import type { BoundExpression, BoundRegister } from "../binder/bound-expression.ts";
import { type AggregateColumn, HashAggregate } from "../executor/hash-aggregate.ts";
import { RollupAggregate } from "../executor/rollup-aggregate.ts";
import { Sort } from "../executor/sort.ts";
import { toSortValue } from "../executor/sort-value.ts";
import { StreamAggregate } from "../executor/stream-aggregate.ts";
import { compileExpression } from "../expression/compile.ts";
import { groupKeyFor, sortKeyPartsFor, sortKeysFor } from "./key-compilation.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { PlanNode } from "./plan-node.ts";
import type { PlacedAggregate } from "./query-scope.ts";

export interface AggregateOptions {
  readonly input: PlanNode;
  /** undefined: aggregates without GROUP BY */
  readonly keys: readonly BoundExpression[] | undefined;
  readonly aggregates: readonly PlacedAggregate[];
  /** The rows come group by group. */
  readonly streamed: boolean;
  readonly rollup: readonly { readonly key: BoundExpression; readonly register: BoundRegister }[];
}

export function aggregateNode(options: AggregateOptions, builder: PlanBuilder): PlanNode {
  const { input, keys, aggregates, rollup, streamed } = options;
  const registers = aggregates.map((placed) => placed.register.register);
  // Without GROUP BY there is a row even over no rows.
  if (keys === undefined) for (const slot of input.shape.slots) builder.nullableSlots.add(slot);
  const rows = keys === undefined ? 1 : Math.max(1, Math.ceil(input.rows / 10));
  const compiled = (): AggregateColumn[] =>
    aggregates.map((placed) => ({
      register: placed.register.register,
      factory: compileAggregate(placed.aggregate, builder),
    }));
  const rollupRegisters = rollup.map((item) => item.register.register);
  return {
    shape: {
      slots: input.shape.slots,
      registers: [...new Set([...input.shape.registers, ...registers, ...rollupRegisters])],
    },
    rows,
    explain: {
      text: keys === undefined ? "Aggregate" : streamed ? "Group aggregate" : "Group aggregate with hashing",
      rows,
      children: [input.explain],
    },
    build: () => {
      const operator = input.build();
      if (rollup.length > 0) {
        const order = rollup.map((item) => ({ expression: item.key, descending: false }));
        return new RollupAggregate({
          input: new Sort({
            input: operator,
            keys: sortKeysFor(order, builder),
            keyParts: sortKeyPartsFor(order, builder),
            shape: input.shape,
            limit: undefined,
          }),
          keys: rollup.map((item) => ({
            evaluate: compileExpression(item.key, builder),
            toSortValue: toSortValue(item.key.type),
            register: item.register.register,
          })),
          aggregates: compiled(),
          shape: input.shape,
        });
      }
      if (keys !== undefined && streamed) {
        return new StreamAggregate({
          input: operator,
          key: groupKeyFor(keys, builder),
          aggregates: compiled(),
          shape: input.shape,
        });
      }
      return new HashAggregate({
        input: operator,
        key: keys === undefined ? undefined : groupKeyFor(keys, builder),
        aggregates: compiled(),
        shape: input.shape,
      });
    },
  };
}
