/** The statement context that expressions see: one per execution, over the session's state. */
import { AssertionError } from "../../base/assert.ts";
import type { Hash } from "../../bytes/hash.ts";
import type { SpillSpace } from "../../tables/spill-space.ts";
import { type DateTime, dateTimeFromMicros, microsOfDateTime } from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { StoreContext } from "../../values/store/store-context.ts";
import { type DateRules, dateRulesOf } from "../../values/temporal-parse.ts";
import { findTimeZone } from "../../values/time-zone.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";
import type { StatementContext, WarningLevel } from "../executor/statement-context.ts";
import type { SessionState } from "./session-state.ts";

export interface ContextOptions {
  readonly signal: AbortSignal;
  /** The statement changes data, so that strict mode applies; IGNORE switches that off again. */
  readonly changes?: boolean;
  readonly ignore?: boolean;
}

export class SessionContext implements StatementContext, StoreContext {
  readonly #session: SessionState;
  readonly nowMicros: number;
  readonly sqlMode: ReadonlySet<string>;
  readonly strict: boolean;
  readonly signal: AbortSignal;
  readonly #timeZone: string;
  #rules: DateRules | undefined;
  /** The frame whose slots {@link readBlob} reads for. */
  frame: Frame | undefined;
  /** The row being stored, for messages. */
  rowNumber = 1;

  constructor(session: SessionState, options: ContextOptions) {
    this.#session = session;
    const { settings } = session;
    const { timestampMicros } = settings;
    this.nowMicros = timestampMicros > 0 ? timestampMicros : session.services.clock.now() * 1000;
    this.sqlMode = settings.sqlMode;
    this.strict = settings.strict && options.changes === true && options.ignore !== true;
    this.signal = options.signal;
    this.#timeZone = settings.timeZone;
  }

  get connectionId(): number {
    return this.#session.connection.connectionId;
  }

  get user(): string {
    const { user, host } = this.#session.connection;
    return `${user}@${host}`;
  }

  get currentUser(): string {
    const { account } = this.#session.connection;
    return `${account.user}@${account.host}`;
  }

  get database(): string | undefined {
    return this.#session.database;
  }

  get connectionCharset(): string {
    return this.#session.settings.connectionCharset;
  }

  get connectionCollation(): string {
    return this.#session.settings.connectionCollation;
  }

  get lastInsertId(): SqlInteger {
    return this.#session.lastInsertId;
  }

  get foundRows(): number {
    return this.#session.foundRows;
  }

  get rowCount(): number {
    return this.#session.rowCount;
  }

  get spill(): SpillSpace {
    return this.#session.services.engine.spill;
  }

  timeZoneOffsetMicros(epochMicros: number): number {
    const zone = findTimeZone(this.#timeZone);
    if (zone === undefined) throw sqlError("ER_UNKNOWN_TIME_ZONE", this.#timeZone);
    return zone.offsetAt(epochMicros);
  }

  getUserVariable(name: string): Value {
    return this.#session.userVariables.get(name.toLowerCase())?.value ?? null;
  }

  setUserVariable(name: string, value: Value, type: SqlType): void {
    this.#session.userVariables.set(name.toLowerCase(), { type, value });
  }

  getSystemVariable(name: string, scope: "session" | "global" | "either"): Value {
    return this.#session.variables.get(name, scope);
  }

  warn(level: WarningLevel, errno: number, message: string): void {
    this.#session.warn(level, errno, message);
  }

  setLastInsertId(value: SqlInteger): void {
    this.#session.lastInsertId = value;
  }

  readBlob(slot: number, hash: string): Uint8Array {
    const view = this.frame?.tables[slot];
    if (view === undefined) throw new AssertionError("a long field is read while its table is open");
    return view.readBlob(hash as Hash);
  }

  callEngineFunction(name: string, args: readonly Value[]): Value {
    return this.#session.services.engineFunctions.call(name, args, this.#session);
  }

  get rules(): DateRules {
    this.#rules ??= dateRulesOf(this.sqlMode);
    return this.#rules;
  }

  today(): DateTime {
    const local = dateTimeFromMicros(this.nowMicros + this.timeZoneOffsetMicros(this.nowMicros));
    return local;
  }

  localToUtc(local: DateTime): DateTime | undefined {
    const micros = microsOfDateTime(local);
    // The offset depends on the instant that is being sought: the second guess is right except inside a gap.
    let instant = micros - this.timeZoneOffsetMicros(micros);
    instant = micros - this.timeZoneOffsetMicros(instant);
    return instant + this.timeZoneOffsetMicros(instant) === micros ? dateTimeFromMicros(instant) : undefined;
  }

  utcToLocal(utc: DateTime): DateTime {
    const micros = microsOfDateTime(utc);
    return dateTimeFromMicros(micros + this.timeZoneOffsetMicros(micros));
  }
}
