/**
 * The values of system variables: global ones shared by a server, and each session's own, which start as copies of
 * the global values of that moment.
 */

import type { DatabaseVariables } from "../../engine/version-control/database-variables.ts";
import { charsetInfo, charsetOfCollation, collationInfo, collationInfoById } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { ConnectionFacts } from "../api.ts";
import type {
  SessionVariables,
  VariableReadScope,
  VariableWriteScope,
} from "../session/session-variables.ts";
import {
  SYSTEM_VARIABLES,
  type SystemVariableDefinition,
  TEXT_TYPE,
  type VariableValue,
  variableText,
  variableType,
} from "./system-variable.ts";
import { type AssignedValue, type AssignmentContext, convertAssigned } from "./variable-value.ts";

type ValueMap = ReadonlyMap<string, VariableValue>;

/** A variable that the session computes: `warning_count`, `last_insert_id`, `timestamp` … */
export interface LiveVariable {
  read(): VariableValue;
  /** Called after SET stored the value; undefined is DEFAULT. */
  write?(value: VariableValue | undefined): void;
}

/** The global values of one server. */
export class GlobalVariables {
  /** Replaced as a whole by each change, so that sessions can keep what they started with. */
  #values: ValueMap;
  readonly #defaults: ValueMap;
  readonly #listeners = new Map<string, (value: VariableValue) => void>();
  /** Variables that the databases hold themselves. */
  readonly databases: DatabaseVariables | undefined;

  /** `settings`: what differs from MySQL's compiled-in defaults (port, datadir, hostname …), by name. */
  constructor(settings: Readonly<Record<string, VariableValue>> = {}, databases?: DatabaseVariables) {
    this.databases = databases;
    const values = new Map<string, VariableValue>();
    for (const definition of SYSTEM_VARIABLES.values()) values.set(definition.name, definition.default);
    for (const [name, value] of Object.entries(settings)) values.set(name, value);
    this.#values = values;
    this.#defaults = values;
  }

  get values(): ValueMap {
    return this.#values;
  }

  get(name: string): VariableValue {
    return this.#values.get(name) ?? null;
  }

  defaultOf(name: string): VariableValue {
    return this.#defaults.get(name) ?? null;
  }

  set(changes: ValueMap): void {
    this.#values = new Map([...this.#values, ...changes]);
    for (const [name, value] of changes) this.#listeners.get(name)?.(value);
  }

  /** Lets a part of the server follow a global value; `follow` is called with each new one. */
  onChange(name: string, follow: (value: VariableValue) => void): void {
    this.#listeners.set(name, follow);
  }
}

function mustGetDefinition(name: string): SystemVariableDefinition {
  const definition = SYSTEM_VARIABLES.get(name);
  if (definition === undefined) throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", name);
  return definition;
}

/** One session's variables. */
export class SystemVariables implements SessionVariables {
  readonly #globals: GlobalVariables;
  readonly #connection: ConnectionFacts;
  readonly #live = new Map<string, LiveVariable>();
  #values: Map<string, VariableValue> = new Map();
  /** The global values when the session began. */
  #base: ValueMap;
  #warn: AssignmentContext["warn"] = () => {};

  constructor(globals: GlobalVariables, connection: ConnectionFacts) {
    this.#globals = globals;
    this.#connection = connection;
    this.#base = globals.values;
    this.reset();
  }

  /** Lets the session answer for a variable itself. */
  bindLive(name: string, variable: LiveVariable): void {
    this.#live.set(name, variable);
  }

  /** Where warnings about adjusted values go. */
  onWarning(warn: AssignmentContext["warn"]): void {
    this.#warn = warn;
  }

  reset(): void {
    this.#base = this.#globals.values;
    this.#values = new Map();
    const { collationId, ignoreSpace, interactive } = this.#connection;
    const collation = collationInfoById(collationId);
    if (collation !== undefined) {
      const charset = charsetOfCollation(collation).name;
      this.#values.set("character_set_client", charset);
      this.#values.set("character_set_connection", charset);
      this.#values.set("character_set_results", charset);
      this.#values.set("collation_connection", collation.name);
    }
    if (ignoreSpace) this.#values.set("sql_mode", `IGNORE_SPACE,${String(this.#base.get("sql_mode"))}`);
    if (interactive) this.#values.set("wait_timeout", this.#base.get("interactive_timeout") ?? 28_800);
    this.#values.set("pseudo_thread_id", this.#connection.connectionId);
  }

  get(name: string, scope: VariableReadScope): Value {
    const ofDatabase = this.#ofDatabase(name, scope);
    if (ofDatabase !== undefined) return ofDatabase;
    return this.#read(mustGetDefinition(name), scope);
  }

