/** Status flags of a session, and what of it changed since a client was last told. */
import type { SessionStatus } from "../sql/api.ts";
import {
  SERVER_STATUS_AUTOCOMMIT,
  SERVER_STATUS_IN_TRANS,
  SERVER_STATUS_IN_TRANS_READONLY,
  SERVER_STATUS_NO_BACKSLASH_ESCAPES,
} from "../wire/protocol.ts";
import type { SessionChanges } from "../wire/response.ts";

export function statusFlagsOf(status: SessionStatus): number {
  return (
    (status.autocommit ? SERVER_STATUS_AUTOCOMMIT : 0) |
    (status.inTransaction ? SERVER_STATUS_IN_TRANS : 0) |
    (status.readOnlyTransaction ? SERVER_STATUS_IN_TRANS_READONLY : 0) |
    (status.noBackslashEscapes ? SERVER_STATUS_NO_BACKSLASH_ESCAPES : 0)
  );
}

/** The variables tracked are those of MySQL's default session_track_system_variables that a status holds. */
export class SessionTracker {
  #database: string | undefined;
  #autocommit = true;
  #clientCharset = "";
  #resultsCharset: string | undefined;

  constructor(status: SessionStatus) {
    this.#remember(status);
  }

  /** Undefined when nothing changed since the last call. */
  takeChanges(status: SessionStatus): SessionChanges | undefined {
    const databaseChanged = status.database !== this.#database;
    const autocommitChanged = status.autocommit !== this.#autocommit;
    const clientChanged = status.clientCharset !== this.#clientCharset;
    const resultsChanged = status.resultsCharset !== this.#resultsCharset;
    if (!databaseChanged && !autocommitChanged && !clientChanged && !resultsChanged) return undefined;
    const variables: (readonly [string, string])[] = [];
    if (autocommitChanged) variables.push(["autocommit", status.autocommit ? "ON" : "OFF"]);
    if (clientChanged) variables.push(["character_set_client", status.clientCharset]);
    if (resultsChanged) variables.push(["character_set_results", status.resultsCharset ?? ""]);
    this.#remember(status);
    return databaseChanged ? { schema: status.database ?? "", variables } : { variables };
  }

  /** Tells the database again even when it is the same one, as MySQL does after USE. */
  forgetDatabase(): void {
    this.#database = undefined;
  }

  #remember(status: SessionStatus): void {
    this.#database = status.database;
    this.#autocommit = status.autocommit;
    this.#clientCharset = status.clientCharset;
    this.#resultsCharset = status.resultsCharset;
  }
}
