/**
 * The session's transaction: begun when a statement needs one, ended by COMMIT, ROLLBACK, autocommit, or a statement
 * that commits implicitly.
 */
import type { BeginOptions, EngineSession, Transaction } from "../../engine/api.ts";

const NOTHING_SET: BeginOptions = {};
/** What a transaction begins with when nothing else was asked for, which is nearly always. */
const PLAIN: BeginOptions = { readOnly: false };
const PLAIN_STATEMENT: BeginOptions = { readOnly: false, autocommit: true };

export class TransactionControl {
  readonly #session: EngineSession;
  #current: Transaction | undefined;
  /** START TRANSACTION was given, so autocommit doesn't end it. */
  #explicit = false;
  autocommit = true;
  /** SET TRANSACTION without scope: for the next transaction only. */
  #next: BeginOptions = NOTHING_SET;
  /** SET SESSION TRANSACTION READ ONLY */
  sessionReadOnly = false;

  constructor(session: EngineSession) {
    this.#session = session;
  }

  /** A transaction is open that outlives the statement. */
  get isOpen(): boolean {
    return this.#current !== undefined && !this.#current.ended && (this.#explicit || !this.autocommit);
  }

  get isReadOnly(): boolean {
    return this.isOpen && this.#current?.readOnly === true;
  }

  get current(): Transaction | undefined {
    return this.#current?.ended ? undefined : this.#current;
  }

  setNext(options: BeginOptions): void {
    this.#next = { ...this.#next, ...options };
  }

  /** START TRANSACTION, after the open one was committed. */
  start(options: BeginOptions): void {
    const plain = this.#isPlain && Object.keys(options).length === 0;
    this.#current = this.#session.begin(
      plain ? PLAIN : { readOnly: this.sessionReadOnly, ...this.#next, ...options },
    );
    this.#next = NOTHING_SET;
    this.#explicit = true;
  }

  /** The transaction that a statement runs in; begins one when there is none. */
  forStatement(signal: AbortSignal): Transaction {
    let transaction = this.current;
    if (transaction === undefined) {
      this.#explicit = false;
      const { autocommit } = this;
      transaction = this.#session.begin(
        this.#isPlain && autocommit
          ? PLAIN_STATEMENT
          : { readOnly: this.sessionReadOnly, ...this.#next, autocommit },
      );
      this.#next = NOTHING_SET;
      this.#current = transaction;
    }
    transaction.beginStatement(signal);
    return transaction;
  }

  /** Ends an autocommit transaction after a statement that went well. Reads need no wait. */
  endStatement(): Promise<void> | undefined {
    const transaction = this.#current;
    if (transaction === undefined || this.#explicit || !this.autocommit) return undefined;
    this.#current = undefined;
    if (transaction.ended) return undefined;
    if (transaction.dirty) return transaction.commit();
    transaction.rollback();
    return undefined;
  }

  /** Undoes a failed statement; an autocommit transaction ends with it. */
  failStatement(): void {
    const transaction = this.#current;
    if (transaction === undefined) return;
    if (transaction.ended) {
      this.#current = undefined;
      this.#explicit = false;
      return;
    }
    transaction.rollbackStatement();
    if (this.#explicit || !this.autocommit) return;
    this.#current = undefined;
    transaction.rollback();
  }

  /** Undefined when there was nothing to make durable: who only read need not wait. */
  commit(): Promise<void> | undefined {
    const transaction = this.#current;
    this.#current = undefined;
    this.#explicit = false;
    if (transaction === undefined || transaction.ended) return undefined;
    if (transaction.dirty) return transaction.commit();
    transaction.rollback();
    return undefined;
  }

  get #isPlain(): boolean {
    return this.#next === NOTHING_SET && !this.sessionReadOnly;
  }

  rollback(): void {
    const transaction = this.#current;
    this.#current = undefined;
    this.#explicit = false;
    if (transaction !== undefined && !transaction.ended) transaction.rollback();
  }
}
