/** CREATE, ALTER, DROP, RENAME of databases, tables, indexes, views and stored programs. */
import type { DataType } from "./data-type.ts";
import type { Expression, SourceRange } from "./expression.ts";
import type { Query, TableName } from "./query.ts";

/** Options of CREATE/ALTER DATABASE. */
export interface DatabaseOptionList {
  readonly charset?: string;
  readonly collation?: string;
  readonly encryption?: string;
  readonly readOnly?: boolean;
}
export interface CreateDatabase extends SourceRange {
  readonly kind: "create-database";
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly options: DatabaseOptionList;
}
export interface AlterDatabase extends SourceRange {
  readonly kind: "alter-database";
  /** undefined: the current database */
  readonly name?: string;
  readonly options: DatabaseOptionList;
}
export interface DropDatabase extends SourceRange {
  readonly kind: "drop-database";
  readonly ifExists: boolean;
  readonly name: string;
}

export type ColumnDefaultClause =
  /** a literal (perhaps signed), NULL, TRUE, FALSE, or now() for CURRENT_TIMESTAMP and its synonyms */
  | { readonly kind: "value"; readonly value: Expression }
  /** DEFAULT (expression) */
  | { readonly kind: "expression"; readonly value: Expression };

export interface ColumnDefinition extends SourceRange {
  readonly name: string;
  readonly type: DataType;
  /** undefined: neither NULL nor NOT NULL written */
  readonly nullable?: boolean;
  readonly default?: ColumnDefaultClause;
  /** ON UPDATE CURRENT_TIMESTAMP(n): n, 0 when absent */
  readonly onUpdateNow?: number;
  readonly autoIncrement: boolean;
  /** PRIMARY KEY or KEY / UNIQUE [KEY] on the column */
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly comment?: Uint8Array;
  readonly generated?: {
    readonly expression: Expression;
    readonly stored: boolean;
  };
  readonly invisible?: boolean;
  readonly checks: readonly CheckDefinition[];
  readonly references?: ReferenceClause;
  readonly srid?: number;
  /** COLUMN_FORMAT, STORAGE, ENGINE_ATTRIBUTE …: name → text, without effect */
  readonly attributes: Readonly<Record<string, string>>;
}

export type ReferenceAction = "restrict" | "cascade" | "set null" | "no action" | "set default";
export interface ReferenceClause {
  readonly table: TableName;
  /** undefined: the parent's primary key */
  readonly columns?: readonly string[];
  readonly match?: "full" | "partial" | "simple";
  readonly onDelete?: ReferenceAction;
  readonly onUpdate?: ReferenceAction;
}
export interface CheckDefinition {
  readonly name?: string;
  readonly expression: Expression;
  readonly enforced: boolean;
}
export interface IndexPartDefinition {
  /** exactly one of column and expression */
  readonly column?: string;
  readonly expression?: Expression;
  readonly prefixLength?: number;
  readonly descending: boolean;
}
export interface IndexOptions {
  readonly using?: "btree" | "hash" | "rtree";
  readonly comment?: Uint8Array;
  readonly visible?: boolean;
  readonly keyBlockSize?: number;
  readonly parser?: string;
}
export interface IndexElement extends SourceRange {
  readonly kind: "index";
  readonly type: "primary" | "unique" | "index" | "fulltext" | "spatial";
  readonly name?: string;
  /** CONSTRAINT symbol of a primary or unique key; names the index when it has no name */
  readonly constraint?: string;
  readonly parts: readonly IndexPartDefinition[];
  readonly options: IndexOptions;
}
export interface ForeignKeyElement extends SourceRange {
  readonly kind: "foreign-key";
  readonly constraint?: string;
  readonly indexName?: string;
  readonly columns: readonly string[];
  readonly references: ReferenceClause;
}
export type TableElement =
  | { readonly kind: "column"; readonly column: ColumnDefinition }
  | IndexElement
  | ForeignKeyElement
  | { readonly kind: "check"; readonly check: CheckDefinition };

/** One `NAME = value`; name in MySQL's lower-case spelling with underscores, e.g. engine, auto_increment, charset,
 *  collate, comment, row_format, key_block_size, stats_persistent, union, tablespace. */
