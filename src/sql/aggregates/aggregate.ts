/**
 * How aggregates run: `compileAggregate` gives a factory of states; the executor makes one state per group, calls
 * `add` for each of its rows and `result` at the end.
 */
import type { Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";

export interface AggregateState {
  /** Takes the frame's current row in. */
  add(frame: Frame): void;
  /** The value over the rows added so far; may be called between adds (window frames). */
  result(frame: Frame): Value;
  /** Back to no rows. */
  reset(): void;
}

export type AggregateFactory = () => AggregateState;
