/** What a statement may ask its session for while it runs. */
import type { SpillSpace } from "../../tables/spill-space.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";

export type WarningLevel = "Note" | "Warning" | "Error";

/** The session's settings that expressions and conversions depend on, fixed for the length of a statement. Every
 *  execution has a context object of its own: what is constant within a statement is cached by its identity. */
export interface StatementContext {
  /** Start of the statement in microseconds since the epoch (NOW() is constant within a statement; SET TIMESTAMP). */
  readonly nowMicros: number;
  /** Offset of the session's time zone from UTC at an instant, in microseconds. */
  timeZoneOffsetMicros(epochMicros: number): number;
  readonly sqlMode: ReadonlySet<string>;
  /** strict mode is on and the statement is one it applies to (no IGNORE) */
  readonly strict: boolean;
  readonly connectionId: number;
  readonly user: string;
  readonly currentUser: string;
  readonly database: string | undefined;
  readonly connectionCharset: string;
  readonly connectionCollation: string;
  getUserVariable(name: string): Value;
  setUserVariable(name: string, value: Value, type: SqlType): void;
  getSystemVariable(name: string, scope: "session" | "global" | "either"): Value;
  warn(level: WarningLevel, errno: number, message: string): void;
  readonly lastInsertId: SqlInteger;
  setLastInsertId(value: SqlInteger): void;
  readonly foundRows: number;
  readonly rowCount: number;
  /** A row's long field stored as a tree of its own. */
  readBlob(slot: number, hash: string): Uint8Array;
  /** Functions that need the engine: active_branch(), hashof(), dolt_version(), get_lock() … and SELECT dolt_x(). */
  callEngineFunction(name: string, args: readonly Value[]): Value;
  readonly signal: AbortSignal;
  /** Where operators put rows that they may not hold in memory. */
  readonly spill: SpillSpace;
}
