/** A small repository in memory for the tests of this folder: tables of (id INT primary key, k INT, name VARCHAR). */

import { compareBytes } from "../../src/bytes/compare.ts";
import type { Hash } from "../../src/bytes/hash.ts";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { readBlob, writeBlob } from "../../src/prolly/blob.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { openTree } from "../../src/prolly/prolly-tree.ts";
import { TreeBuilder } from "../../src/prolly/tree-builder.ts";
import { CONTENT_OPAQUE, CONTENT_ROWS } from "../../src/prolly/tree-node.ts";
import { createRowCodec } from "../../src/tables/row-codec.ts";
import type { Column, TableSchema } from "../../src/tables/schema.ts";
import { readSchema, writeSchema } from "../../src/tables/schema-codec.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";
import { type Branch, cleanWorkingSet } from "../../src/vcs/branch.ts";
import { type Signature, writeCommit } from "../../src/vcs/commit.ts";
import { type RootValue, readRootValue, type TableRecord, writeRootValue } from "../../src/vcs/root-value.ts";

export const INT: SqlType = { kind: "integer", name: "int", unsigned: false, zerofill: false };
export const NAME: SqlType = {
  kind: "string",
  name: "varchar",
  length: 100,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

export function column(id: number, name: string, type: SqlType, more: Partial<Column> = {}): Column {
  return { id, name, type, nullable: true, autoIncrement: false, invisible: false, comment: "", ...more };
}

export const PEOPLE: TableSchema = {
  columns: [column(1, "id", INT, { nullable: false }), column(2, "k", INT), column(3, "name", NAME)],
  primaryKey: [{ columnId: 1, descending: false }],
  indexes: [
    {
      id: 4,
      name: "by_k",
      kind: "index",
      parts: [{ columnId: 2, descending: false }],
      visible: true,
      comment: "",
    },
    {
      id: 5,
      name: "by_name",
      kind: "unique",
      parts: [{ columnId: 3, descending: false }],
      visible: true,
      comment: "",
    },
  ],
  foreignKeys: [],
  checks: [],
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
  engine: "InnoDB",
  comment: "",
  options: {},
  nextId: 6,
};

export type Rows = readonly (readonly Value[])[];

export function signature(dateMs: number, name = "Ann"): Signature {
  return { name, email: `${name.toLowerCase()}@example.com`, dateMs };
}

export class SampleRepository {
  readonly chunks: MemoryChunkStore = new MemoryChunkStore();
  readonly nodes: NodeReader = new NodeReader(this.chunks);
  #time = 1_700_000_000_000;

  table(rows: Rows, schema: TableSchema = PEOPLE): TableRecord {
    const codec = createRowCodec(schema);
    const encoded = rows.map((row, at) => ({ row, ...codec.encodeRow(row, at + 1) }));
    const build = (
      content: 0 | 1,
      entries: { readonly key: Uint8Array; readonly value: Uint8Array }[],
    ): Hash => {
      const builder = new TreeBuilder(this.chunks, content);
      for (const { key, value } of entries.sort((l, r) => compareBytes(l.key, r.key)))
        builder.append(key, value);
      return builder.finish();
    };
    const external = encoded.map(({ key, value }) => ({
      key,
      value: codec.externalizeValue(value, (bytes) => writeBlob(this.chunks, bytes)),
    }));
    return {
      schema: writeSchema(this.chunks, schema),
      primary: build(CONTENT_ROWS, external),
      indexes: schema.indexes.map((_, at) =>
        build(
          CONTENT_OPAQUE,
          encoded.map(({ row, key }) => ({
            key: codec.encodeIndexKey(at + 1, row, key),
            value: new Uint8Array(0),
          })),
        ),
      ),
      autoIncrement: 0n,
      nextRowId: rows.length + 1,
    };
  }

  root(tables: Readonly<Record<string, TableRecord>>): RootValue {
    return {
      tables: new Map(Object.entries(tables)),
      charset: "utf8mb4",
      collation: "utf8mb4_0900_ai_ci",
    };
  }

  write(root: RootValue): Hash {
    return writeRootValue(this.chunks, root);
  }

  read(address: Hash): RootValue {
    return readRootValue(this.nodes, address);
  }

  rows(record: TableRecord | undefined): Value[][] {
    if (record === undefined) return [];
    const codec = createRowCodec(readSchema(this.chunks, record.schema));
    const cursor = openTree(this.nodes, record.primary, CONTENT_ROWS).openCursor({}, "forward");
    const rows: Value[][] = [];
    while (cursor.next()) rows.push(codec.decodeRow(cursor, (hash) => readBlob(this.chunks, hash)));
    return rows;
  }

  commit(root: RootValue, ...parents: Hash[]): Hash {
    this.#time += 1000;
    const who = signature(this.#time);
    return writeCommit(this.chunks, {
      root: this.write(root),
      parents,
      author: who,
      committer: who,
      message: `commit at ${this.#time}`,
    });
  }

  branch(commit: Hash): Branch {
    return { name: "main", commit, workingSet: cleanWorkingSet(this.chunks, commit) };
  }

  withWorking(branch: Branch, working: RootValue): Branch {
    return { ...branch, workingSet: { ...branch.workingSet, working: this.write(working) } };
  }
}
