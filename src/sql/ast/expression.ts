/**
 * Expressions as the parser gives them. Every node carries the byte range of the statement it was read from (`start`
 * inclusive, `end` exclusive): MySQL names the columns of expressions by their source text.
 *
 * The parser rewrites what MySQL itself rewrites while parsing, so that there is one node for one meaning: `a -> b` is
 * `json_extract(a,b)`, BINARY a is a cast, DATE_ADD and `a + INTERVAL …` are `interval`, MID and SUBSTRING are `substr`.
 */

import type { CastType } from "./data-type.ts";
import type { OrderItem, Query, WindowSpecification } from "./query.ts";

export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** Set on literals that the normaliser took out of the text: the plan must read `frame.parameters[parameter]` instead
 *  of the value seen here, because it is reused for statements with other literals of the same types. */
export interface Extractable {
  readonly parameter?: number;
}

export interface NullLiteral extends SourceRange {
  readonly kind: "null";
}
export interface BooleanLiteral extends SourceRange {
  readonly kind: "boolean";
  readonly value: boolean;
}
/** `text` is as written, without sign (a sign directly before a number literal is a unary operator). */
export interface NumberLiteral extends SourceRange, Extractable {
  readonly kind: "number";
  /** integer: 12; decimal: 1.5, .5 and integers over 18446744073709551615; float: 1e3 */
  readonly form: "integer" | "decimal" | "float";
  readonly text: string;
}
/** `bytes` are after escape processing and joining of adjacent literals, in the client's character set. */
export interface StringLiteral extends SourceRange, Extractable {
  readonly kind: "string";
  readonly bytes: Uint8Array;
  /** `_utf8mb4'…'`: lower-case character set name, without underscore; N'…' is "utf8mb3" */
  readonly introducer?: string;
  /** Text of the first of the adjacent literals: how MySQL names the column of `SELECT 'a' 'b'`. */
  readonly firstLength?: number;
}
/** 0xFF, x'FF', 0b1, b'1' */
export interface BinaryLiteral extends SourceRange, Extractable {
  readonly kind: "hex" | "bit";
  readonly bytes: Uint8Array;
  readonly introducer?: string;
}
/** DATE '…', TIME '…', TIMESTAMP '…' and the ODBC forms {d '…'} {t '…'} {ts '…'} */
export interface TemporalLiteral extends SourceRange {
  readonly kind: "temporal";
  readonly type: "date" | "time" | "timestamp";
  readonly text: string;
}
/** A `?`, counted from 0 in text order. */
export interface Parameter extends SourceRange {
  readonly kind: "parameter";
  readonly index: number;
}
export interface ColumnReference extends SourceRange {
  readonly kind: "column";
  readonly database?: string;
  readonly table?: string;
  readonly name: string;
}
export interface UserVariable extends SourceRange {
  readonly kind: "user-variable";
  readonly name: string;
}
export type VariableScope = "global" | "session" | "local" | "persist" | "persist_only";
export interface SystemVariable extends SourceRange {
  readonly kind: "system-variable";
  /** undefined: `@@name`, session when it has one, else global */
  readonly scope?: VariableScope;
  /** lower case; `component.name` keeps the dot */
  readonly name: string;
}
/** `@a := value` */
export interface Assignment extends SourceRange {
  readonly kind: "assignment";
  readonly variable: string;
  readonly value: Expression;
}
/** `not` is NOT and, with lower precedence in the text, `!` as well: they mean the same. */
export interface Unary extends SourceRange {
  readonly kind: "unary";
  readonly operator: "-" | "~" | "not" | "!";
  readonly operand: Expression;
}
export type ComparisonOperator = "=" | "<=>" | "<>" | "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "div" | "%" | "|" | "&" | "^" | "<<" | ">>";
export interface Binary extends SourceRange {
  readonly kind: "binary";
  readonly operator: ComparisonOperator | ArithmeticOperator | "xor";
  readonly left: Expression;
  readonly right: Expression;
}
/** AND and OR are flat: `a AND b AND c` has three operands. */
export interface Logical extends SourceRange {
  readonly kind: "and" | "or";
  readonly operands: readonly Expression[];
}
export interface Between extends SourceRange {
  readonly kind: "between";
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}
export interface InList extends SourceRange {
  readonly kind: "in";
  readonly operand: Expression;
  readonly items: readonly Expression[];
  readonly negated: boolean;
}
export interface InQuery extends SourceRange {
  readonly kind: "in-query";
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
}
export interface Like extends SourceRange {
  readonly kind: "like";
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
  readonly negated: boolean;
}
/** REGEXP and RLIKE */
export interface Regexp extends SourceRange {
  readonly kind: "regexp";
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly negated: boolean;
}
export interface Is extends SourceRange {
  readonly kind: "is";
  readonly operand: Expression;
  readonly test: "null" | "true" | "false" | "unknown";
  readonly negated: boolean;
}
export interface Case extends SourceRange {
  readonly kind: "case";
  readonly operand?: Expression;
  readonly branches: readonly {
    readonly when: Expression;
    readonly then: Expression;
  }[];
  readonly otherwise?: Expression;
}
/** CAST(a AS type), CONVERT(a, type), BINARY a (type char, charset binary) */
export interface Cast extends SourceRange {
  readonly kind: "cast";
  readonly operand: Expression;
  readonly type: CastType;
  /** CAST(… AS UNSIGNED ARRAY) in multi-valued indexes */
  readonly array: boolean;
  /** CAST(a AT TIME ZONE '…' AS DATETIME) */
  readonly timeZone?: string;
}
/** CONVERT(a USING charset) */
export interface ConvertCharset extends SourceRange {
  readonly kind: "convert-charset";
  readonly operand: Expression;
  readonly charset: string;
}
export interface Collate extends SourceRange {
  readonly kind: "collate";
  readonly operand: Expression;
  readonly collation: string;
}
export type IntervalUnit =
  | "microsecond"
  | "second"
  | "minute"
  | "hour"
  | "day"
  | "week"
  | "month"
  | "quarter"
  | "year"
  | "second_microsecond"
  | "minute_microsecond"
  | "minute_second"
  | "hour_microsecond"
  | "hour_second"
  | "hour_minute"
  | "day_microsecond"
  | "day_second"
  | "day_minute"
  | "day_hour"
  | "year_month";
