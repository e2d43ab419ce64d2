/** Variables for tests of single layers: a plain map with MySQL's defaults of what the SQL layer reads. */
import type { SessionVariables, VariableReadScope, VariableWriteScope } from "../../src/sql/session/session-variables.ts";
import { sqlError } from "../../src/values/sql-error.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

const DEFAULTS: Readonly<Record<string, Value>> = {
  sql_mode: "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
  character_set_client: "utf8mb4",
  character_set_connection: "utf8mb4",
  character_set_results: "utf8mb4",
  character_set_database: "utf8mb4",
  collation_connection: "utf8mb4_0900_ai_ci",
  collation_database: "utf8mb4_0900_ai_ci",
  collation_server: "utf8mb4_0900_ai_ci",
  time_zone: "+00:00",
  timestamp: 0,
  div_precision_increment: 4,
  default_week_format: 0,
  group_concat_max_len: 1024,
  lc_time_names: "en_US",
  foreign_key_checks: 1,
  unique_checks: 1,
  autocommit: 1,
  innodb_lock_wait_timeout: 50,
  lock_wait_timeout: 31536000,
  sql_notes: 1,
  max_error_count: 1024,
  wait_timeout: 28800,
  max_allowed_packet: 67108864,
  cte_max_recursion_depth: 1000,
  transaction_isolation: "REPEATABLE-READ",
  transaction_read_only: 0,
  secure_file_priv: "",
  local_infile: 1,
};

const TEXT: SqlType = { kind: "string", name: "varchar", length: 1024, charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" };
const NUMBER: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };

export class SimpleVariables implements SessionVariables {
  #values = new Map(Object.entries(DEFAULTS));

  get(name: string, _scope: VariableReadScope): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", name);
    return value;
  }

  typeOf(name: string, scope: VariableReadScope): SqlType {
    return typeof this.get(name, scope) === "string" ? TEXT : NUMBER;
  }

  set(name: string, scope: VariableWriteScope, value: { readonly value: Value; readonly type: SqlType } | undefined): void {
    this.get(name, scope === "session" ? "session" : "global");
    this.#values.set(name, value === undefined ? (DEFAULTS[name] ?? null) : value.value);
  }

  reset(): void {
    this.#values = new Map(Object.entries(DEFAULTS));
  }
}
