/** Where the layers meet: SQL sessions over the engine, with procedures, accounts and the server's own settings. */
import { hostname } from "node:os";
import type { Clock } from "../base/clock.ts";
import type { Accounts } from "../engine/accounts/accounts.ts";
import type { CairnEngine } from "../engine/cairn-engine.ts";
import { ProcedureCaller } from "../engine/procedures/procedure-caller.ts";
import type { ProcedureRegistry } from "../engine/procedures/registry.ts";
import type { ProcessList } from "../engine/process-list.ts";
import type { SqlSessionFactory } from "../sql/api.ts";
import { createSqlSessionFactory } from "../sql/session/create-session.ts";
import type { ServerLimits } from "./server-context.ts";
import { SERVER_VERSION } from "./version.ts";

export interface SessionFactoryParts {
  readonly engine: CairnEngine;
  readonly accounts: Accounts;
  readonly processes: ProcessList;
  readonly procedures: ProcedureRegistry;
  readonly clock: Clock;
}

/** What SHOW VARIABLES says of the server. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly socket: string | undefined;
  readonly dataFolder: string;
  readonly requireSecureTransport: boolean;
  readonly limits: ServerLimits;
}

/** `settings` is asked when the first session begins: only then is the port known. */
export function createSessionFactory(
  parts: SessionFactoryParts,
  settings: () => ServerSettings,
): SqlSessionFactory {
  let factory: SqlSessionFactory | undefined;
  return (connection) => {
    factory ??= createSqlSessionFactory({
      engine: parts.engine,
      clock: parts.clock,
      accounts: parts.accounts,
      processList: parts.processes,
      procedures: new ProcedureCaller(parts.engine, parts.procedures),
      settings: variablesOf(settings()),
    });
    return factory(connection);
  };
}

function variablesOf(settings: ServerSettings): Readonly<Record<string, number | string>> {
  const { limits } = settings;
  return {
    version: SERVER_VERSION,
    hostname: hostname(),
    bind_address: settings.host,
    port: settings.port,
    socket: settings.socket ?? "",
    datadir: `${settings.dataFolder}/`,
    require_secure_transport: settings.requireSecureTransport ? 1 : 0,
    max_connections: limits.maxConnections,
    connect_timeout: limits.connectTimeoutSeconds,
    wait_timeout: limits.waitTimeoutSeconds,
    interactive_timeout: limits.waitTimeoutSeconds,
    net_write_timeout: limits.netWriteTimeoutSeconds,
    max_allowed_packet: limits.maxAllowedPacket,
  };
}
