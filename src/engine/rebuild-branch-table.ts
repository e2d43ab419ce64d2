/**
 * The rebuild of a table of a branch: by a background thread from the files alone when the table is large and its rows need
 * not be converted or checked by code of the session, else in this thread, a millisecond at a time.
 */
import { assert } from "../base/assert.ts";
import { WorkerFailure } from "../base/worker-pool.ts";
import type { Hash } from "../bytes/hash.ts";
import type { Value } from "../values/value.ts";
import type { TableChange } from "./api.ts";
import { rebuildInBackground } from "./background/rebuild-in-background.ts";
import { type BranchState, NEWEST } from "./branch-state.ts";
import type { Database } from "./database.ts";
import { LayeredTableView } from "./layered-table-view.ts";
import { planRebuild } from "./rebuild-plan.ts";
import { type RebuiltTrees, rebuildTable } from "./table-rebuild.ts";

interface Target {
  readonly database: Database;
  readonly branch: BranchState;
}

interface ChangeOfTable extends TableChange {
  /** Where the new schema is stored. */
  readonly schemaAddress: Hash;
  /** Sees each row of the new table; throws to refuse. */
  readonly checkRow: ((values: readonly Value[]) => void) | undefined;
}

/** The caller holds the table exclusively. When it rejects nothing has changed. */
export async function rebuildBranchTable(
  target: Target,
  name: string,
  change: ChangeOfTable,
): Promise<RebuiltTrees> {
  const { database } = target;
  if (isForBackground(target, name, change)) {
    try {
      return await rebuildFromFiles(target, name, change);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      database.services.logger.error("rebuilding a table in this thread instead", { error: error.message });
    }
  }
  return await rebuildHere(target, name, change);
}

function isForBackground({ database, branch }: Target, name: string, change: ChangeOfTable): boolean {
  if (change.convertRow !== undefined || change.checkRow !== undefined) return false;
  const view = viewOf({ database, branch }, name);
  if (view.rowCount() < database.services.background.limits.rowsMin) return false;
  const { rewrite, builds } = planRebuild(view.schema, change.schema, false);
  return rewrite || builds.length > 0;
}

async function rebuildFromFiles(
  { database, branch }: Target,
  name: string,
  change: ChangeOfTable,
): Promise<RebuiltTrees> {
  // The thread sees trees only, so what was committed to the table must be in them. It stays so: nobody else has the table.
  await database.checkpoint();
  const { state, trees, frozen, active } = branch.generation.mustGetTable(database.name, name);
  const [primary] = trees;
  assert(frozen === undefined && active.empty, "a table held exclusively has no edits after a checkpoint");
  assert(primary !== undefined, "a table has a primary index");
  return await rebuildInBackground(
    {
      primary: primary.root,
      schemaBefore: state.definition.schemaHash,
      name: change.newName ?? name,
      schema: change.schemaAddress,
    },
    { chunks: database.chunks, background: database.services.background, signal: change.signal },
  );
}

function rebuildHere(
  target: Target,
  name: string,
  { newName, schema, convertRow, checkRow, signal }: ChangeOfTable,
): Promise<RebuiltTrees> {
  const { database } = target;
  const view = viewOf(target, name);
  return rebuildTable({
    rows: {
      codec: view.layers.state.definition.codec,
      openCursor: () => view.openCursor(0, {}, "forward"),
      lookup: (key, into) => view.lookup(0, key, into),
      readBlob: (hash) => view.readBlob(hash),
    },
    name: newName ?? name,
    schema,
    site: { chunks: database.chunks, clock: database.services.clock, signal, folder: database.folder },
    convertRow,
    checkRow,
  });
}

function viewOf({ database, branch }: Target, name: string): LayeredTableView {
  return new LayeredTableView({
    databaseName: database.name,
    name,
    layers: branch.generation.mustGetTable(database.name, name),
    sequence: NEWEST,
    own: () => undefined,
    readBlob: database.readBlob,
  });
}
