/** Trees by hand: `npx tsx bench/trees.ts [rows]`. Prints rates of building, looking up, scanning and editing. */

import { MemoryChunkStore } from "../src/chunks/memory-chunk-store.ts";
import { NodeReader } from "../src/prolly/node-reader.ts";
import { openTree } from "../src/prolly/prolly-tree.ts";
import { TreeBuilder } from "../src/prolly/tree-builder.ts";
import { diffTrees } from "../src/prolly/tree-diff.ts";
import { applyEdits } from "../src/prolly/tree-editor.ts";
import { CONTENT_ROWS } from "../src/prolly/tree-node.ts";
import { emptySlot } from "../src/prolly/tuple-cursor.ts";
import { createRowCodec } from "../src/tables/row-codec.ts";
import type { Column, TableSchema } from "../src/tables/schema.ts";

const rowCount = Number(process.argv[2] ?? 1_000_000);
const lookupRange = Math.min(100_000, rowCount);

const int = { kind: "integer", name: "int", unsigned: false, zerofill: false } as const;
const char = { kind: "string", name: "char", charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" } as const;
const column = (id: number, name: string, type: Column["type"]): Column => ({
  id,
  name,
  type,
  nullable: false,
  autoIncrement: false,
  invisible: false,
  comment: "",
});
const schema: TableSchema = {
  columns: [
    column(1, "id", int),
    column(2, "k", int),
    column(3, "c", { ...char, length: 120 }),
    column(4, "pad", { ...char, length: 60 }),
  ],
  primaryKey: [{ columnId: 1, descending: false }],
  indexes: [],
  foreignKeys: [],
  checks: [],
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
  engine: "InnoDB",
  comment: "",
  options: {},
  nextId: 5,
};

function measure(name: string, count: number, work: () => void): void {
  const start = performance.now();
  work();
  const seconds = (performance.now() - start) / 1000;
  const rate = Math.round(count / seconds).toLocaleString("en");
  console.log(`${name.padEnd(34)} ${rate.padStart(14)}/s  ${((seconds * 1e6) / count).toFixed(3)} µs each`);
}

const store = new MemoryChunkStore();
const nodes = new NodeReader(store, { cacheSizeBytes: 1 << 30 });
const codec = createRowCodec(schema);
const text = "a-sysbench-like-filler ".repeat(5);
const encode = (id: number, k: number) => codec.encodeRow([id, k, text, "pad of some length"], 0);

measure("encode rows", rowCount, () => {
  for (let id = 0; id < rowCount; id++) encode(id, id % 1000);
});

const rows = Array.from({ length: rowCount }, (_, id) => encode(id, id % 1000));
let root = openTree(nodes, new TreeBuilder(store, CONTENT_ROWS).finish(), CONTENT_ROWS).root;
measure("build", rowCount, () => {
  const builder = new TreeBuilder(store, CONTENT_ROWS);
  for (const { key, value } of rows) builder.append(key, value);
  root = builder.finish();
});
const tree = openTree(nodes, root, CONTENT_ROWS);
console.log(`height ${nodes.getNode(root).level + 1}, ${store.chunkCount} chunks for ${tree.count} rows`);

for (const pass of ["first", "second"]) {
  measure(`scan (${pass})`, rowCount, () => {
    const cursor = tree.openCursor({}, "forward");
    let sum = 0;
    while (cursor.next()) sum += cursor.valueStart;
    if (sum === 0) throw new Error("the scan saw nothing");
  });
}
const slot = emptySlot();
const keys = Array.from({ length: lookupRange }, (_, n) => rows[(n * 7919) % lookupRange]!.key);
for (const pass of ["first", "second"]) {
  measure(`look-up in ${lookupRange} rows (${pass})`, keys.length, () => {
    for (const key of keys) if (!tree.lookup(key, slot)) throw new Error("a row is missing");
  });
}
measure("decode one column of a row", rowCount, () => {
  const reader = codec.fieldReader(1);
  const cursor = tree.openCursor({}, "forward");
  while (cursor.next()) reader.read(cursor, () => new Uint8Array(0));
});
let edited = root;
const EDITS = 200;
measure("edit one row", EDITS, () => {
  for (let n = 0; n < EDITS; n++) {
    const { key, value } = encode((n * 7919) % rowCount, n);
    edited = applyEdits(store, openTree(nodes, edited, CONTENT_ROWS), [{ key, value }]);
  }
});
measure("edit 1 % of the rows in one pass", rowCount / 100, () => {
  const edits = Array.from({ length: rowCount / 100 }, (_, n) => encode(n * 100, -n));
  edited = applyEdits(store, tree, edits);
});
measure("diff of those", rowCount / 100, () => {
  const diff = diffTrees(tree, openTree(nodes, edited, CONTENT_ROWS));
  while (diff.next());
});
