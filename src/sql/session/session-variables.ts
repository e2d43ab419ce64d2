/** What the session needs of its system variables; the module of variables implements it. */
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";

export type VariableReadScope = "session" | "global" | "either";
export type VariableWriteScope = "session" | "global" | "persist" | "persist_only";

export interface SessionVariables {
  /** 1193 unknown, 1238 wrong scope. Names are lower case. */
  get(name: string, scope: VariableReadScope): Value;
  typeOf(name: string, scope: VariableReadScope): SqlType;
  /** The value is of the given type; undefined is DEFAULT. 1193, 1227, 1231, 1232, 1238. */
  set(
    name: string,
    scope: VariableWriteScope,
    value: { readonly value: Value; readonly type: SqlType } | undefined,
  ): void;
  /** Back to what a new session has. */
  reset(): void;
}
