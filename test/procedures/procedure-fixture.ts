/** Calls procedures on an engine in a temporary folder, the way a connection of root does, without the SQL layer. */
import path from "node:path";
import { ProcedureCaller } from "../../src/engine/procedures/procedure-caller.ts";
import { ProcedureRegistry } from "../../src/engine/procedures/registry.ts";
import { getSystemTable } from "../../src/engine/system-tables/registry.ts";
import { createSystemTableContext } from "../../src/engine/system-tables/system-table-context.ts";
import { DateTime } from "../../src/values/datetime.ts";
import type { Value } from "../../src/values/value.ts";
import { EngineFixture, PLAIN, type TestSession } from "../engine/engine-fixture.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../procedures");

export class ProcedureFixture {
  readonly fixture: EngineFixture;
  readonly caller: ProcedureCaller;
  readonly notes: string[] = [];
  readonly rows: TestSession;
  database = "db";
  readOnly = false;

  private constructor(fixture: EngineFixture, caller: ProcedureCaller) {
    this.fixture = fixture;
    this.caller = caller;
    this.rows = fixture.session();
  }

  /** With a table `t` of ten committed rows. */
  static async open(): Promise<ProcedureFixture> {
    const fixture = await EngineFixture.open();
    const opened = new ProcedureFixture(
      fixture,
      new ProcedureCaller(fixture.engine, await ProcedureRegistry.load([FOLDER])),
    );
    await opened.rows.createTable("t", PLAIN, 1n);
    for (let id = 1; id <= 10; id++) await opened.rows.insert("t", [id, id * 10, `b${id}`]);
    await opened.call("dolt_commit", "-Am", "ten rows");
    return opened;
  }

  /** A file URL in the fixture's folder; nothing is made there. */
  url(name: string): string {
    return `file://${this.fixture.folder}-remotes/${name}`;
  }

  get remotesFolder(): string {
    return `${this.fixture.folder}-remotes`;
  }

  async call(name: string, ...values: Value[]): Promise<readonly (readonly Value[])[]> {
    const procedure = this.caller.get(name);
    if (procedure === undefined) throw new Error(`no procedure ${name}`);
    this.notes.length = 0;
    return this.caller.call(procedure, values, {
      engineSession: this.rows.session,
      user: "root",
      host: "localhost",
      identity: { name: "root", email: "root@localhost" },
      database: this.database,
      readOnlyServer: this.readOnly,
      signal: new AbortController().signal,
      requireExecute: () => undefined,
      requireDatabase: () => undefined,
      selectDatabase: (database) => {
        this.database = database;
      },
      commitTransaction: () => this.rows.commit(),
      warn: (message) => {
        this.notes.push(message);
      },
      showState: () => undefined,
    });
  }

  /** Rows of a system table, dates left out. */
  async table(name: string, database = this.database): Promise<Value[][]> {
    const table = getSystemTable(name);
    if (table === undefined) throw new Error(`no system table ${name}`);
    const context = createSystemTableContext({
      engine: this.fixture.engine,
      session: this.rows.session,
      database,
      seesAddresses: true,
    });
    await table.prepare?.(context);
    return [...table.rows(context, new Map())].map((row) =>
      row.filter((value) => !(value instanceof DateTime)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { rm } = await import("node:fs/promises");
    await this.fixture[Symbol.asyncDispose]();
    await rm(this.remotesFolder, { recursive: true, force: true });
  }
}
