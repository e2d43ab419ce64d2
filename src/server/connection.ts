/**
 * One client's connection from its greeting to its end: logs in, then answers one command after the other. Commands that
 * came together are answered in one write.
 */

import { noteClientCommand } from "../base/short-bursts.ts";
import type { AccountName } from "../engine/accounts/account.ts";
import type { KillKind, Process } from "../engine/process-list.ts";
import type { QueryOptions, SessionStatus, SqlSession } from "../sql/api.ts";
import { sqlError } from "../values/sql-error.ts";
import {
  CLIENT_FOUND_ROWS,
  CLIENT_IGNORE_SPACE,
  CLIENT_INTERACTIVE,
  CLIENT_LOCAL_FILES,
  CLIENT_MULTI_STATEMENTS,
  CLIENT_PROTOCOL_41,
} from "../wire/protocol.ts";
import { type SessionChanges, writeError, writeOk } from "../wire/response.ts";
import { WireError } from "../wire/wire-error.ts";
import type { ClientStream } from "./client-stream.ts";
import { type CommandTarget, dispatchCommand } from "./commands.ts";
import { readLocalFile } from "./local-file.ts";
import { type ClientOrigin, type Login, logIn } from "./login.ts";
import { PreparedStatements } from "./prepared-statements.ts";
import { ResultSender, type SenderSession } from "./result-sender.ts";
import type { ServerContext } from "./server-context.ts";
import { SessionTracker, statusFlagsOf } from "./session-tracker.ts";
import { isServerFault, toSqlError } from "./to-sql-error.ts";

type State = "logging in" | "idle" | "busy" | "closed";

const EXECUTING = "executing";

export class Connection implements Process, SenderSession {
  readonly id: number;
  readonly host: string;
  readonly context: ServerContext;
  readonly stream: ClientStream;
  readonly origin: ClientOrigin;
  readonly statements: PreparedStatements;
  readonly sender: ResultSender;
  capabilities: number = CLIENT_PROTOCOL_41;
  account: AccountName = { user: "", host: "" };
  user = "";
  command = "Connect";
  sinceMs: number;
  multiStatements = false;
  #state: State = "logging in";
  #session: SqlSession | undefined;
  #status: SessionStatus | undefined;
  #tracker: SessionTracker | undefined;
  #text: Buffer | undefined;
  #abort = new AbortController();
  #options: QueryOptions | undefined;
  #killed = false;
  #shownState = EXECUTING;
  #quit = false;
  /** What the client sent cannot be understood: nothing after it can be either. */
  #broken = false;
  #served: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  #ending: "shutdown" | undefined;

  constructor(context: ServerContext, stream: ClientStream, origin: ClientOrigin) {
    this.context = context;
    this.stream = stream;
    this.origin = origin;
    this.id = context.processes.nextId();
    this.host = origin.host;
    this.sinceMs = context.clock.now();
    this.statements = new PreparedStatements(context.limits.maxPreparedStatements);
    this.sender = new ResultSender(stream, this);
  }

  get database(): string | undefined {
    return this.#session?.status.database;
  }

  get state(): string {
    return this.#state === "busy" ? this.#shownState : "";
  }

  get info(): string | undefined {
    return this.#state === "busy" ? this.#text?.toString("utf8") : undefined;
  }

  get idle(): boolean {
    return this.#state === "idle";
  }

  get resultsCharset(): string | undefined {
    return this.session.status.resultsCharset;
  }

