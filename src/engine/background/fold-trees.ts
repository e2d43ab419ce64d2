/** The work of a checkpoint: folds sorted edits into trees, by the store's files alone, so that it can run in any thread. */
import type { MessagePort } from "node:worker_threads";
import type { Hash } from "../../bytes/hash.ts";
import { ReadOnlyChunkStore, type StoreListing } from "../../chunks/read-only-chunk-store.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { writeBlob } from "../../prolly/blob.ts";
import { NodeReader } from "../../prolly/node-reader.ts";
import { openTree } from "../../prolly/prolly-tree.ts";
import { TreeEditor } from "../../prolly/tree-editor.ts";
import type { TreeContent } from "../../prolly/tree-node.ts";
import { createRowCodec } from "../../tables/row-codec.ts";
import { readSchema } from "../../tables/schema-codec.ts";
import { EditReader } from "./edit-feed.ts";
import { type FoldOutput, FoldStore } from "./fold-store.ts";

/** One pass over each tree: more than the nodes on the way is not needed again. */
const NODE_CACHE_BYTES = 4 * 1024 * 1024;

export interface FoldedTree {
  readonly root: Hash;
  readonly content: TreeContent;
  /** The table's schema when the tree holds its rows, whose long values become blobs on the way. */
  readonly rowsOf: Hash | undefined;
}

/** Plain data, so that it can be sent to another thread. */
export interface FoldRequest {
  readonly listing: StoreListing;
  readonly trees: readonly FoldedTree[];
  /** See fold-store.ts. */
  readonly tableBytesMin: number;
}

export interface FoldResult extends FoldOutput {
  /** In the order of the request. */
  readonly roots: readonly Hash[];
}

export async function foldTrees(
  files: FileSystem,
  { listing, trees, tableBytesMin }: FoldRequest,
  port: MessagePort,
): Promise<FoldResult> {
  using base = ReadOnlyChunkStore.open(files, listing);
  const store = new FoldStore(files, base, { folder: listing.folder, tableBytesMin });
  const nodes = new NodeReader(store, { cacheSizeBytes: NODE_CACHE_BYTES });
  const edits = new EditReader(port);
  const roots: Hash[] = [];
  try {
    for (const tree of trees) roots.push(await foldTree(tree, { store, nodes, edits }));
    return { roots, ...(await store.finish()) };
  } catch (error) {
    await store.abort();
    throw error;
  } finally {
    port.close();
  }
}

async function foldTree(
  { root, content, rowsOf }: FoldedTree,
  {
    store,
    nodes,
    edits,
  }: { readonly store: FoldStore; readonly nodes: NodeReader; readonly edits: EditReader },
): Promise<Hash> {
  const codec = rowsOf === undefined ? undefined : createRowCodec(readSchema(store, rowsOf));
  const putBlob = (bytes: Uint8Array): Hash => writeBlob(store, bytes);
  const editor = new TreeEditor(openTree(nodes, root, content), store);
  await edits.readTree(
    (key, value) => {
      const stored =
        value === undefined || codec === undefined ? value : codec.externalizeValue(value, putBlob);
      editor.edit(key, stored);
    },
    () => store.flush(),
  );
  return editor.finish();
}
