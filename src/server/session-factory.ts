/** Joins the SQL layer to the engine: sessions, and the repositories that procedures work on. */
import type { Clock } from "../base/clock.ts";
import type { Accounts } from "../engine/accounts/accounts.ts";
import type { CairnEngine } from "../engine/cairn-engine.ts";
import type { ProcedureRegistry } from "../engine/procedures/registry.ts";
import type { ProcessList } from "../engine/process-list.ts";
import { DatabaseRepository } from "../engine/version-control/database-repository.ts";
import { createRemoteOpener } from "../engine/version-control/remote-stores.ts";
import { EngineRepositoryServer } from "../engine/version-control/repository-server.ts";
import { TransferGate } from "../engine/version-control/transfer-gate.ts";
import type { SqlSessionFactory } from "../sql/api.ts";
import { createSqlSessionFactory } from "../sql/session/create-session.ts";

export interface SessionFactoryParts {
  readonly engine: CairnEngine;
  readonly accounts: Accounts;
  readonly processes: ProcessList;
  readonly procedures: ProcedureRegistry;
  readonly clock: Clock;
}

export function createSessionFactory(parts: SessionFactoryParts): SqlSessionFactory {
  const { engine, accounts, processes, procedures, clock } = parts;
  const opener = createRemoteOpener(engine.services.files);
  const gates = new Map<string, TransferGate>();
  const onProgress = (): void => undefined;
  return createSqlSessionFactory({
    engine,
    clock,
    accounts,
    processList: processes,
    procedures,
    repositories: {
      server: new EngineRepositoryServer({ engine, opener, onProgress }),
      openRepository: (databaseName, identity) => {
        const gate = gates.get(databaseName) ?? new TransferGate();
        gates.set(databaseName, gate);
        return new DatabaseRepository({
          store: engine.versionStore(databaseName),
          opener,
          gate,
          onProgress,
          identity,
        });
      },
    },
  });
}
