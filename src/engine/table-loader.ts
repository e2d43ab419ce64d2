/** Opens tables from their records: schema and row codec (shared between all that have the same schema) and trees. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader } from "../chunks/chunk-store.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import { openTree } from "../prolly/prolly-tree.ts";
import { CONTENT_OPAQUE, CONTENT_ROWS } from "../prolly/tree-node.ts";
import { createRowCodec, type RowCodec } from "../tables/row-codec.ts";
import type { TableSchema } from "../tables/schema.ts";
import { readSchema } from "../tables/schema-codec.ts";
import type { TableRecord } from "../vcs/root-value.ts";
import { loggedIndexes } from "./log-replay.ts";
import { TableState } from "./table-state.ts";

interface Compiled {
  readonly schema: TableSchema;
  readonly codec: RowCodec;
  readonly loggedIndexes: readonly number[];
}

/** Schemas kept compiled; the oldest goes first. */
const COMPILED_MAX = 2000;

export class TableLoader {
  readonly #chunks: ChunkReader;
  readonly #nodes: NodeReader;
  readonly #compiled = new Map<Hash, Compiled>();

  constructor(chunks: ChunkReader, nodes: NodeReader) {
    this.#chunks = chunks;
    this.#nodes = nodes;
  }

  loadTable(name: string, record: TableRecord): TableState {
    const { schema, codec, loggedIndexes } = this.compile(record.schema);
    const trees = [
      openTree(this.#nodes, record.primary, CONTENT_ROWS),
      ...record.indexes.map((root) => openTree(this.#nodes, root, CONTENT_OPAQUE)),
    ];
    return new TableState({ name, schema, schemaHash: record.schema, codec, loggedIndexes }, record, trees);
  }

  compile(address: Hash): Compiled {
    const known = this.#compiled.get(address);
    if (known !== undefined) return known;
    const schema = readSchema(this.#chunks, address);
    const compiled = { schema, codec: createRowCodec(schema), loggedIndexes: loggedIndexes(schema) };
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size < COMPILED_MAX) break;
      this.#compiled.delete(oldest);
    }
    this.#compiled.set(address, compiled);
    return compiled;
  }
}
