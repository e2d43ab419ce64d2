/**
 * System variables that belong to a database. There is one: `<database>_default_branch`, the branch that new sessions
 * start on. It is stored with the database, so it survives a restart and travels with backups.
 */
import { sqlError } from "../../values/sql-error.ts";
import { mustGetBranch } from "../../vcs/branch.ts";
import type { CairnEngine } from "../cairn-engine.ts";
import { DEFAULT_BRANCH, writeSetting } from "./settings.ts";

const SUFFIX = "_default_branch";

export class DatabaseVariables {
  readonly #engine: CairnEngine;

  constructor(engine: CairnEngine) {
    this.#engine = engine;
  }

  /** Names are case-insensitive; undefined: it is no variable of a database. */
  get(variable: string): string | undefined {
    const database = this.#databaseOf(variable);
    return database === undefined ? undefined : this.#engine.mustGetDatabase(database).defaultBranch;
  }

  /** Durable when it resolves. 1193 unknown variable; VersionError ref_not_found. */
  async set(variable: string, value: string): Promise<void> {
    const database = this.#databaseOf(variable);
    if (database === undefined) throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", variable);
    const store = this.#engine.versionStore(database);
    await store.updateRefs((refs) => {
      mustGetBranch(store.chunks, refs, value);
      return new Map([writeSetting(store.chunks, DEFAULT_BRANCH, value)]);
    });
  }

  names(): readonly string[] {
    return this.#openNames().map((database) => database + SUFFIX);
  }

  #databaseOf(variable: string): string | undefined {
    const name = variable.toLowerCase();
    if (!name.endsWith(SUFFIX)) return undefined;
    return this.#openNames().find((database) => (database + SUFFIX).toLowerCase() === name);
  }
  /** A damaged database has no branches to speak of. */
  #openNames(): readonly string[] {
    return this.#engine.databaseNames().filter((name) => this.#engine.damageOf(name) === undefined);
  }
}
