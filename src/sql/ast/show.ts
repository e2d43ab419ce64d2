/** SHOW in all its forms. */
import type { AccountName } from "./data-definition.ts";
import type { Expression, SourceRange } from "./expression.ts";
import type { Limit, TableName } from "./query.ts";

/** LIKE 'pattern' (bytes after escape processing) or WHERE condition over the result's columns. */
export interface ShowFilter {
  readonly like?: Uint8Array;
  readonly where?: Expression;
}

export type ShowTarget =
  | { readonly kind: "databases" }
  | { readonly kind: "engines" }
  | { readonly kind: "plugins" }
  | { readonly kind: "privileges" }
  | { readonly kind: "profiles" }
  | { readonly kind: "profile" }
  | { readonly kind: "master-logs" }
  | { readonly kind: "binary-log-status" }
  | { readonly kind: "replicas" }
  | { readonly kind: "replica-status" }
  /** SHOW [EXTENDED] [FULL] TABLES [FROM db] */
  | {
      readonly kind: "tables";
      readonly database?: string;
      readonly full: boolean;
      readonly extended: boolean;
    }
  | { readonly kind: "table-status"; readonly database?: string }
  | { readonly kind: "triggers"; readonly database?: string }
  | { readonly kind: "events"; readonly database?: string }
  | { readonly kind: "open-tables"; readonly database?: string }
  | {
      readonly kind: "columns";
      readonly table: TableName;
      readonly full: boolean;
      readonly extended: boolean;
    }
  | { readonly kind: "index"; readonly table: TableName; readonly extended: boolean }
  | {
      readonly kind: "create";
      readonly object: "table" | "view" | "procedure" | "function" | "trigger" | "event";
      readonly name: TableName;
    }
  | { readonly kind: "create-database"; readonly name: string; readonly ifNotExists: boolean }
  | { readonly kind: "create-user"; readonly account: AccountName }
  | { readonly kind: "variables"; readonly scope: "global" | "session" }
  | { readonly kind: "status"; readonly scope: "global" | "session" }
  | { readonly kind: "warnings"; readonly count: boolean; readonly limit?: Limit }
  | { readonly kind: "errors"; readonly count: boolean; readonly limit?: Limit }
  | { readonly kind: "collation" }
  | { readonly kind: "character-set" }
  | { readonly kind: "processlist"; readonly full: boolean }
  | { readonly kind: "grants"; readonly account?: AccountName; readonly using: readonly AccountName[] }
  | { readonly kind: "procedure-status" }
  | { readonly kind: "function-status" }
  | { readonly kind: "procedure-code"; readonly name: TableName }
  | { readonly kind: "function-code"; readonly name: TableName }
  | { readonly kind: "engine"; readonly name: string; readonly what: "status" | "mutex" | "logs" }
  | { readonly kind: "binlog-events"; readonly file?: string }
  | { readonly kind: "relaylog-events"; readonly file?: string };

export interface Show extends SourceRange {
  readonly kind: "show";
  readonly target: ShowTarget;
  readonly filter: ShowFilter;
}