  get session(): SqlSession {
    if (this.#session === undefined) throw sqlError("ER_UNKNOWN_COM_ERROR");
    return this.#session;
  }

  get waitTimeoutSeconds(): number {
    return this.#session?.status.waitTimeoutSeconds ?? this.context.limits.waitTimeoutSeconds;
  }

  statusFlags(): number {
    this.#status = this.session.status;
    return statusFlagsOf(this.#status);
  }

  /** Of the status that {@link statusFlags} gave the flags of. */
  takeChanges(): SessionChanges | undefined {
    return this.#tracker?.takeChanges(this.#status ?? this.session.status);
  }

  /** The next answer names the database even when it stays the same. */
  databaseChosen(): void {
    this.#tracker?.forgetDatabase();
  }

  /** Runs until the client is gone. Never rejects. */
  async run(): Promise<void> {
    const timer = this.context.clock.startTimer(this.context.limits.connectTimeoutSeconds * 1000, () => {
      if (this.#state === "logging in") this.stream.destroy();
    });
    try {
      const login = await logIn(this.context, this.stream, this.id, this.origin);
      timer.cancel();
      await this.startSession(login);
      this.#answerOk();
      await this.#answerCommands();
    } catch (error) {
      if (error instanceof WireError) this.stream.writer.sequence = this.stream.reader.sequence;
      this.#fail(error);
      this.stream.end();
    } finally {
      timer.cancel();
      await this.#close();
    }
  }

  /** After a login, also by COM_CHANGE_USER: a fresh session for this user. */
  async startSession(login: Login): Promise<void> {
    await this.#closeSession();
    const { response, account } = login;
    this.capabilities = response.capabilities;
    this.#options = undefined;
    this.account = account.name;
    this.user = response.user;
    this.multiStatements = (response.capabilities & CLIENT_MULTI_STATEMENTS) !== 0;
    const cipher = this.stream.tls?.getCipher();
    this.#session = await this.context.createSession({
      connectionId: this.id,
      user: response.user,
      host: this.origin.host,
      account: account.name,
      collationId: response.collationId,
      foundRows: (response.capabilities & CLIENT_FOUND_ROWS) !== 0,
      ignoreSpace: (response.capabilities & CLIENT_IGNORE_SPACE) !== 0,
      interactive: (response.capabilities & CLIENT_INTERACTIVE) !== 0,
      localFiles: (response.capabilities & CLIENT_LOCAL_FILES) !== 0,
      tlsCipher: cipher?.name,
      tlsVersion: this.stream.tls?.getProtocol() ?? undefined,
      attributes: response.attributes,
    });
    this.context.processes.add(this);
    if (response.database !== undefined) await this.#session.useDatabase(response.database);
    this.#tracker = new SessionTracker(this.#session.status);
    this.stream.reader.messageSizeMax =
      this.#session.status.maxAllowedPacket ?? this.context.limits.maxAllowedPacket;
  }

  kill(kind: KillKind): void {
    if (kind === "connection") {
      this.#killed = true;
      if (this.#state !== "busy") {
        this.stream.destroy();
        return;
      }
    }
    if (this.#state === "busy") this.#abort.abort(sqlError("ER_QUERY_INTERRUPTED"));
  }

  /** The client is gone: a statement that runs for it ends. */
  clientLeft(): void {
    if (this.#state === "busy") this.#abort.abort(sqlError("ER_QUERY_INTERRUPTED"));
  }

  /** Ends an idle connection with an error; a busy one after its statement. */
  endFor(reason: "shutdown" | "inactivity"): void {
    if (this.#state === "logging in") this.stream.destroy();
    if (this.#state === "busy") this.#ending = "shutdown";
    if (this.#state !== "idle") return;
    this.stream.writer.sequence = 0;
    this.#fail(sqlError(reason === "shutdown" ? "ER_SERVER_SHUTDOWN" : "ER_CLIENT_INTERACTION_TIMEOUT"));
    this.stream.end();
  }

  /** What a statement is run with: the same object until something of it changes. */
  queryOptions(): QueryOptions {
    const { signal } = this.#abort;
    const known = this.#options;
    if (known?.signal === signal && known.multiStatements === this.multiStatements) return known;
    const options = { sink: this.sender, signal, multiStatements: this.multiStatements };
    const withFiles = (this.capabilities & CLIENT_LOCAL_FILES) !== 0;
    this.#options = withFiles ? { ...options, readLocalFile: this.#readLocalFile } : options;
    return this.#options;
  }

  /** Shows the statement in the process list. */
  showText(text: Buffer): void {
    this.#text = text;
  }

  showState(state: string): void {
    this.#shownState = state;
  }

  quit(): void {
    this.#quit = true;
  }

  /** Answers commands until there is a reason to end. */
  #answerCommands(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#served = { resolve, reject };
      this.#answerReceived();
    });
  }

  /** Answers what has come in and waits for more. There are no promises in it as long as no command has to wait: a short
   *  statement is answered within the very event that brought it. */
  readonly #answerReceived = (): void => {
    const { stream } = this;
    try {
      while (this.#takeCommand()) {
        const pending = this.#dispatch();
        if (pending !== undefined) {
          pending.then(this.#continue, this.#continueAfterError);
          return;
        }
        if (!this.#finishCommand()) return;
      }
      if (stream.closed) this.#served?.resolve();
      else stream.whenReceived(this.#answerReceived);
    } catch (error) {
      this.#served?.reject(error);
    }
  };

  /** False when it has not all come. */
  #takeCommand(): boolean {
    const { reader, writer } = this.stream;
    const isIdle = this.#state === "idle";
    if (isIdle && this.stream.closed) return false;
    // What is idle may have read the first packets of a long command already.
    if (!isIdle) reader.sequence = 0;
    if (!reader.next()) {
      if (!isIdle) {
        this.context.answers.send(this.stream);
        this.#sleep();
      }
      return false;
    }
    writer.sequence = reader.sequence;
    this.#state = "busy";
    this.sinceMs = this.context.clock.now();
    this.#shownState = EXECUTING;
    this.context.processes.counters.questions++;
    noteClientCommand();
    return true;
  }

  #dispatch(): Promise<void> | undefined {
    try {
      return dispatchCommand(this as CommandTarget);
    } catch (error) {
      this.#failCommand(error);
      return undefined;
    }
  }

  readonly #continue = (): void => {
    try {
      if (!this.#finishCommand()) return;
    } catch (error) {
      this.#served?.reject(error);
      return;
    }
    this.#answerReceived();
  };

  readonly #continueAfterError = (error: unknown): void => {
    try {
      this.#failCommand(error);
    } catch (failure) {
      this.#served?.reject(failure);
      return;
    }
    this.#continue();
  };

  #failCommand(error: unknown): void {
    this.#fail(error);
    if (error instanceof WireError && error.code !== "bad_parameter") this.#broken = true;
  }

  /** False when no further command is to be answered. */
  #finishCommand(): boolean {
    const { stream } = this;
    if (this.#quit || this.#killed || this.#broken || this.#ending !== undefined || stream.closed) {
      stream.end();
      this.#served?.resolve();
      return false;
    }
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    stream.flushWhenFull();
    return true;
  }

