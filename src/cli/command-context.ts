/** What every command needs: the target named by the global options, and a client for as long as it works. */
import type { SQLQuery } from "@databases/sql";
import type { Command } from "commander";
import { type Credentials, DatabaseClient } from "./database-client.ts";
import { sql } from "./sql-tag.ts";
import { findTarget, mustHaveDatabase, type Target } from "./target.ts";

interface GlobalOptions {
  readonly dataDir?: string;
  readonly database?: string;
  readonly user: string;
}

export interface CommandContext {
  target(): Target;
  mustHaveDatabase(): string;
  /** Runs `work` with the database selected. */
  withDatabase<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T>;
  /** Runs `work` with no database selected. */
  withServer<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T>;
}

export function createCommandContext(program: Command): CommandContext {
  const options = (): GlobalOptions => program.opts<GlobalOptions>();
  const target = (): Target => findTarget(options(), process.cwd());
  const credentials = (): Credentials => ({
    user: options().user,
    password: process.env["CAIRN_PASSWORD"] ?? "",
  });
  const run = async <T>(at: Target, work: (client: DatabaseClient) => Promise<T>): Promise<T> => {
    const client = await DatabaseClient.open(at, credentials());
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  return {
    target,
    mustHaveDatabase: () => mustHaveDatabase(target()),
    withDatabase: (work) => {
      const at = target();
      return run({ ...at, database: mustHaveDatabase(at) }, work);
    },
    withServer: (work) => run({ dataDir: target().dataDir, database: undefined }, work),
  };
}

/** `CALL procedure(?, ?, …)`. */
export function positionalQuery(procedure: string, values: readonly string[]): SQLQuery {
  return sql`CALL ${sql.ident(procedure)}(${sql.join(
    values.map((value) => sql`${value}`),
    ", ",
  )})`;
}
