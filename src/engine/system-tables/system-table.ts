/** What the dolt_ system tables have in common: their context and the types of their columns. */
import type { Hash } from "../../bytes/hash.ts";
import { type DateTime, dateTimeFromMicros } from "../../values/datetime.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Signature } from "../../vcs/commit.ts";
import type { VersionStore } from "../version-control/version-store.ts";
import type { VirtualColumn, VirtualTable } from "../virtual-table.ts";

export interface SystemTableContext {
  readonly store: VersionStore;
  /** The branch the query is on; undefined for a tag or commit revision. */
  readonly branch: string | undefined;
  /** The commit the query is on: HEAD. */
  readonly head: Hash;
  /** Whether the account may see where remotes and backups are. */
  readonly seesAddresses: boolean;
}

export type SystemTable = VirtualTable<SystemTableContext>;

const TEXT: SqlType = {
  kind: "string",
  name: "text",
  length: 65535,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_bin",
};
const FLAG: SqlType = { kind: "integer", name: "tinyint", unsigned: false, zerofill: false, displayWidth: 1 };

export function textColumn(
  name: string,
  options: { readonly nullable?: boolean; readonly primaryKey?: boolean } = {},
): VirtualColumn {
  return {
    name,
    type: TEXT,
    nullable: options.nullable ?? false,
    ...(options.primaryKey === true ? { primaryKey: true } : {}),
  };
}

export function flagColumn(
  name: string,
  options: { readonly nullable?: boolean; readonly primaryKey?: boolean } = {},
): VirtualColumn {
  return {
    name,
    type: FLAG,
    nullable: options.nullable ?? false,
    ...(options.primaryKey === true ? { primaryKey: true } : {}),
  };
}

export function dateColumn(name: string, options: { readonly nullable?: boolean } = {}): VirtualColumn {
  return { name, type: { kind: "datetime", fraction: 3 }, nullable: options.nullable ?? false };
}

export function integerColumn(
  name: string,
  options: {
    readonly size?: "int" | "bigint";
    readonly unsigned?: boolean;
    readonly primaryKey?: boolean;
  } = {},
): VirtualColumn {
  return {
    name,
    type: {
      kind: "integer",
      name: options.size ?? "int",
      unsigned: options.unsigned ?? false,
      zerofill: false,
    },
    nullable: false,
    ...(options.primaryKey === true ? { primaryKey: true } : {}),
  };
}

export function jsonColumn(name: string): VirtualColumn {
  return { name, type: { kind: "json" }, nullable: true };
}

/** The columns about the last commit of a branch, in the two groups that the branch tables show. */
export const LATEST_COMMITTER_COLUMNS: readonly VirtualColumn[] = [
  textColumn("latest_committer", { nullable: true }),
  textColumn("latest_committer_email", { nullable: true }),
  dateColumn("latest_commit_date", { nullable: true }),
  textColumn("latest_commit_message", { nullable: true }),
];
export const LATEST_AUTHOR_COLUMNS: readonly VirtualColumn[] = [
  textColumn("latest_author", { nullable: true }),
  textColumn("latest_author_email", { nullable: true }),
  dateColumn("latest_author_date", { nullable: true }),
];

/** Name, email and date. */
export function signatureValues({ name, email, dateMs }: Signature): readonly Value[] {
  return [name, email, dateOfMs(dateMs)];
}

/** Dates of commits are shown in UTC. */
export function dateOfMs(dateMs: number): DateTime {
  return dateTimeFromMicros(dateMs * 1000);
}
