/** The session settings that a statement depends on, read once per change of any variable and then shared. */
import type { SessionVariables } from "./session-variables.ts";

export interface StatementSettings {
  readonly sqlMode: ReadonlySet<string>;
  readonly strict: boolean;
  readonly clientCharset: string;
  readonly connectionCharset: string;
  readonly connectionCollation: string;
  readonly resultsCharset: string | undefined;
  readonly timeZone: string;
  readonly divPrecisionIncrement: number;
  readonly defaultWeekFormat: number;
  readonly groupConcatMaxLen: number;
  readonly lcTimeNames: string;
  readonly foreignKeyChecks: boolean;
  readonly autocommit: boolean;
  /** SET TIMESTAMP in microseconds; 0: NOW() is the time. */
  readonly timestampMicros: number;
  readonly waitTimeoutSeconds: number;
  readonly maxAllowedPacket: number;
}

export function readSettings(variables: SessionVariables): StatementSettings {
  const text = (name: string): string => String(variables.get(name, "session") ?? "");
  const number = (name: string): number => Number(variables.get(name, "session") ?? 0);
  const sqlMode = new Set(
    text("sql_mode")
      .split(",")
      .filter((mode) => mode !== ""),
  );
  const results = variables.get("character_set_results", "session");
  return {
    sqlMode,
    strict: sqlMode.has("STRICT_TRANS_TABLES") || sqlMode.has("STRICT_ALL_TABLES"),
    clientCharset: text("character_set_client"),
    connectionCharset: text("character_set_connection"),
    connectionCollation: text("collation_connection"),
    resultsCharset: results === null ? undefined : String(results),
    timeZone: text("time_zone"),
    divPrecisionIncrement: number("div_precision_increment"),
    defaultWeekFormat: number("default_week_format"),
    groupConcatMaxLen: number("group_concat_max_len"),
    lcTimeNames: text("lc_time_names"),
    foreignKeyChecks: number("foreign_key_checks") !== 0,
    autocommit: number("autocommit") !== 0,
    timestampMicros: Math.round(Number(variables.get("timestamp", "session") ?? 0) * 1_000_000),
    waitTimeoutSeconds: number("wait_timeout"),
    maxAllowedPacket: number("max_allowed_packet"),
  };
}

/** Whether all settings are the same: plans made under equal settings stay good. */
export function sameSettings(left: StatementSettings, right: StatementSettings): boolean {
  for (const name of Object.keys(left) as (keyof StatementSettings)[]) {
    if (name !== "sqlMode" && left[name] !== right[name]) return false;
  }
  return (
    left.sqlMode.size === right.sqlMode.size && [...left.sqlMode].every((mode) => right.sqlMode.has(mode))
  );
}
