/**
 * The procedures of a server: every file of the packaged folder and of a folder the administrator names. Adding a
 * procedure is adding one file; there is no list to edit.
 */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { SqlError } from "../../values/sql-error.ts";
import type { Procedure } from "./procedure.ts";

export class ProcedureRegistry {
  readonly #byName = new Map<string, Procedure>();

  /** Loads each `*.js` / `*.ts` file of the folders, in name order. Throws when a file's name is not its
   *  procedure's or a name comes twice, because both are mistakes the administrator must see at start. */
  static async load(folders: readonly string[]): Promise<ProcedureRegistry> {
    const registry = new ProcedureRegistry();
    for (const folder of folders) {
      const files = (await readdir(folder)).filter((file) => /(?<!\.d)\.(?:js|mjs|ts)$/.test(file)).sort();
      for (const file of files) {
        const module: unknown = await import(pathToFileURL(path.join(folder, file)).href);
        registry.#add(procedureOf(module, file), file);
      }
    }
    return registry;
  }

  /** Procedure names are case-insensitive. */
  get(name: string): Procedure | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  all(): readonly Procedure[] {
    return [...this.#byName.values()];
  }

  #add(procedure: Procedure, file: string): void {
    if (procedure.name !== path.parse(file).name) {
      throw new SqlError(
        "ER_WRONG_ARGUMENTS",
        `procedure file ${file} defines '${procedure.name}': the names must agree`,
      );
    }
    if (this.#byName.has(procedure.name)) {
      throw new SqlError("ER_SP_ALREADY_EXISTS", `PROCEDURE ${procedure.name} already exists`);
    }
    this.#byName.set(procedure.name, procedure);
  }
}

function procedureOf(module: unknown, file: string): Procedure {
  if (
    typeof module === "object" &&
    module !== null &&
    "procedure" in module &&
    isProcedure(module.procedure)
  ) {
    return module.procedure;
  }
  throw new SqlError(
    "ER_WRONG_ARGUMENTS",
    `procedure file ${file} must export 'procedure', made by defineProcedure`,
  );
}

function isProcedure(value: unknown): value is Procedure {
  return (
    typeof value === "object" && value !== null && "name" in value && "call" in value && "columns" in value
  );
}
