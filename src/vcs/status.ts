/** What is staged and what is not, as `dolt_status` shows it. */
import type { Hash } from "../bytes/hash.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import type { Branch } from "./branch.ts";
import { readCommit } from "./commit.ts";
import { diffRoots, type TableChange } from "./root-diff.ts";
import { readRootValue } from "./root-value.ts";

export type StatusKind = "new table" | "modified" | "deleted" | "renamed";

export interface StatusEntry {
  /** `old -> new` for a renamed table */
  readonly tableName: string;
  readonly staged: boolean;
  readonly status: StatusKind;
}

/** Staged entries first, each group by name. */
export function readStatus(nodes: NodeReader, branch: Branch): readonly StatusEntry[] {
  const { working, staged } = branch.workingSet;
  const head = readCommit(nodes.chunks, branch.commit).root;
  return [...compareRoots(nodes, head, staged, true), ...compareRoots(nodes, staged, working, false)];
}

/** Whether the working set differs from the head commit. */
export function isDirty(nodes: NodeReader, branch: Branch): boolean {
  return readStatus(nodes, branch).length > 0;
}

function compareRoots(nodes: NodeReader, from: Hash, to: Hash, staged: boolean): readonly StatusEntry[] {
  if (from === to) return [];
  return diffRoots(readRootValue(nodes, from), readRootValue(nodes, to)).map((change) => ({
    tableName: change.oldName === undefined ? change.name : `${change.oldName} -> ${change.name}`,
    staged,
    status: STATUS_OF[change.kind],
  }));
}

const STATUS_OF: Readonly<Record<TableChange["kind"], StatusKind>> = {
  added: "new table",
  removed: "deleted",
  modified: "modified",
  renamed: "renamed",
};
