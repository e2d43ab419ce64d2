/**
 * Runs procedures for a session: checks privileges first, then gives the procedure its view of the session and of the
 * current database.
 */

import type { TransferProgress } from "../../remotes/transfer-progress.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { EngineSession } from "../api.ts";
import type { CairnEngine } from "../cairn-engine.ts";
import { DatabaseRepository } from "../version-control/database-repository.ts";
import { describeSize, describeTransfer, type RemoteOpener } from "../version-control/remote-opener.ts";
import { createRemoteOpener } from "../version-control/remote-stores.ts";
import { EngineRepositoryServer, nameFromUrl } from "../version-control/repository-server.ts";
import { TransferGate } from "../version-control/transfer-gate.ts";
import type { Procedure } from "./procedure.ts";
import type { ProcedureRegistry } from "./registry.ts";
import type { Identity, Repository } from "./repository.ts";
import type { ProcedureSession, RepositoryServer } from "./session.ts";

/** The calling connection, as the SQL layer knows it. */
export interface CallingSession {
  readonly engineSession: EngineSession;
  readonly user: string;
  readonly host: string;
  readonly identity: Identity;
  /** The current database as USE named it: `db` or `db/branch`. */
  readonly database: string | undefined;
  /** `--read-only`, or SET GLOBAL read_only. */
  readonly readOnlyServer: boolean;
  readonly signal: AbortSignal;
  /** Throws 1370 unless the account may call this procedure on the current database. */
  requireExecute(procedure: Procedure): void;
  /** Throws 1044 unless the account may make, and drop when `replace`, a database of this name. */
  requireDatabase(name: string, replace: boolean): void;
  /** What USE does, without its checks: after a checkout from `db/branch` the current database is `db`. */
  selectDatabase(name: string): void;
  commitTransaction(): Promise<void>;
  warn(message: string): void;
  /** What the process list says that the statement is doing. */
  showState(state: string): void;
}

export class ProcedureCaller {
  readonly #engine: CairnEngine;
  readonly #registry: ProcedureRegistry;
  readonly #opener: RemoteOpener;
  readonly #gates = new Map<string, TransferGate>();

  constructor(engine: CairnEngine, registry: ProcedureRegistry) {
    this.#engine = engine;
    this.#registry = registry;
    this.#opener = createRemoteOpener(engine.services.files);
  }

  /** Names are case-insensitive. */
  get(name: string): Procedure | undefined {
    return this.#registry.get(name);
  }

  all(): readonly Procedure[] {
    return this.#registry.all();
  }

  async call(
    procedure: Procedure,
    values: readonly Value[],
    session: CallingSession,
  ): Promise<readonly (readonly Value[])[]> {
    session.requireExecute(procedure);
    if (procedure.privilege !== "read") requireWritableServer(session, procedure.name);
    try {
      return await procedure.call(this.#sessionOf(procedure, session), values);
    } catch (error) {
      if (session.signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
      throw error;
    } finally {
      session.showState("");
    }
  }

  #sessionOf(procedure: Procedure, session: CallingSession): ProcedureSession {
    const { engineSession } = session;
    const { clock } = this.#engine.services;
    const startedMs = clock.now();
    const onProgress = (progress: TransferProgress): void => {
      const seconds = Math.max(clock.now() - startedMs, 1) / 1000;
      const rate = `${describeSize(progress.transferredBytes / seconds)}/s`;
      session.showState(`${procedure.name}: ${describeTransfer(progress)}, ${rate}`);
    };
    const server: RepositoryServer = new EngineRepositoryServer({
      engine: this.#engine,
      opener: this.#opener,
      onProgress,
    });
    const current = (): {
      readonly databaseName: string;
      readonly branch: string;
      readonly readOnly: boolean;
    } => {
      if (session.database === undefined) throw sqlError("ER_NO_DB_ERROR");
      const { databaseName, branch, readOnly } = engineSession.resolveDatabase(session.database);
      // A tag or a commit has no branch; what only reads may still start from the session's own.
      return { databaseName, branch: branch ?? engineSession.currentBranch(databaseName), readOnly };
    };
    const repository = (): Repository => {
      const { databaseName } = current();
      return new DatabaseRepository({
        store: this.#engine.versionStore(databaseName),
        opener: this.#opener,
        gate: this.#gateOf(databaseName),
        onProgress,
        identity: session.identity,
      });
    };
    return {
      user: session.user,
      host: session.host,
      identity: session.identity,
      signal: session.signal,
      get database() {
        return repository();
      },
      get branch() {
        const { branch, readOnly } = current();
        // Else a commit or a reset on `db/tag` would change the branch that the session had been on before.
        if (readOnly && procedure.privilege !== "read")
          throw readOnlyRevision(session.database, procedure.name);
        return branch;
      },
      server: {
        clone: (url, options) => {
          const name = options.name ?? nameFromUrl(url);
          session.requireDatabase(name, false);
          return server.clone(url, { ...options, name });
        },
        restore: (url, name, options) => {
          session.requireDatabase(name, options.force);
          return server.restore(url, name, options);
        },
      },
      warn: (message) => session.warn(message),
      requireWrite: () => requireWritableServer(session, procedure.name),
      checkout: async (branch) => {
        const { databaseName } = current();
        engineSession.checkout(databaseName, branch);
        session.selectDatabase(databaseName);
      },
      commitTransaction: () => session.commitTransaction(),
    };
  }

  /** A database may have been replaced since its gate was made. */
  #holdChunks(databaseName: string): Promise<() => void> {
    return this.#engine.mustGetDatabase(databaseName).chunks.holdChunks();
  }

  #gateOf(databaseName: string): TransferGate {
    const known = this.#gates.get(databaseName);
    if (known !== undefined) return known;
    const gate = new TransferGate(() => this.#holdChunks(databaseName));
    this.#gates.set(databaseName, gate);
    return gate;
  }
}

function readOnlyRevision(database: string | undefined, procedure: string): SqlError {
  return new SqlError(
    "ER_OPTION_PREVENTS_STATEMENT",
    `'${database ?? ""}' is a tag or a commit, which never changes, so ${procedure} cannot work on it; USE a branch`,
  );
}

function requireWritableServer(session: CallingSession, procedure: string): void {
  if (session.readOnlyServer) {
    throw new SqlError(
      "ER_OPTION_PREVENTS_STATEMENT",
      `The MySQL server is running with the --read-only option so it cannot execute this statement (${procedure})`,
    );
  }
}
