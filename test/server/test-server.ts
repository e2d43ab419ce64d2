/** A server with the fake session and accounts in a folder of its own, removed when the test ends. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { AccountStatement, GrantObjects } from "../../src/engine/accounts/account-request.ts";
import { Accounts } from "../../src/engine/accounts/accounts.ts";
import { ProcessList } from "../../src/engine/process-list.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { type MysqlServerOptions, startMysqlServer } from "../../src/server/start-mysql-server.ts";
import { createFakeSession } from "./fake-sql-session.ts";

const ROOT = { user: "root", host: "localhost" };

/** A world in which every table and routine exists. */
const ANY_OBJECTS: GrantObjects = {
  currentDatabase: "d",
  tableExists: () => true,
  columnExists: () => true,
  routineExists: () => true,
};

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly accounts: Accounts;
  readonly processes: ProcessList;
  run(statement: AccountStatement): Promise<void>;
  createUser(user: string, options: { readonly plugin?: string; readonly password?: string }): Promise<void>;
  close(graceMs?: number): Promise<void>;
}

export async function startTestServer(options: Partial<MysqlServerOptions> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-server-"));
  const { accounts } = await Accounts.open({
    files: new NodeFileSystem(),
    folder,
    clock: systemClock,
    random: systemRandom,
  });
  const processes = new ProcessList(systemClock.now());
  const { server, port } = await startMysqlServer({
    dataFolder: folder,
    host: "127.0.0.1",
    port: 0,
    serverVersion: "9.7.4-CairnDB",
    tls: "self-signed",
    requireSecureTransport: false,
    accounts,
    processes,
    createSession: createFakeSession,
    ...options,
  });
  const run = async (statement: AccountStatement) => {
    await accounts.execute(ROOT, statement, ANY_OBJECTS);
  };
  return {
    port,
    folder,
    accounts,
    processes,
    run,
    createUser: (user, { plugin, password }) =>
      run({
        kind: "create-user",
        ifClause: false,
        users: [
          {
            account: { user, host: "%", currentUser: false },
            authentication: {
              ...(plugin === undefined ? {} : { plugin }),
              ...(password === undefined ? {} : { password }),
              random: false,
              retainCurrent: false,
              discardOld: false,
            },
          },
        ],
        defaultRoles: [],
        options: [],
      }),
    close: (graceMs) => server.close(graceMs),
    [Symbol.asyncDispose]: async () => {
      await server.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
