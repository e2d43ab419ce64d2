/** Query expressions: SELECT, VALUES, TABLE, set operations, and what may stand in FROM. */
import type { DataType } from "./data-type.ts";
import type { Expression, IntervalUnit, JsonFallback, SourceRange } from "./expression.ts";

/** A whole query expression: `[WITH …] body [ORDER BY …] [LIMIT …] [FOR UPDATE …] [INTO …]`. */
export interface Query extends SourceRange {
  readonly kind: "query";
  readonly with?: WithClause;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Limit;
  readonly locking: readonly LockingClause[];
  readonly into?: SelectInto;
}

export type QueryBody = Select | SetOperation | ValuesRows | TableRows | NestedQuery;

export interface SetOperation {
  readonly kind: "set-operation";
  readonly operator: "union" | "except" | "intersect";
  /** false with ALL */
  readonly distinct: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}
/** VALUES ROW(…), ROW(…) */
export interface ValuesRows {
  readonly kind: "values";
  readonly rows: readonly (readonly Expression[])[];
}
/** TABLE t */
export interface TableRows {
  readonly kind: "table-rows";
  readonly table: TableName;
}
/** A query expression in parentheses with its own ORDER BY, LIMIT or WITH. */
export interface NestedQuery {
  readonly kind: "nested";
  readonly query: Query;
}

export interface WithClause {
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}
export interface CommonTable {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
}

export interface Select {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly straightJoin: boolean;
  readonly calcFoundRows: boolean;
  /** SQL_NO_CACHE, SQL_SMALL_RESULT, SQL_BIG_RESULT, SQL_BUFFER_RESULT, HIGH_PRIORITY: accepted without effect */
  readonly options: readonly string[];
  readonly items: readonly SelectItem[];
  /** Comma-separated references; empty without FROM (and for FROM DUAL). */
  readonly from: readonly TableReference[];
  readonly where?: Expression;
  readonly groupBy: readonly OrderItem[];
  readonly rollup: boolean;
  readonly having?: Expression;
  readonly windows: readonly {
    readonly name: string;
    readonly window: WindowSpecification;
  }[];
  readonly qualify?: Expression;
}

export type SelectItem =
  /** `*`, `t.*`, `db.t.*` */
  | {
      readonly kind: "star";
      readonly database?: string;
      readonly table?: string;
    }
  | {
      readonly kind: "item";
      readonly expression: Expression;
      readonly alias?: string;
      /** The expression's source text: the column's name when there is neither alias nor plain column. A string
       *  literal's own text for string literals. */
      readonly text: string;
    };

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
}

/** Numbers are literals, `?` or (in routines) variables. */
export interface Limit {
  readonly count: Expression;
  readonly offset?: Expression;
}

export interface LockingClause {
  readonly strength: "share" | "update";
  readonly tables: readonly TableName[];
  readonly policy: "wait" | "nowait" | "skip locked";
}

export type SelectInto =
  | {
      readonly kind: "variables";
      readonly variables: readonly {
        readonly name: string;
        readonly user: boolean;
      }[];
    }
  | {
      readonly kind: "outfile";
      readonly file: string;
      readonly charset?: string;
      readonly format: FileFormat;
    }
  | { readonly kind: "dumpfile"; readonly file: string };

/** FIELDS … LINES … of LOAD DATA and INTO OUTFILE; undefined = not written */
export interface FileFormat {
  readonly fieldsTerminatedBy?: Uint8Array;
  readonly fieldsEnclosedBy?: Uint8Array;
  readonly optionallyEnclosed: boolean;
  readonly fieldsEscapedBy?: Uint8Array;
  readonly linesTerminatedBy?: Uint8Array;
  readonly linesStartingBy?: Uint8Array;
}

export interface TableName extends SourceRange {
  readonly database?: string;
  readonly name: string;
}

export interface NamedTable extends SourceRange {
  readonly kind: "table";
  readonly database?: string;
  readonly name: string;
  readonly alias?: string;
  readonly partitions: readonly string[];
  readonly hints: readonly IndexHint[];
  /** `t AS OF revision`: a branch, tag, commit or time */
  readonly asOf?: Expression;
}
export interface IndexHint {
  readonly action: "use" | "force" | "ignore";
  readonly scope?: "join" | "order by" | "group by";
  readonly indexes: readonly string[];
}
export interface DerivedTable extends SourceRange {
  readonly kind: "derived";
  readonly query: Query;
  readonly alias: string;
  readonly columns?: readonly string[];
  readonly lateral: boolean;
}
/** `name(args) AS alias`: dolt_diff(…) and the like */
export interface TableFunction extends SourceRange {
  readonly kind: "table-function";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly alias?: string;
}
export type JsonTableColumn =
  | { readonly kind: "ordinality"; readonly name: string }
  | {
      readonly kind: "path" | "exists";
      readonly name: string;
      readonly type: DataType;
      readonly path: Uint8Array;
      readonly onEmpty?: JsonFallback;
      readonly onError?: JsonFallback;
    }
  | {
      readonly kind: "nested";
      readonly path: Uint8Array;
      readonly columns: readonly JsonTableColumn[];
    };
export interface JsonTable extends SourceRange {
  readonly kind: "json-table";
  readonly document: Expression;
  readonly path: Uint8Array;
  readonly columns: readonly JsonTableColumn[];
  readonly alias: string;
}
export interface Join extends SourceRange {
  readonly kind: "join";
  /** JOIN, INNER JOIN and CROSS JOIN are `inner`; STRAIGHT_JOIN is `straight` */
  readonly type: "inner" | "left" | "right" | "straight";
  readonly natural: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on?: Expression;
  readonly using?: readonly string[];
}
export type TableReference = NamedTable | DerivedTable | TableFunction | JsonTable | Join;

export interface WindowSpecification {
  /** the named window that this one extends */
  readonly base?: string;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame?: WindowFrame;
}
export interface WindowFrame {
  readonly units: "rows" | "range" | "groups";
  readonly from: FrameBound;
  /** undefined: current row */
  readonly to?: FrameBound;
}
export type FrameBound =
  | {
      readonly kind: "unbounded preceding" | "unbounded following" | "current row";
    }
  | {
      readonly kind: "preceding" | "following";
      readonly amount: Expression;
      /** RANGE INTERVAL amount unit PRECEDING */
      readonly unit?: IntervalUnit;
    };
