/** Makes the files of a new database: branch `main` with an empty first commit, so that it can be opened. */
import { EMPTY_HASH } from "../bytes/hash.ts";
import { FileChunkStore } from "../chunks/file-chunk-store.ts";
import { NodeReader } from "../prolly/node-reader.ts";
import { storeBranch } from "../vcs/branch.ts";
import { writeCommit } from "../vcs/commit.ts";
import { META_PREFIX, readRefs, writeDocument, writeRefs } from "../vcs/refs.ts";
import { writeRootValue } from "../vcs/root-value.ts";
import type { DatabaseOptions } from "./api.ts";
import type { EngineServices } from "./engine-settings.ts";

const FIRST_BRANCH = "main";
const FIRST_MESSAGE = "Initialize data repository";

/** Durable when it resolves. The folder must not hold a database yet. */
export async function writeNewDatabase(
  services: EngineServices,
  folder: string,
  options: DatabaseOptions,
): Promise<void> {
  const { files, logger, chunkCache, clock } = services;
  const chunks = await FileChunkStore.create({ files, folder, cache: chunkCache, logger });
  try {
    const { charset, collation } = options;
    const root = writeRootValue(chunks, { tables: new Map(), charset, collation });
    const signature = { name: "CairnDB", email: "cairn@localhost", dateMs: clock.now() };
    const commit = writeCommit(chunks, {
      root,
      parents: [],
      author: signature,
      committer: signature,
      message: FIRST_MESSAGE,
    });
    const workingSet = { working: root, staged: root, walPosition: 0 };
    const changes = new Map(storeBranch(chunks, { name: FIRST_BRANCH, commit, workingSet }));
    changes.set(`${META_PREFIX}default-branch`, writeDocument(chunks, FIRST_BRANCH));
    const refs = readRefs(new NodeReader(chunks), EMPTY_HASH);
    await chunks.commitRoot(writeRefs(chunks, refs, changes), EMPTY_HASH);
  } finally {
    await chunks.close();
  }
}
