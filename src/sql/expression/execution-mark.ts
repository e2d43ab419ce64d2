/** Remembers for which execution of a plan something was computed, so that the next one computes it anew. */
import type { Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";

export class ExecutionMark {
  #execution = -1;
  #context: StatementContext | undefined;
  #parameters: readonly Value[] | undefined;

  /** True when `frame` is still in the execution last given to {@link set}. */
  isCurrent(frame: Frame): boolean {
    return (
      frame.execution === this.#execution &&
      frame.parameters === this.#parameters &&
      frame.context === this.#context
    );
  }

  set(frame: Frame): void {
    this.#execution = frame.execution;
    this.#context = frame.context;
    this.#parameters = frame.parameters;
  }
}
