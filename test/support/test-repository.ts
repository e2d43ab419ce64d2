/** A database of one table of texts by number, written through the version control layer: enough for remotes and backups. */
import { EMPTY_HASH, type Hash } from "../../src/bytes/hash.ts";
import type { ExportSource, ImportTarget } from "../../src/chunks/chunk-import.ts";
import type { ChunkStore } from "../../src/chunks/chunk-store.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { openTree } from "../../src/prolly/prolly-tree.ts";
import { applyEdits } from "../../src/prolly/tree-editor.ts";
import { CONTENT_OPAQUE } from "../../src/prolly/tree-node.ts";
import { readCommit, writeCommit } from "../../src/vcs/commit.ts";
import {
  HEADS_PREFIX,
  LOCAL_PREFIX,
  META_PREFIX,
  type RefChanges,
  type Refs,
  readRefs,
  TAGS_PREFIX,
  WORKING_SETS_PREFIX,
  writeDocument,
  writeRefs,
} from "../../src/vcs/refs.ts";
import { readRootValue, writeRootValue } from "../../src/vcs/root-value.ts";
import { writeTag } from "../../src/vcs/tag.ts";
import { readWorkingSet, writeWorkingSet } from "../../src/vcs/working-set.ts";

export type Rows = ReadonlyMap<number, string | undefined>;
type Store = ChunkStore & ExportSource & ImportTarget;

const SIGNATURE = { name: "Ann", email: "ann@example.com", dateMs: 1_700_000_000_000 };

export function numberedRows(count: number, prefix = "row"): Rows {
  return new Map(Array.from({ length: count }, (_, i) => [i, `${prefix} ${i}`]));
}

export class TestRepository {
  readonly store: Store;
  readonly databaseId: string;

  constructor(store: Store, databaseId = `${"0".repeat(31)}1`) {
    this.store = store;
    this.databaseId = databaseId;
  }

  get refs(): Refs {
    return readRefs(this.#nodes(), this.store.root);
  }

  async updateRefs(changes: RefChanges): Promise<void> {
    const root = writeRefs(this.store, this.refs, changes);
    if (!(await this.store.commitRoot(root, this.store.root)))
      throw new Error("somebody else moved the root");
  }

  /** Settings as every database has them. */
  async init(): Promise<void> {
    await this.updateRefs(
      new Map([
        [`${META_PREFIX}default-branch`, writeDocument(this.store, "main")],
        [`${LOCAL_PREFIX}remotes`, writeDocument(this.store, { secret: "of this copy" })],
      ]),
    );
  }

  /** A root value: the one at `base` (or none) with changed rows. */
  writeRows(base: Hash | undefined, rows: Rows): Hash {
    const old = base === undefined ? undefined : readRootValue(this.#nodes(), base).tables.get("t");
    const tree = openTree(this.#nodes(), old?.primary ?? EMPTY_HASH, CONTENT_OPAQUE);
    const edits = [...rows]
      .sort(([left], [right]) => left - right)
      .map(([id, text]) => ({ key: keyOf(id), value: text === undefined ? undefined : Buffer.from(text) }));
    const primary = applyEdits(this.store, tree, edits);
    const schema = writeDocument(this.store, "schema");
    const record = { schema, primary, indexes: [], autoIncrement: 0n, nextRowId: 0 };
    return writeRootValue(this.store, {
      tables: new Map([["t", record]]),
      charset: "utf8mb4",
      collation: "x",
    });
  }

  /** Commits changed rows on a branch (made when missing) and returns the commit. */
  async commit(branch: string, rows: Rows, message = "a commit"): Promise<Hash> {
    const head = this.refs.get(HEADS_PREFIX + branch);
    const root = this.writeRows(head && readCommit(this.store, head).root, rows);
    const parents = head === undefined ? [] : [head];
    const commit = writeCommit(this.store, {
      root,
      parents,
      author: SIGNATURE,
      committer: SIGNATURE,
      message,
    });
    const workingSet = writeWorkingSet(this.store, { working: root, staged: root, walPosition: 0 });
    await this.updateRefs(
      new Map([
        [HEADS_PREFIX + branch, commit],
        [WORKING_SETS_PREFIX + branch, workingSet],
      ]),
    );
    return commit;
  }

  /** Changes rows of the working (and perhaps the staged) root without a commit. */
  async change(branch: string, rows: Rows, staged = false): Promise<void> {
    const old = readWorkingSet(this.store, this.refs.get(WORKING_SETS_PREFIX + branch)!);
    const working = this.writeRows(old.working, rows);
    const workingSet = { ...old, working, staged: staged ? working : old.staged };
    await this.updateRefs(new Map([[WORKING_SETS_PREFIX + branch, writeWorkingSet(this.store, workingSet)]]));
  }

  async tag(name: string, commit: Hash): Promise<Hash> {
    const address = writeTag(this.store, { commit, tagger: SIGNATURE, message: name });
    await this.updateRefs(new Map([[TAGS_PREFIX + name, address]]));
    return address;
  }

  rowsOf(root: Hash): Map<number, string> {
    const record = readRootValue(this.#nodes(), root).tables.get("t");
    const rows = new Map<number, string>();
    const cursor = openTree(this.#nodes(), record?.primary ?? EMPTY_HASH, CONTENT_OPAQUE).openCursor(
      {},
      "forward",
    );
    while (cursor.next()) {
      const id = Buffer.from(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd)).readUInt32BE();
      rows.set(id, Buffer.from(cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd)).toString());
    }
    return rows;
  }

  rowsOfCommit(commit: Hash): Map<number, string> {
    return this.rowsOf(readCommit(this.store, commit).root);
  }

  workingRows(branch: string): {
    readonly working: Map<number, string>;
    readonly staged: Map<number, string>;
  } {
    const { working, staged } = readWorkingSet(this.store, this.refs.get(WORKING_SETS_PREFIX + branch)!);
    return { working: this.rowsOf(working), staged: this.rowsOf(staged) };
  }

  #nodes(): NodeReader {
    return new NodeReader(this.store, { cacheSizeBytes: 0 });
  }
}

function keyOf(id: number): Uint8Array {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(id);
  return key;
}
