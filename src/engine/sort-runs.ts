/** The temporary files of index builds and table copies, in a database's folder. */
import { join } from "node:path";
import { SORT_RUN_PREFIX } from "../tables/key-sorter.ts";
import type { EngineServices } from "./engine-settings.ts";

/** A crash in the middle of an ALTER TABLE leaves its sorted runs. */
export async function removeSortRuns(files: EngineServices["files"], folder: string): Promise<void> {
  for (const { name, kind } of files.list(folder)) {
    if (kind === "file" && name.startsWith(SORT_RUN_PREFIX)) await files.removeFile(join(folder, name));
  }
}