  readonly #readLocalFile = (name: string): AsyncIterable<Uint8Array> => {
    this.sender.sendHeldBefore();
    return readLocalFile(this.stream, name);
  };

  #sleep(): void {
    this.#state = "idle";
    this.sinceMs = this.context.clock.now();
    this.command = "Sleep";
    this.#text = undefined;
  }

  /** Tells the client what went wrong. */
  #fail(error: unknown): void {
    const sql = toSqlError(error);
    if (isServerFault(error)) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.context.logger.error("a statement failed", { connection: this.id, error: sql.message, stack });
    }
    if (this.#session !== undefined) this.sender.finishBeforeError();
    else this.stream.writer.abandon();
    writeError(this.stream.writer, sql);
  }

  #answerOk(): void {
    writeOk(this.stream.writer, this.capabilities, {
      affectedRows: 0,
      lastInsertId: 0,
      statusFlags: this.statusFlags(),
      warningCount: 0,
      info: "",
    });
  }

  async #close(): Promise<void> {
    const { processes } = this.context;
    const loggedIn = this.#session !== undefined;
    if (!loggedIn) processes.counters.abortedConnects++;
    else if (!this.#quit) processes.counters.abortedClients++;
    this.#state = "closed";
    processes.remove(this.id);
    await this.#closeSession();
    this.stream.end();
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.statements.clear();
    try {
      await session?.close();
    } catch (error) {
      this.context.logger.error("a session did not close", { connection: this.id, error: String(error) });
    }
  }
}
