/** Statements about the session: transactions, locks, SET, USE, prepared statements, EXPLAIN, HELP. */
import type { AccountName } from "./data-definition.ts";
import type { Expression, SourceRange, VariableScope } from "./expression.ts";
import type { TableName } from "./query.ts";
import type { Statement } from "./statement.ts";

export type IsolationName = "READ-UNCOMMITTED" | "READ-COMMITTED" | "REPEATABLE-READ" | "SERIALIZABLE";

export interface StartTransaction extends SourceRange {
  readonly kind: "start-transaction";
  /** written as BEGIN [WORK] */
  readonly begin: boolean;
  readonly consistentSnapshot: boolean;
  readonly access?: "read write" | "read only";
}
export interface EndTransaction extends SourceRange {
  readonly kind: "commit" | "rollback";
  /** undefined: as completion_type says */
  readonly chain?: boolean;
  readonly release?: boolean;
}
export interface Savepoint extends SourceRange {
  readonly kind: "savepoint" | "rollback-to-savepoint" | "release-savepoint";
  readonly name: string;
}
export interface XaStatement extends SourceRange {
  readonly kind: "xa";
  /** e.g. "XA START" */
  readonly construct: string;
  readonly text: string;
}
export interface LockTables extends SourceRange {
  readonly kind: "lock-tables";
  readonly locks: readonly {
    readonly table: TableName;
    readonly alias?: string;
    readonly type: "read" | "read local" | "write";
  }[];
}
export interface UnlockTables extends SourceRange {
  readonly kind: "unlock-tables" | "lock-instance" | "unlock-instance";
}

export interface SetStatement extends SourceRange {
  readonly kind: "set";
  readonly assignments: readonly SetAssignment[];
}
export type SetAssignment =
  | {
      readonly kind: "user-variable";
      readonly name: string;
      readonly value: Expression;
    }
  /** SET [GLOBAL|SESSION|…] name = value. A bare word as value (SET sql_mode = ANSI, ON, OFF) is a `string` literal;
   *  `default` is DEFAULT. Without scope: session, or a local variable inside a routine. */
  | {
      readonly kind: "system-variable";
      readonly scope?: VariableScope;
      readonly name: string;
      readonly value: Expression;
      /** written with @@ */
      readonly at: boolean;
    }
  /** NEW.column = value in triggers and local variables `a.b` are system variables with a dot in the name */
  | {
      readonly kind: "names";
      readonly charset?: string;
      readonly collation?: string;
    }
  /** charset undefined: DEFAULT */
  | { readonly kind: "character-set"; readonly charset?: string }
  | {
      readonly kind: "transaction";
      readonly scope?: "global" | "session";
      readonly isolation?: IsolationName;
      readonly access?: "read write" | "read only";
    }
  | {
      readonly kind: "password";
      readonly account?: AccountName;
      /** undefined: TO RANDOM */
      readonly password?: string;
      readonly replace?: string;
      readonly retainCurrent: boolean;
    };

export interface SetRole extends SourceRange {
  readonly kind: "set-role";
  readonly roles: "default" | "none" | "all" | readonly AccountName[];
  /** ALL EXCEPT these */
  readonly except: readonly AccountName[];
}
export interface SetDefaultRole extends SourceRange {
  readonly kind: "set-default-role";
  readonly roles: "none" | "all" | readonly AccountName[];
  readonly accounts: readonly AccountName[];
}
export interface SetResourceGroup extends SourceRange {
  readonly kind: "set-resource-group";
  readonly name: string;
}
export interface Use extends SourceRange {
  readonly kind: "use";
  readonly database: string;
}
export interface Prepare extends SourceRange {
  readonly kind: "prepare";
  readonly name: string;
  /** a string literal or a user variable */
  readonly source: Expression;
}
export interface Execute extends SourceRange {
  readonly kind: "execute";
  readonly name: string;
  readonly variables: readonly string[];
}
export interface Deallocate extends SourceRange {
  readonly kind: "deallocate";
  readonly name: string;
}
export interface Explain extends SourceRange {
  readonly kind: "explain";
  readonly analyze: boolean;
  /** traditional, json, tree; undefined: @@explain_format */
  readonly format?: string;
  readonly into?: string;
  readonly forConnection?: number;
  readonly forDatabase?: string;
  readonly statement?: Statement;
}
/** DESCRIBE t [column | 'pattern'] */
export interface Describe extends SourceRange {
  readonly kind: "describe";
  readonly table: TableName;
  readonly column?: string;
}
export interface Help extends SourceRange {
  readonly kind: "help";
  readonly topic: string;
}
export interface Kill extends SourceRange {
  readonly kind: "kill";
  readonly type: "connection" | "query";
  readonly id: Expression;
}
/** FLUSH [NO_WRITE_TO_BINLOG] …: what, in lower case ("privileges", "tables", "tables with read lock", "logs" …) */
export interface Flush extends SourceRange {
  readonly kind: "flush";
  readonly targets: readonly string[];
  readonly tables: readonly TableName[];
}
export interface Reset extends SourceRange {
  readonly kind: "reset";
  /** e.g. "binary logs and gtids", "replica", "persist" */
  readonly target: string;
  readonly name?: string;
}
export interface TableMaintenance extends SourceRange {
  readonly kind: "analyze-table" | "check-table" | "checksum-table" | "optimize-table" | "repair-table";
  readonly tables: readonly TableName[];
  /** CHECK: quick, fast, medium, extended, changed, for upgrade; CHECKSUM: quick, extended; ANALYZE: histogram text */
  readonly options: readonly string[];
}
/** SHUTDOWN, RESTART, BINLOG, CHANGE REPLICATION, START REPLICA, INSTALL PLUGIN, CLONE, IMPORT TABLE, HANDLER,
 *  CACHE INDEX, GET DIAGNOSTICS, SIGNAL …: parsed by name only. */
export interface OtherStatement extends SourceRange {
  readonly kind: "other";
  readonly construct: string;
  readonly text: string;
}

export type SessionStatement =
  | StartTransaction
  | EndTransaction
  | Savepoint
  | XaStatement
  | LockTables
  | UnlockTables
  | SetStatement
  | SetRole
  | SetDefaultRole
  | SetResourceGroup
  | Use
  | Prepare
  | Execute
  | Deallocate
  | Explain
  | Describe
  | Help
  | Kill
  | Flush
  | Reset
  | TableMaintenance
  | OtherStatement;
