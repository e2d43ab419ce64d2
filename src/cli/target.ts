/**
 * Which data folder and which database a command works on. Inside a database's folder nothing need be named; inside a
 * data folder only the database, and not even that when there is just one.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { CliError } from "./cli-error.ts";

export interface TargetOptions {
  readonly dataDir?: string;
  readonly database?: string;
}

export interface Target {
  readonly dataDir: string;
  /** Undefined when none was named and the folder holds none or several. */
  readonly database: string | undefined;
}

function isDatabaseFolder(folder: string): boolean {
  return existsSync(path.join(folder, "manifest"));
}

function isDataFolder(folder: string): boolean {
  return existsSync(path.join(folder, ".cairn"));
}

/** The databases in a data folder, by folder name. */
function databaseFolders(dataDir: string): string[] {
  return readdirSync(dataDir).filter(
    (name) =>
      !name.startsWith(".") &&
      statSync(path.join(dataDir, name)).isDirectory() &&
      isDatabaseFolder(path.join(dataDir, name)),
  );
}

export function findTarget(options: TargetOptions, cwd: string): Target {
  if (options.dataDir !== undefined) return inDataDir(path.resolve(cwd, options.dataDir), options.database);
  if (isDatabaseFolder(cwd)) {
    return { dataDir: path.dirname(cwd), database: options.database ?? path.basename(cwd) };
  }
  if (isDataFolder(cwd)) return inDataDir(cwd, options.database);
  return inDataDir(path.join(cwd, "data"), options.database);
}

function inDataDir(dataDir: string, database: string | undefined): Target {
  if (database !== undefined || !existsSync(dataDir)) return { dataDir, database };
  const names = databaseFolders(dataDir);
  return { dataDir, database: names.length === 1 ? names[0] : undefined };
}

/** The database, or a usage error that says how to name one. */
export function mustHaveDatabase(target: Target): string {
  if (target.database !== undefined) return target.database;
  const names = existsSync(target.dataDir) ? databaseFolders(target.dataDir) : [];
  throw new CliError(
    names.length === 0
      ? `there is no database in ${target.dataDir}; make one with 'cairn init NAME'`
      : `${target.dataDir} holds several databases (${names.join(", ")}); name one with --database`,
    128,
  );
}
