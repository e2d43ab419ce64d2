/**
 * What a procedure may do: a small, stable view of the caller's session and of its current database. Chunks, files
 * and locks are not reachable from here.
 */
import type { Identity, Repository, TransferResult } from "./repository.ts";

export interface ProcedureSession {
  readonly user: string;
  readonly host: string;
  /** Author of commits and tags when none is named: the SQL user. */
  readonly identity: Identity;
  /** Aborted when the statement is killed, the client is gone, or the server stops. */
  readonly signal: AbortSignal;
  /** The current database. Throws 1046 when none is selected. */
  readonly database: Repository;
  readonly server: RepositoryServer;
  /** The branch the session is on in the current database. */
  readonly branch: string;
  /** Throws 1290 on a read-only server or revision, for forms of a `read` procedure that write. */
  requireWrite(): void;
  /** Adds a note to SHOW WARNINGS. */
  warn(message: string): void;
  /** Moves this session (no other) to a branch of the current database. VersionError ref_not_found. */
  checkout(branch: string): Promise<void>;
  /** Commits the session's open SQL transaction, if any; a new one begins with the next statement. */
  commitTransaction(): Promise<void>;
}

/** Operations that make databases. */
export interface RepositoryServer {
  /** 1007 when the name is taken; RemoteError when the source has no data. */
  clone(url: string, options: CloneOptions): Promise<TransferResult>;
  /** 1007 when the name is taken and `force` is not given; the old database stays in service when it fails. */
  restore(
    url: string,
    name: string,
    options: { readonly force: boolean; readonly signal: AbortSignal },
  ): Promise<TransferResult>;
}

export interface CloneOptions {
  readonly name?: string;
  readonly remote: string;
  readonly branch?: string;
  readonly signal: AbortSignal;
}
