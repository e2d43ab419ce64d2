/**
 * What a database's folder is called and what is in it.
 *
 * Folder names of databases in the data directory. Letters, digits and underscore stand for themselves, everything else
 * is written @xxxx (UTF-16 code unit in hex), as MySQL does; so no database name can leave the directory, begin with a
 * dot or clash with our own folders, which all begin with a dot.
 */
import { StorageError } from "../io/storage-error.ts";
import { sqlError } from "../values/sql-error.ts";

const NAME_LENGTH_MAX = 64;
/** The write-ahead log's. */
export const WAL_FOLDER = "wal";

export function encodeFolderName(databaseName: string): string {
  let encoded = "";
  for (let i = 0; i < databaseName.length; i++) {
    const character = databaseName.charAt(i);
    encoded += /[A-Za-z0-9_]/.test(character)
      ? character
      : `@${databaseName.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }
  return encoded;
}

/** Undefined when no database has such a folder. */
export function decodeFolderName(folderName: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_]|@[0-9a-f]{4})+$/.test(folderName)) return undefined;
  const name = folderName.replace(/@([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return encodeFolderName(name) === folderName ? name : undefined;
}

/** 1102 for a name that no database can have. A slash or an at sign would read as a revision. */
export function checkDatabaseName(name: string): void {
  const wrong = name === "" || name.endsWith(" ") || name.includes("/") || name.includes("\0");
  if (wrong) throw sqlError("ER_WRONG_DB_NAME", name);
  if ([...name].length > NAME_LENGTH_MAX) throw sqlError("ER_TOO_LONG_IDENT", name);
}

/**
 * Why a database does not open. When the log does not go on from the root that was found, and the journal seemed to end in
 * a write cut short, then that write had been durable: the journal is damaged there.
 */
export function whatIsDamaged(
  error: unknown,
  tornAt: { readonly path: string; readonly offset: number } | undefined,
): unknown {
  if (tornAt === undefined || !(error instanceof StorageError) || error.code !== "bad_format") return error;
  return new StorageError("checksum_mismatch", "damaged journal record", { ...tornAt, cause: error });
}
