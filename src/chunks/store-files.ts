/** Makes and opens the files of a chunk store's folder: lock, manifest, table files, journals. */
import { join } from "node:path";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { FileSystem, FolderLock } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { TEMPORARY_SUFFIX } from "../io/write-atomically.ts";
import type { StoreTable } from "./collect-garbage.ts";
import { isJournalName, Journal, journalName } from "./journal.ts";
import { MANIFEST_NAME, type Manifest, readManifest, writeManifest } from "./manifest.ts";
import { TableFile } from "./table-file.ts";
import { TABLE_FILE_SUFFIX } from "./table-index.ts";

export interface OpenedStore {
  readonly lock: FolderLock;
  readonly manifest: Manifest;
  readonly tables: readonly StoreTable[];
  readonly journals: readonly Journal[];
  readonly root: Hash;
}

export function storeExists(files: FileSystem, folder: string): boolean {
  return files.status(join(folder, MANIFEST_NAME))?.kind === "file";
}

/** Throws `already_exists` when there is a store. */
export async function createStoreFiles(
  files: FileSystem,
  folder: string,
  databaseId: string,
): Promise<OpenedStore> {
  await files.makeFolder(folder);
  const lock = await files.lockFolder(folder);
  try {
    if (storeExists(files, folder)) {
      throw new StorageError("already_exists", "a chunk store is already there", { path: folder });
    }
    const journal = await Journal.create(files, folder, 1);
    const journals = [{ number: 1, knownSize: journal.syncedSize }];
    const manifest: Manifest = { generation: 1, databaseId, root: EMPTY_HASH, journals, tables: [] };
    await writeManifest(files, folder, manifest);
    return { lock, manifest, tables: [], journals: [journal], root: EMPTY_HASH };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Opens, replays, and removes what a crash left over. */
export async function openStoreFiles(files: FileSystem, folder: string): Promise<OpenedStore> {
  const missing = (): StorageError => new StorageError("not_found", "no chunk store here", { path: folder });
  if (!storeExists(files, folder)) throw missing();
  const lock = await files.lockFolder(folder);
  const tables: StoreTable[] = [];
  const journals: Journal[] = [];
  try {
    const manifest = readManifest(files, folder);
    if (manifest === undefined) throw missing();
    for (const { name, generation } of manifest.tables) {
      tables.push({ file: TableFile.open(files, folder, name), generation });
    }
    for (const { number, knownSize } of manifest.journals) {
      journals.push(await Journal.open(files, folder, number, knownSize));
    }
    await removeLeftOvers(files, folder, manifest);
    const root = journals.reduce((found, journal) => journal.lastRoot ?? found, manifest.root);
    return { lock, manifest, tables, journals, root };
  } catch (error) {
    for (const { file } of tables) file.close();
    for (const journal of journals) journal.close();
    await lock.release();
    throw error;
  }
}

/** Removes files of ours that the manifest does not name: a crash left them. Other files are none of our business. */
async function removeLeftOvers(files: FileSystem, folder: string, manifest: Manifest): Promise<void> {
  const named = new Set([
    ...manifest.tables.map(({ name }) => name),
    ...manifest.journals.map(({ number }) => journalName(number)),
  ]);
  for (const { name, kind } of files.list(folder)) {
    const ours =
      name.endsWith(TABLE_FILE_SUFFIX) ||
      isJournalName(name) ||
      name === MANIFEST_NAME + TEMPORARY_SUFFIX ||
      name.endsWith(TABLE_FILE_SUFFIX + TEMPORARY_SUFFIX);
    if (kind === "file" && ours && !named.has(name)) await files.removeFile(join(folder, name));
  }
}
