/**
 * When a plan made earlier may run again: the session's settings, database and branches are what they were, and the
 * parameters have the same types. Definitions of tables are checked when the plan opens them.
 */
import type { TableView } from "../../engine/api.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { PlanBuilder } from "../planner/plan-builder.ts";
import { hasBetterPath } from "../planner/value-check.ts";
import type { SessionState } from "./session-state.ts";
import type { StatementSettings } from "./statement-settings.ts";

interface BranchOfDatabase {
  readonly database: string;
  readonly branch: string;
}

/** Executions between looks at whether a plan's tables have outgrown what it was made for. */
const EXECUTIONS_BETWEEN_LOOKS = 64;
const GROWTH_MAX = 10;
const GROWTH_FLOOR = 200;

export class PlanGuard {
  readonly #settings: StatementSettings;
  readonly #database: string | undefined;
  readonly #types: readonly SqlType[];
  readonly #branches: readonly BranchOfDatabase[];
  readonly #counts: readonly number[];
  readonly #builder: PlanBuilder;
  #executions = 0;

  constructor(session: SessionState, types: readonly SqlType[], builder: PlanBuilder) {
    this.#settings = session.settings;
    this.#database = session.database;
    this.#types = types;
    this.#builder = builder;
    const databases = new Set(builder.tables.map(({ table }) => table.revision.databaseName));
    if (session.database !== undefined && databases.size === 0)
      databases.add(session.revisionOf(undefined).databaseName);
    this.#branches = [...databases]
      .filter((database) => session.services.engine.hasDatabase(database))
      .map((database) => ({ database, branch: session.engineSession.currentBranch(database) }));
    this.#counts = builder.tables.map(({ table }) => table.view.rowCount());
  }

  holds(session: SessionState, types: readonly SqlType[]): boolean {
    if (session.settings !== this.#settings || session.database !== this.#database) return false;
    if (types !== this.#types && !sameTypes(types, this.#types)) return false;
    for (const { database, branch } of this.#branches) {
      if (session.engineSession.currentBranch(database) !== branch) return false;
    }
    return true;
  }

  /** True now and then when a table has grown so much that another plan may be better. */
  isOutgrown(tables: readonly (TableView | undefined)[]): boolean {
    if (++this.#executions % EXECUTIONS_BETWEEN_LOOKS !== 0) return false;
    return this.#counts.some(
      (count, slot) => (tables[slot]?.rowCount() ?? 0) > count * GROWTH_MAX + GROWTH_FLOOR,
    );
  }

  /** True when the plan reads much that an index would spare for these parameters. */
  isMisled(values: readonly Value[], tables: readonly (TableView | undefined)[]): boolean {
    const { valueChecks, sampleFrame } = this.#builder;
    if (valueChecks.size === 0 || sampleFrame === undefined) return false;
    sampleFrame.parameters = values;
    for (const check of valueChecks.values()) {
      const view = tables[check.slot];
      if (view !== undefined && hasBetterPath(check, view, sampleFrame)) return true;
    }
    return false;
  }

  /** Notes found while binding come with every execution. */
  replayWarnings(session: SessionState): void {
    for (const { level, errno, message } of this.#builder.bindWarnings) session.warn(level, errno, message);
  }
}

function sameTypes(left: readonly SqlType[], right: readonly SqlType[]): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) {
    const a = left[i] as SqlType;
    const b = right[i] as SqlType;
    if (a !== b && (a.kind !== b.kind || JSON.stringify(a) !== JSON.stringify(b))) return false;
  }
  return true;
}
