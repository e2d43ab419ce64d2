/** An import into a folder: table files of limited size that the manifest names when all are written. */
import { join } from "node:path";
import { systemRandom } from "../base/random.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import { TEMPORARY_SUFFIX } from "../io/write-atomically.ts";
import type { ChunkImport } from "./chunk-import.ts";
import { type TableFile, TableFileWriter } from "./table-file.ts";
import { TABLE_FILE_SUFFIX } from "./table-index.ts";

const TABLE_RAW_BYTES_MAX = 256 * 1024 * 1024;

export interface TableFileImportOptions {
  readonly files: FileSystem;
  readonly folder: string;
  readonly compress: boolean;
  /** Makes the files part of the store. */
  adopt(tables: readonly TableFile[]): Promise<void>;
  /** Whether the store has a file of this name already: from another import of the same chunks. */
  isAdopted(name: string): boolean;
  /** Called once, when no file is being written any more. */
  release(): Promise<void>;
}

export class TableFileImport implements ChunkImport {
  readonly #options: TableFileImportOptions;
  readonly #done: TableFile[] = [];
  #writer: TableFileWriter | undefined;
  #ended = false;

  constructor(options: TableFileImportOptions) {
    this.#options = options;
  }

  async add(hash: Hash, bytes: Uint8Array): Promise<void> {
    this.#writer ??= this.#newWriter();
    await this.#writer.add(hash, bytes);
    if (this.#writer.rawBytes >= TABLE_RAW_BYTES_MAX) await this.#endFile();
  }

  async finish(): Promise<void> {
    try {
      await this.#endFile();
      if (this.#done.length > 0) await this.#options.adopt(this.#done);
      this.#ended = true;
    } finally {
      await this.abort();
    }
    await this.#options.release();
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#writer?.abort();
      for (const table of this.#done) {
        table.close();
        if (!this.#options.isAdopted(table.name)) await this.#options.files.removeFile(table.path);
      }
    } finally {
      await this.#options.release();
    }
  }

  #newWriter(): TableFileWriter {
    const nonce = Buffer.from(systemRandom.bytes(8)).toString("hex");
    const name = `import-${nonce}${TABLE_FILE_SUFFIX}${TEMPORARY_SUFFIX}`;
    const { files, folder, compress } = this.#options;
    return new TableFileWriter(files, join(folder, name), { compress });
  }

  async #endFile(): Promise<void> {
    const writer = this.#writer;
    if (writer === undefined) return;
    const table = await writer.finish();
    this.#writer = undefined;
    if (table !== undefined) this.#done.push(table);
  }
}
