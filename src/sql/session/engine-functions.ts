/** Functions that the engine answers: active_branch(), hashof(), get_lock() … and procedures called as functions. */
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { SessionState } from "./session-state.ts";

export interface EngineFunctions {
  /** undefined: there is no such function. */
  typeOf(name: string): SqlType | undefined;
  call(name: string, args: readonly Value[], session: SessionState): Value;
}
