/** Accounts, roles and privileges. */
import type { AccountName } from "./data-definition.ts";
import type { SourceRange } from "./expression.ts";

export interface Authentication {
  /** IDENTIFIED WITH plugin */
  readonly plugin?: string;
  /** IDENTIFIED BY 'text' */
  readonly password?: string;
  /** IDENTIFIED … BY RANDOM PASSWORD */
  readonly random: boolean;
  /** IDENTIFIED WITH plugin AS 'hash': bytes, since hashes are binary */
  readonly hash?: Uint8Array;
  readonly replace?: string;
  readonly retainCurrent: boolean;
  readonly discardOld: boolean;
}
export interface UserSpecification {
  readonly account: AccountName;
  readonly authentication?: Authentication;
}
/** Options after the user list, e.g. name "require" value "SSL", "password expire" "never", "account" "lock",
 *  "comment", "attribute", "default role", "max_queries_per_hour". Names and keyword values in lower case. */
export interface AccountOption {
  readonly name: string;
  readonly value: string;
}
export interface CreateUser extends SourceRange {
  readonly kind: "create-user" | "alter-user";
  /** IF NOT EXISTS / IF EXISTS */
  readonly ifClause: boolean;
  readonly users: readonly UserSpecification[];
  readonly defaultRoles: readonly AccountName[];
  readonly options: readonly AccountOption[];
}
export interface DropUser extends SourceRange {
  readonly kind: "drop-user" | "drop-role";
  readonly ifExists: boolean;
  readonly accounts: readonly AccountName[];
}
export interface CreateRole extends SourceRange {
  readonly kind: "create-role";
  readonly ifNotExists: boolean;
  readonly accounts: readonly AccountName[];
}
export interface RenameUser extends SourceRange {
  readonly kind: "rename-user";
  readonly renames: readonly {
    readonly from: AccountName;
    readonly to: AccountName;
  }[];
}
export interface PrivilegeItem {
  /** upper case with single spaces: SELECT, ALL, GRANT OPTION, CREATE TEMPORARY TABLES, or a dynamic privilege */
  readonly name: string;
  /** empty: not limited to columns */
  readonly columns: readonly string[];
}
export type PrivilegeObject =
  | { readonly kind: "global" }
  /** undefined database: the current one (`ON *` with a default database) */
  | { readonly kind: "database"; readonly database?: string }
  | {
      readonly kind: "table" | "procedure" | "function";
      readonly database?: string;
      readonly name: string;
    };
export interface Grant extends SourceRange {
  readonly kind: "grant" | "revoke";
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly privileges: readonly PrivilegeItem[];
  readonly object: PrivilegeObject;
  readonly accounts: readonly AccountName[];
  /** WITH GRANT OPTION; REVOKE names it as a privilege instead */
  readonly grantOption: boolean;
}
/** REVOKE ALL PRIVILEGES, GRANT OPTION FROM … */
export interface RevokeAll extends SourceRange {
  readonly kind: "revoke-all";
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly accounts: readonly AccountName[];
}
export interface GrantRole extends SourceRange {
  readonly kind: "grant-role" | "revoke-role";
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly roles: readonly AccountName[];
  readonly accounts: readonly AccountName[];
  readonly adminOption: boolean;
}
/** GRANT PROXY ON … */
export interface GrantProxy extends SourceRange {
  readonly kind: "grant-proxy" | "revoke-proxy";
  readonly proxied: AccountName;
  readonly accounts: readonly AccountName[];
  readonly grantOption: boolean;
}

export type AccountStatement =
  | CreateUser
  | DropUser
  | CreateRole
  | RenameUser
  | Grant
  | RevokeAll
  | GrantRole
  | GrantProxy;