export interface TableOption {
  readonly name: string;
  readonly value: string;
  /** COMMENT and other strings: the raw bytes */
  readonly bytes?: Uint8Array;
}

export interface PartitionBy {
  readonly type: "hash" | "key" | "range" | "list";
  readonly linear: boolean;
  readonly algorithm?: number;
  readonly expression?: Expression;
  /** KEY(columns), RANGE COLUMNS(…), LIST COLUMNS(…) */
  readonly columns?: readonly string[];
  readonly count?: number;
  readonly subpartition?: Omit<PartitionBy, "subpartition" | "partitions">;
  readonly partitions: readonly PartitionDefinition[];
}
export interface PartitionDefinition {
  readonly name: string;
  /** undefined items are MAXVALUE */
  readonly lessThan?: readonly (Expression | undefined)[];
  readonly in?: readonly (readonly Expression[])[];
  readonly options: readonly TableOption[];
  readonly subpartitions: readonly {
    readonly name: string;
    readonly options: readonly TableOption[];
  }[];
}

export interface CreateTable extends SourceRange {
  readonly kind: "create-table";
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly elements: readonly TableElement[];
  readonly options: readonly TableOption[];
  readonly partitionBy?: PartitionBy;
  /** CREATE TABLE … [IGNORE | REPLACE] [AS] SELECT */
  readonly query?: Query;
  readonly duplicates?: "ignore" | "replace";
}
export interface CreateTableLike extends SourceRange {
  readonly kind: "create-table-like";
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly like: TableName;
}

export type ColumnPosition = { readonly kind: "first" } | { readonly kind: "after"; readonly column: string };

export type AlterTableAction =
  | {
      readonly kind: "add-column";
      readonly column: ColumnDefinition;
      readonly position?: ColumnPosition;
    }
  /** ADD (a INT, b INT, KEY …), and ADD INDEX / KEY / PRIMARY KEY / FOREIGN KEY / CHECK (one element) */
  | { readonly kind: "add"; readonly elements: readonly TableElement[] }
  /** CHANGE old new…; MODIFY has oldName = column.name */
  | {
      readonly kind: "change-column";
      readonly oldName: string;
      readonly column: ColumnDefinition;
      readonly position?: ColumnPosition;
    }
  | {
      readonly kind: "alter-column-default";
      readonly column: string;
      readonly default?: ColumnDefaultClause;
    }
  | {
      readonly kind: "alter-column-visibility";
      readonly column: string;
      readonly visible: boolean;
    }
  | {
      readonly kind: "rename-column";
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: "drop-column"; readonly name: string }
  | { readonly kind: "drop-primary-key" }
  | { readonly kind: "drop-index"; readonly name: string }
  | { readonly kind: "drop-foreign-key"; readonly name: string }
  /** DROP CONSTRAINT name: check, foreign key, unique or (named PRIMARY) primary key */
  | { readonly kind: "drop-constraint"; readonly name: string }
  | { readonly kind: "drop-check"; readonly name: string }
  | {
      readonly kind: "rename-index";
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: "alter-index";
      readonly name: string;
      readonly visible: boolean;
    }
  | {
      readonly kind: "alter-check";
      readonly name: string;
      readonly enforced: boolean;
      readonly constraint: boolean;
    }
  | { readonly kind: "rename"; readonly to: TableName }
  | {
      readonly kind: "convert-charset";
      readonly charset?: string;
      readonly collation?: string;
    }
  | { readonly kind: "options"; readonly options: readonly TableOption[] }
  | {
      readonly kind: "order-by";
      readonly columns: readonly {
        readonly name: string;
        readonly descending: boolean;
      }[];
    }
  | { readonly kind: "keys"; readonly enable: boolean }
  | { readonly kind: "force" }
  | { readonly kind: "tablespace"; readonly action: "discard" | "import" }
  | { readonly kind: "validation"; readonly with: boolean }
  | { readonly kind: "partition-by"; readonly partitionBy: PartitionBy }
  | { readonly kind: "remove-partitioning" }
  | {
      readonly kind: "partition";
      readonly action:
        | "add"
        | "drop"
        | "truncate"
        | "coalesce"
        | "reorganize"
        | "exchange"
        | "analyze"
        | "check"
        | "optimize"
        | "rebuild"
        | "repair"
        | "discard"
        | "import";
      /** empty with `all` */
      readonly names: readonly string[];
      readonly all: boolean;
      readonly definitions: readonly PartitionDefinition[];
      readonly count?: number;
      readonly table?: TableName;
    };