  typeOf(name: string, scope: VariableReadScope): SqlType {
    if (this.#ofDatabase(name, scope) !== undefined) return TEXT_TYPE;
    const definition = mustGetDefinition(name);
    this.#checkReadScope(definition, scope);
    return variableType(definition);
  }

  /** A database's variable is global: it belongs to no session. */
  #ofDatabase(name: string, scope: VariableReadScope): string | undefined {
    if (SYSTEM_VARIABLES.has(name)) return undefined;
    const value = this.#globals.databases?.get(name);
    if (value !== undefined && scope === "session") {
      throw sqlError("ER_INCORRECT_GLOBAL_LOCAL_VAR", name, "GLOBAL");
    }
    return value;
  }

  #checkReadScope({ name, scope: has }: SystemVariableDefinition, scope: VariableReadScope): void {
    if (scope === "session" && has === "global") {
      throw sqlError("ER_INCORRECT_GLOBAL_LOCAL_VAR", name, "GLOBAL");
    }
    if (scope === "global" && has === "session") {
      throw sqlError("ER_INCORRECT_GLOBAL_LOCAL_VAR", name, "SESSION");
    }
  }

  #read(definition: SystemVariableDefinition, scope: VariableReadScope): VariableValue {
    this.#checkReadScope(definition, scope);
    const { name } = definition;
    if (scope === "global" || definition.scope === "global") return this.#globals.get(name);
    const live = this.#live.get(name);
    if (live !== undefined) return live.read();
    return this.#own(name);
  }

  #own(name: string): VariableValue {
    const value = this.#values.get(name);
    return value === undefined ? (this.#base.get(name) ?? null) : value;
  }

  set(name: string, scope: VariableWriteScope, assigned: AssignedValue | undefined): void {
    const definition = mustGetDefinition(name);
    checkWriteScope(definition, scope);
    const value = this.#newValue(definition, scope, assigned);
    const changes = new Map<string, VariableValue>([[name, value]]);
    addDependents(changes, name, value);
    if (scope !== "session") {
      this.#globals.set(changes);
      return;
    }
    for (const [changed, changedValue] of changes) this.#values.set(changed, changedValue);
    this.#live.get(name)?.write?.(assigned === undefined ? undefined : value);
  }

  #newValue(
    definition: SystemVariableDefinition,
    scope: VariableWriteScope,
    assigned: AssignedValue | undefined,
  ): VariableValue {
    const { name } = definition;
    if (assigned === undefined) {
      return scope === "session" ? this.#globals.get(name) : this.#globals.defaultOf(name);
    }
    const strictAll = String(this.#own("sql_mode")).split(",").includes("STRICT_ALL_TABLES");
    return convertAssigned(definition, assigned, { strictAll, warn: this.#warn });
  }

  /** `[name, text]` of every variable in a scope, sorted by name: SHOW VARIABLES. */
  list(scope: "global" | "session"): readonly (readonly [string, string])[] {
    const listed: (readonly [string, string])[] = [];
    for (const definition of SYSTEM_VARIABLES.values()) {
      if (scope === "global" && definition.scope === "session") continue;
      const from = scope === "global" || definition.scope === "global" ? "global" : "session";
      listed.push([definition.name, variableText(definition, this.#read(definition, from))]);
    }
    const ofDatabases = this.#globals.databases?.names() ?? [];
    if (ofDatabases.length === 0) return listed;
    for (const name of ofDatabases) listed.push([name, this.#globals.databases?.get(name) ?? ""]);
    return listed.sort(([left], [right]) => (left < right ? -1 : 1));
  }
}

function checkWriteScope(definition: SystemVariableDefinition, scope: VariableWriteScope): void {
  const { name } = definition;
  if (scope === "persist_only") throw sqlError("ER_NOT_SUPPORTED_YET", "SET PERSIST_ONLY");
  if (definition.readOnly) throw sqlError("ER_INCORRECT_GLOBAL_LOCAL_VAR", name, "read only");
  if (scope === "session") {
    if (definition.scope === "global") throw sqlError("ER_GLOBAL_VARIABLE", name);
    if (definition.sessionReadOnly) throw sqlError("ER_VARIABLE_IS_READONLY", "SESSION", name, "GLOBAL");
    return;
  }
  if (definition.scope === "session") throw sqlError("ER_LOCAL_VARIABLE", name);
  if (definition.globalReadOnly) throw sqlError("ER_INCORRECT_GLOBAL_LOCAL_VAR", name, "read only");
  if (scope === "persist") throw sqlError("ER_NOT_SUPPORTED_YET", "SET PERSIST");
}

const CHARSET_PAIRS: readonly (readonly [string, string])[] = [
  ["character_set_connection", "collation_connection"],
  ["character_set_server", "collation_server"],
  ["character_set_database", "collation_database"],
];

/** A character set brings its default collation, a collation its character set. */
function addDependents(changes: Map<string, VariableValue>, name: string, value: VariableValue): void {
  if (typeof value !== "string") return;
  for (const [charset, collation] of CHARSET_PAIRS) {
    if (name === charset) changes.set(collation, charsetInfo(value).defaultCollation);
    if (name === collation) changes.set(charset, charsetOfCollation(collationInfo(value)).name);
  }
}
