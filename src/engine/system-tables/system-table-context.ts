/** Makes the context of the dolt_ system tables for a database as SQL names it: `db`, `db/branch`, `db/tag`, `db/commit`. */

import { sqlError } from "../../values/sql-error.ts";
import { getBranchCommit } from "../../vcs/branch.ts";
import { resolveCommit } from "../../vcs/revision.ts";
import type { EngineSession } from "../api.ts";
import type { CairnEngine } from "../cairn-engine.ts";
import type { SystemTableContext } from "./system-table.ts";

export function createSystemTableContext(options: {
  readonly engine: CairnEngine;
  readonly session: EngineSession;
  readonly database: string;
  readonly seesAddresses: boolean;
}): SystemTableContext {
  const { engine, session, database, seesAddresses } = options;
  const { databaseName, branch, readOnly } = session.resolveDatabase(database);
  const store = engine.versionStore(databaseName);
  const refs = store.refs();
  const head =
    branch === undefined
      ? resolveCommit(
          { chunks: store.chunks, refs, branch: undefined },
          database.slice(databaseName.length + 1),
        )
      : getBranchCommit(refs, branch);
  if (head === undefined) throw sqlError("ER_BAD_DB_ERROR", database);
  return { store, branch: readOnly ? undefined : branch, head, seesAddresses };
}
