/** What a procedure sees of the SQL session that calls it. */
import type { Identity, Repository } from "../../engine/procedures/repository.ts";
import type { ProcedureSession, RepositoryServer } from "../../engine/procedures/session.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SessionState } from "./session-state.ts";

/** Opens repositories for procedures; the server knows the kinds of remotes. */
export interface RepositoryAccess {
  readonly server: RepositoryServer;
  openRepository(databaseName: string, identity: Identity): Repository;
}

export class ProcedureCaller implements ProcedureSession {
  readonly signal: AbortSignal;
  readonly #session: SessionState;
  readonly #access: RepositoryAccess;

  constructor(session: SessionState, signal: AbortSignal, access: RepositoryAccess) {
    this.#session = session;
    this.#access = access;
    this.signal = signal;
  }

  get user(): string {
    return this.#session.connection.user;
  }

  get host(): string {
    return this.#session.connection.host;
  }

  get identity(): Identity {
    return { name: this.user, email: `${this.user}@${this.host}` };
  }

  get database(): Repository {
    return this.#access.openRepository(this.#session.revisionOf(undefined).databaseName, this.identity);
  }

  get server(): RepositoryServer {
    return this.#access.server;
  }

  get branch(): string {
    const revision = this.#session.revisionOf(undefined);
    if (revision.branch === undefined || revision.readOnly) throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "read-only revision");
    return revision.branch;
  }

  requireWrite(): void {
    if (this.#session.database !== undefined && this.#session.revisionOf(undefined).readOnly) {
      throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "read-only revision");
    }
  }

  warn(message: string): void {
    this.#session.warn("Note", 1105, message);
  }

  async checkout(branch: string): Promise<void> {
    const session = this.#session;
    const { databaseName } = session.revisionOf(undefined);
    await session.transactions.commit();
    session.engineSession.checkout(databaseName, branch);
    session.database = databaseName;
  }

  async commitTransaction(): Promise<void> {
    await this.#session.transactions.commit();
  }
}