/** `operand ± INTERVAL amount unit` in all its spellings (DATE_ADD, SUBDATE(d, n) …). */
export interface IntervalArithmetic extends SourceRange {
  readonly kind: "interval";
  readonly operand: Expression;
  readonly amount: Expression;
  readonly unit: IntervalUnit;
  readonly subtract: boolean;
}
/** A plain call `name(arguments)`: built-in (canonical lower-case name) or stored function. */
export interface FunctionCall extends SourceRange {
  readonly kind: "function";
  readonly database?: string;
  /** lower case, with MySQL's synonyms resolved to the name it prints (substring → substr, now …) */
  readonly name: string;
  /** as written, for error messages and stored functions */
  readonly writtenName: string;
  readonly args: readonly Expression[];
}
export type AggregateName =
  | "count"
  | "sum"
  | "avg"
  | "min"
  | "max"
  | "bit_and"
  | "bit_or"
  | "bit_xor"
  | "std"
  | "stddev_samp"
  | "variance"
  | "var_samp"
  | "group_concat"
  | "json_arrayagg"
  | "json_objectagg"
  | "st_collect";
/** STD, STDDEV, STDDEV_POP are `std`; VARIANCE and VAR_POP `variance`. COUNT(*) has no args and `star`. */
export interface Aggregate extends SourceRange {
  readonly kind: "aggregate";
  readonly name: AggregateName;
  readonly distinct: boolean;
  readonly star: boolean;
  readonly args: readonly Expression[];
  /** GROUP_CONCAT only */
  readonly orderBy: readonly OrderItem[];
  /** GROUP_CONCAT … SEPARATOR; undefined is a comma */
  readonly separator?: Uint8Array;
  readonly over?: WindowReference;
}
export type WindowReference =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "specification"; readonly window: WindowSpecification };
export interface WindowFunction extends SourceRange {
  readonly kind: "window-function";
  readonly name:
    | "row_number"
    | "rank"
    | "dense_rank"
    | "cume_dist"
    | "percent_rank"
    | "ntile"
    | "lead"
    | "lag"
    | "first_value"
    | "last_value"
    | "nth_value";
  readonly args: readonly Expression[];
  readonly over: WindowReference;
}
export interface Extract extends SourceRange {
  readonly kind: "extract";
  readonly unit: IntervalUnit;
  readonly operand: Expression;
}
export interface Trim extends SourceRange {
  readonly kind: "trim";
  readonly side: "both" | "leading" | "trailing";
  readonly remove?: Expression;
  readonly operand: Expression;
}
/** TIMESTAMPADD(unit, n, t) and TIMESTAMPDIFF(unit, a, b) */
export interface UnitFunction extends SourceRange {
  readonly kind: "unit-function";
  readonly name: "timestampadd" | "timestampdiff";
  readonly unit: IntervalUnit;
  readonly args: readonly [Expression, Expression];
}
export interface GetFormat extends SourceRange {
  readonly kind: "get-format";
  readonly type: "date" | "time" | "datetime";
  readonly operand: Expression;
}
export interface WeightString extends SourceRange {
  readonly kind: "weight-string";
  readonly operand: Expression;
  readonly as?: { readonly type: "char" | "binary"; readonly length: number };
}
/** CHAR(n, … [USING charset]) */
export interface CharFunction extends SourceRange {
  readonly kind: "char";
  readonly args: readonly Expression[];
  readonly charset?: string;
}
export interface MemberOf extends SourceRange {
  readonly kind: "member-of";
  readonly operand: Expression;
  readonly array: Expression;
}
export type JsonFallback =
  | { readonly kind: "null" }
  | { readonly kind: "error" }
  | { readonly kind: "default"; readonly value: Expression };
