/** The functions that the engine answers for a server's sessions: versions, and user locks that need no wait. */
import type { CairnEngine } from "../../engine/cairn-engine.ts";
import { getVersionFunction } from "../../engine/version-control/version-functions.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { EngineFunctions } from "./engine-functions.ts";
import type { SessionState } from "./session-state.ts";
import { isWaitingFunction, takeWaitResult } from "./waiting-calls.ts";

const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 255,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const NUMBER: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
const NUMERIC: ReadonlySet<string> = new Set(["has_ancestor"]);
const LOCK_FUNCTIONS: ReadonlySet<string> = new Set([
  "release_lock",
  "release_all_locks",
  "is_free_lock",
  "is_used_lock",
]);

export class ServerFunctions implements EngineFunctions {
  readonly #engine: CairnEngine;

  constructor(engine: CairnEngine) {
    this.#engine = engine;
  }

  typeOf(name: string): SqlType | undefined {
    const lower = name.toLowerCase();
    if (LOCK_FUNCTIONS.has(lower)) return NUMBER;
    if (getVersionFunction(lower) === undefined) return undefined;
    return NUMERIC.has(lower) ? NUMBER : TEXT;
  }

  call(name: string, args: readonly Value[], session: SessionState): Value {
    const lower = name.toLowerCase();
    if (isWaitingFunction(lower)) return takeWaitResult(lower, session);
    if (LOCK_FUNCTIONS.has(lower)) return lockFunction(lower, args, session);
    const version = getVersionFunction(lower);
    if (version === undefined)
      throw sqlError("ER_SP_DOES_NOT_EXIST", "FUNCTION", `${session.database ?? ""}.${name}`);
    const revision = session.database === undefined ? undefined : session.revisionOf(undefined);
    return version(
      {
        store: revision === undefined ? undefined : this.#engine.versionStore(revision.databaseName),
        branch: revision?.readOnly === true ? undefined : revision?.branch,
      },
      args,
    );
  }
}

function lockFunction(name: string, args: readonly Value[], session: SessionState): Value {
  const { engineSession } = session;
  if (name === "release_all_locks") return engineSession.releaseAllUserLocks();
  const [lock] = args;
  if (lock === null || lock === undefined || lock === "")
    throw sqlError("ER_USER_LOCK_WRONG_NAME", String(lock ?? "NULL"));
  const text = String(lock);
  if (name === "release_lock") return engineSession.releaseUserLock(text);
  const holder = engineSession.userLockHolder(text);
  return name === "is_free_lock" ? (holder === null ? 1 : 0) : holder;
}
