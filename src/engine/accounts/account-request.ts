/**
 * The statements about accounts, as this layer takes them: the shape of the parsed statements of the SQL layer, which
 * this layer does not know.
 */
export interface AccountReference {
  readonly user: string;
  readonly host: string;
  /** CURRENT_USER() or USER() instead of a name */
  readonly currentUser: boolean;
}

export interface UserRequest {
  readonly account: AccountReference;
  readonly authentication?: {
    readonly plugin?: string;
    readonly password?: string;
    readonly random: boolean;
    /** IDENTIFIED WITH plugin AS 'hash' */
    readonly hash?: Uint8Array;
    readonly retainCurrent: boolean;
    readonly discardOld: boolean;
  };
}

export interface UserStatement {
  readonly kind: "create-user" | "alter-user";
  readonly ifClause: boolean;
  readonly users: readonly UserRequest[];
  readonly defaultRoles: readonly AccountReference[];
  readonly options: readonly { readonly name: string; readonly value: string }[];
}

export interface DropUserStatement {
  readonly kind: "drop-user";
  readonly ifExists: boolean;
  readonly accounts: readonly AccountReference[];
}

export interface RenameUserStatement {
  readonly kind: "rename-user";
  readonly renames: readonly { readonly from: AccountReference; readonly to: AccountReference }[];
}

export interface SetPasswordStatement {
  readonly kind: "password";
  readonly account?: AccountReference;
  /** undefined: TO RANDOM */
  readonly password?: string;
}

export interface PrivilegeRequest {
  /** Upper case with single spaces. */
  readonly name: string;
  readonly columns: readonly string[];
}

export type PrivilegeTarget =
  | { readonly kind: "global" }
  /** Without a database, the session's. */
  | { readonly kind: "database"; readonly database?: string }
  | {
      readonly kind: "table" | "procedure" | "function";
      readonly database?: string;
      readonly name: string;
    };

export interface GrantStatement {
  readonly kind: "grant" | "revoke";
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly privileges: readonly PrivilegeRequest[];
  readonly object: PrivilegeTarget;
  readonly accounts: readonly AccountReference[];
  readonly grantOption: boolean;
}

export interface RevokeAllStatement {
  readonly kind: "revoke-all";
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
  readonly accounts: readonly AccountReference[];
}

interface RoleStatement {
  readonly kind: "create-role" | "drop-role" | "grant-role" | "revoke-role" | "grant-proxy" | "revoke-proxy";
}

export type AccountStatement =
  | UserStatement
  | DropUserStatement
  | RenameUserStatement
  | SetPasswordStatement
  | GrantStatement
  | RevokeAllStatement
  | RoleStatement;

/** What GRANT asks of the schemas: whether the things it names exist. */
export interface GrantObjects {
  readonly currentDatabase: string | undefined;
  tableExists(database: string, table: string): boolean;
  columnExists(database: string, table: string, column: string): boolean;
  routineExists(kind: "PROCEDURE" | "FUNCTION", database: string, name: string): boolean;
}

export interface AccountWarning {
  readonly level: "Note" | "Warning";
  readonly errno: number;
  readonly message: string;
}