export interface AlterTable extends SourceRange {
  readonly kind: "alter-table";
  readonly table: TableName;
  readonly actions: readonly AlterTableAction[];
  /** ALGORITHM = …, lower case */
  readonly algorithm?: string;
  /** LOCK = …, lower case */
  readonly lock?: string;
}
export interface DropTable extends SourceRange {
  readonly kind: "drop-table";
  readonly temporary: boolean;
  readonly ifExists: boolean;
  readonly tables: readonly TableName[];
}
export interface RenameTable extends SourceRange {
  readonly kind: "rename-table";
  readonly renames: readonly {
    readonly from: TableName;
    readonly to: TableName;
  }[];
}
export interface CreateIndex extends SourceRange {
  readonly kind: "create-index";
  readonly table: TableName;
  readonly index: IndexElement;
  readonly algorithm?: string;
  readonly lock?: string;
}
export interface DropIndex extends SourceRange {
  readonly kind: "drop-index";
  readonly name: string;
  readonly table: TableName;
  readonly algorithm?: string;
  readonly lock?: string;
}

/** user@host of DEFINER and account statements; `currentUser` for CURRENT_USER */
export interface AccountName {
  readonly user: string;
  /** "%" when not written */
  readonly host: string;
  readonly currentUser: boolean;
}
export interface ViewAttributes {
  readonly algorithm?: "undefined" | "merge" | "temptable";
  readonly definer?: AccountName;
  readonly sqlSecurity?: "definer" | "invoker";
}
export interface CreateView extends SourceRange, ViewAttributes {
  /** ALTER VIEW is the same with `alter` */
  readonly kind: "create-view";
  readonly alter: boolean;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly view: TableName;
  readonly columns?: readonly string[];
  readonly query: Query;
  /** the query's source text */
  readonly queryText: string;
  readonly checkOption?: "cascaded" | "local";
}
export interface DropView extends SourceRange {
  readonly kind: "drop-view";
  readonly ifExists: boolean;
  readonly views: readonly TableName[];
}

export type StoredProgramType = "procedure" | "function" | "trigger" | "event";
/** CREATE/ALTER TRIGGER, PROCEDURE, FUNCTION, EVENT: header parsed as far as named here, body as text. */
export interface CreateStoredProgram extends SourceRange {
  readonly kind: "create-program";
  readonly type: StoredProgramType;
  readonly alter: boolean;
  readonly ifNotExists: boolean;
  readonly definer?: AccountName;
  readonly name: TableName;
  /** trigger only */
  readonly trigger?: {
    readonly time: "before" | "after";
    readonly event: "insert" | "update" | "delete";
    readonly table: TableName;
    readonly order?: {
      readonly kind: "follows" | "precedes";
      readonly name: string;
    };
  };
  /** everything after the header, as text: parameters, characteristics, schedule and body */
  readonly body: string;
}
export interface DropStoredProgram extends SourceRange {
  readonly kind: "drop-program";
  readonly type: StoredProgramType;
  readonly ifExists: boolean;
  readonly name: TableName;
}
/** Statements known by name and answered 1235 or treated as the server sees fit: tablespaces, servers, resource
 *  groups, spatial reference systems, loadable functions, instances, log file groups. */
export interface OtherDefinition extends SourceRange {
  readonly kind: "other-definition";
  /** e.g. "CREATE TABLESPACE" */
  readonly construct: string;
  readonly text: string;
}

export type DataDefinitionStatement =
  | CreateDatabase
  | AlterDatabase
  | DropDatabase
  | CreateTable
  | CreateTableLike
  | AlterTable
  | DropTable
  | RenameTable
  | CreateIndex
  | DropIndex
  | CreateView
  | DropView
  | CreateStoredProgram
  | DropStoredProgram
  | OtherDefinition;
