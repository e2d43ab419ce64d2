/** Column and expression types of MySQL, as a tagged union. */

export type IntegerName = "tinyint" | "smallint" | "mediumint" | "int" | "bigint";

export interface IntegerType {
  readonly kind: "integer";
  readonly name: IntegerName;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** Kept for tinyint(1) and for zerofill; MySQL 8+ drops it elsewhere. */
  readonly displayWidth?: number;
}
export interface FloatType {
  readonly kind: "float";
  readonly name: "float" | "double";
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** FLOAT(M,D) / DOUBLE(M,D), deprecated but legal. */
  readonly precision?: number;
  readonly scale?: number;
}
export interface DecimalType {
  readonly kind: "decimal";
  /** 1..65 */
  readonly precision: number;
  /** 0..30 */
  readonly scale: number;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
}
export interface BitType {
  readonly kind: "bit";
  /** 1..64 bits */
  readonly width: number;
}
export type StringName = "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext";
export interface StringType {
  readonly kind: "string";
  readonly name: StringName;
  /** char and varchar: characters; the text family: bytes (255, 65535, 16777215, 4294967295). */
  readonly length: number;
  readonly charset: string;
  readonly collation: string;
}
export type BinaryName = "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob";
export interface BinaryType {
  readonly kind: "binary";
  readonly name: BinaryName;
  /** bytes */
  readonly length: number;
}
export interface EnumType {
  readonly kind: "enum";
  readonly members: readonly string[];
  readonly charset: string;
  readonly collation: string;
}
export interface SetType {
  readonly kind: "set";
  readonly members: readonly string[];
  readonly charset: string;
  readonly collation: string;
}
export interface DateType {
  readonly kind: "date";
}
export interface TimeType {
  readonly kind: "time";
  /** fractional digits 0..6 */
  readonly fraction: number;
}
export interface DatetimeType {
  readonly kind: "datetime" | "timestamp";
  readonly fraction: number;
}
export interface YearType {
  readonly kind: "year";
}
export interface JsonType {
  readonly kind: "json";
}
export type GeometryName =
  | "geometry"
  | "point"
  | "linestring"
  | "polygon"
  | "multipoint"
  | "multilinestring"
  | "multipolygon"
  | "geomcollection";
export interface GeometryType {
  readonly kind: "geometry";
  readonly name: GeometryName;
  readonly srid?: number;
}
/** The type of the literal NULL. */
export interface NullType {
  readonly kind: "null";
}

export type SqlType =
  | IntegerType
  | FloatType
  | DecimalType
  | BitType
  | StringType
  | BinaryType
  | EnumType
  | SetType
  | DateType
  | TimeType
  | DatetimeType
  | YearType
  | JsonType
  | GeometryType
  | NullType;
