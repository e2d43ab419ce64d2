/**
 * What an account is: `'user'@'host'`, how it proves who it is, and what it may do. Plain immutable data; the rules of
 * changing it are in accounts.ts.
 */

export interface AccountName {
  /** Empty for the anonymous user. Case-sensitive. */
  readonly user: string;
  /** A name, an address, a pattern with % and _, or address/netmask. Stored in lower case. */
  readonly host: string;
}

export type AuthPlugin = "caching_sha2_password" | "mysql_native_password";

export interface Account {
  readonly name: AccountName;
  readonly plugin: AuthPlugin;
  /** The stored hash in the plugin's text form; empty when the account has no password. */
  readonly authentication: string;
  readonly locked: boolean;
  readonly passwordExpired: boolean;
  readonly passwordChangedAt: string;
  readonly requireTls: boolean;
  /** ALTER USER … COMMENT */
  readonly comment: string | undefined;
  /** ALTER USER … ATTRIBUTE: a JSON object's text, without the comment */
  readonly attributes: string | undefined;
  /** Static and dynamic privileges on `*.*`, upper case. */
  readonly globalPrivileges: ReadonlySet<string>;
  /** Grants below the global level. */
  readonly grants: readonly Grant[];
  /** WITH GRANT OPTION on `*.*` */
  readonly grantOption: boolean;
}

export type GrantTarget =
  /** `database` may hold the wildcards % and _ */
  | { readonly kind: "schema"; readonly database: string }
  | { readonly kind: "table"; readonly database: string; readonly table: string }
  | {
      readonly kind: "routine";
      readonly database: string;
      readonly routine: string;
      readonly routineKind: "PROCEDURE" | "FUNCTION";
    };

export interface Grant {
  readonly target: GrantTarget;
  readonly privileges: ReadonlySet<string>;
  /** Column privileges of a table grant: privilege → columns. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly grantOption: boolean;
}

/** The `'user'@'host'` text that messages and SHOW GRANTS print. */
export function accountText(name: AccountName): string {
  return `'${name.user}'@'${name.host}'`;
}

/** The form with back-quotes that SHOW GRANTS and SHOW CREATE USER print. */
export function quotedAccount(name: AccountName): string {
  return `\`${name.user.replaceAll("`", "``")}\`@\`${name.host.replaceAll("`", "``")}\``;
}
