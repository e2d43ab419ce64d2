/** Replacing a small file so that a reader or a crash sees the old content or the new one, never a mixture. */
import { dirname } from "node:path";
import type { FileSystem } from "./file-system.ts";

export const TEMPORARY_SUFFIX = ".tmp";

/** Durable when it resolves. */
export async function writeFileAtomically(files: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX;
  const file = files.openFile(temporary, "write");
  try {
    file.truncate(0);
    file.write(bytes, 0);
    // The content must be on disk before the name points to it, or a crash could leave an empty file under the name.
    await file.sync();
  } finally {
    file.close();
  }
  await files.rename(temporary, path);
  await files.syncFolder(dirname(path));
}