export interface JsonValueFunction extends SourceRange {
  readonly kind: "json-value";
  readonly document: Expression;
  readonly path: Expression;
  readonly returning?: CastType;
  readonly onEmpty?: JsonFallback;
  readonly onError?: JsonFallback;
}
export interface Match extends SourceRange {
  readonly kind: "match";
  readonly columns: readonly ColumnReference[];
  readonly against: Expression;
  readonly mode: "natural" | "natural with expansion" | "expansion" | "boolean" | undefined;
}
/** (a, b, …) or ROW(a, b, …): at least two items */
export interface Row extends SourceRange {
  readonly kind: "row";
  readonly items: readonly Expression[];
}
export interface Subquery extends SourceRange {
  readonly kind: "subquery";
  readonly query: Query;
}
export interface Exists extends SourceRange {
  readonly kind: "exists";
  readonly query: Query;
}
/** a > ANY (SELECT …); SOME is any */
export interface Quantified extends SourceRange {
  readonly kind: "quantified";
  readonly operator: ComparisonOperator;
  readonly operand: Expression;
  readonly quantifier: "any" | "all";
  readonly query: Query;
}
/** The bare keyword DEFAULT in VALUES and assignments. */
export interface DefaultKeyword extends SourceRange {
  readonly kind: "default";
}
/** DEFAULT(column) */
export interface DefaultOf extends SourceRange {
  readonly kind: "default-of";
  readonly column: ColumnReference;
}
/** VALUES(column) in ON DUPLICATE KEY UPDATE */
export interface ValuesOf extends SourceRange {
  readonly kind: "values-of";
  readonly column: ColumnReference;
}

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | NumberLiteral
  | StringLiteral
  | BinaryLiteral
  | TemporalLiteral;

export type Expression =
  | Literal
  | Parameter
  | ColumnReference
  | UserVariable
  | SystemVariable
  | Assignment
  | Unary
  | Binary
  | Logical
  | Between
  | InList
  | InQuery
  | Like
  | Regexp
  | Is
  | Case
  | Cast
  | ConvertCharset
  | Collate
  | IntervalArithmetic
  | FunctionCall
  | Aggregate
  | WindowFunction
  | Extract
  | Trim
  | UnitFunction
  | GetFormat
  | WeightString
  | CharFunction
  | MemberOf
  | JsonValueFunction
  | Match
  | Row
  | Subquery
  | Exists
  | Quantified
  | DefaultKeyword
  | DefaultOf
  | ValuesOf;
