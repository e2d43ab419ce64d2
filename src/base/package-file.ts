/** Files of the installed package, from wherever this module runs: `src/` in development, `dist/src/` when built. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT: URL = findRoot();

/** The version in package.json. */
export const PACKAGE_VERSION: string = readVersion();

/** The path of a file given from the package's root. */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

function findRoot(): URL {
  const inSources = new URL("../../", import.meta.url);
  return existsSync(new URL("package.json", inSources)) ? inSources : new URL("../../../", import.meta.url);
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed
    ? String(parsed.version)
    : "unknown";
}
