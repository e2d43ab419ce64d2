/**
 * The connections of the server: what SHOW PROCESSLIST lists, KILL ends and COM_STATISTICS counts. Each connection adds
 * itself when its user is known and removes itself when it ends.
 */
import { sqlError } from "../values/sql-error.ts";

export type KillKind = "connection" | "query";

/** One connection; the fields change as it works. */
export interface Process {
  readonly id: number;
  readonly user: string;
  /** `host:port`, or `localhost` for a Unix socket */
  readonly host: string;
  readonly database: string | undefined;
  /** `Query`, `Execute`, `Sleep`, … */
  readonly command: string;
  /** When the present command began (or, asleep, when the last one ended), in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** e.g. `executing`; empty while asleep */
  readonly state: string;
  /** The text of the running statement. */
  readonly info: string | undefined;
  /** Says what the running statement is doing, until it ends. */
  showState(state: string): void;
  /** Tells what the running statement is doing; empty: just executing. */
  showState(state: string): void;
  /** Ends the running statement (1317), or the whole connection. */
  kill(kind: KillKind): void;
}

/** Counters since the start of the server, for SHOW STATUS and COM_STATISTICS. */
export interface ServerCounters {
  startedAtMs: number;
  /** connection attempts */
  connections: number;
  maxUsedConnections: number;
  abortedClients: number;
  abortedConnects: number;
  /** statements sent by clients */
  questions: number;
  slowQueries: number;
  bytesReceived: number;
  bytesSent: number;
}

export class ProcessList {
  readonly counters: ServerCounters;
  readonly #processes = new Map<number, Process>();
  #lastId = 0;

  constructor(startedAtMs: number) {
    this.counters = {
      startedAtMs,
      connections: 0,
      maxUsedConnections: 0,
      abortedClients: 0,
      abortedConnects: 0,
      questions: 0,
      slowQueries: 0,
      bytesReceived: 0,
      bytesSent: 0,
    };
  }

  /** A connection id never used before in this process. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  add(process: Process): void {
    this.#processes.set(process.id, process);
    if (this.#processes.size > this.counters.maxUsedConnections) {
      this.counters.maxUsedConnections = this.#processes.size;
    }
  }

  remove(id: number): void {
    this.#processes.delete(id);
  }

  get(id: number): Process | undefined {
    return this.#processes.get(id);
  }

  /** Shows what a connection's statement is doing. */
  showState(id: number, state: string): void {
    this.#processes.get(id)?.showState(state);
  }

  /** Connections in order of their ids. */
  list(): readonly Process[] {
    return [...this.#processes.values()].sort((left, right) => left.id - right.id);
  }

  get count(): number {
    return this.#processes.size;
  }

  /** KILL: 1094 when there is no such connection, 1095 when it is another user's and the killer has no right to. */
  kill(id: number, kind: KillKind, killer: { readonly user: string; readonly mayKillOthers: boolean }): void {
    const process = this.#processes.get(id);
    if (process === undefined) throw sqlError("ER_NO_SUCH_THREAD", id);
    if (process.user !== killer.user && !killer.mayKillOthers) throw sqlError("ER_KILL_DENIED_ERROR", id);
    process.kill(kind);
  }
}
