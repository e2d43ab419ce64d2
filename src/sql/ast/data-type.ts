/** Types as written in column definitions and casts; names are canonical and lower case (INTEGER → int, BOOL → tinyint(1)). */

export type DataTypeName =
  | "tinyint"
  | "smallint"
  | "mediumint"
  | "int"
  | "bigint"
  | "float"
  | "double"
  | "decimal"
  | "bit"
  | "year"
  | "date"
  | "time"
  | "datetime"
  | "timestamp"
  | "char"
  | "varchar"
  | "tinytext"
  | "text"
  | "mediumtext"
  | "longtext"
  | "binary"
  | "varbinary"
  | "tinyblob"
  | "blob"
  | "mediumblob"
  | "longblob"
  | "enum"
  | "set"
  | "json"
  | "geometry"
  | "point"
  | "linestring"
  | "polygon"
  | "multipoint"
  | "multilinestring"
  | "multipolygon"
  | "geomcollection"
  | "vector";

/** A column's type as written. Limits and defaults are the binder's business, except that `serial` becomes
 *  bigint unsigned (and the parser adds NOT NULL AUTO_INCREMENT UNIQUE to the column). */
export interface DataType {
  readonly name: DataTypeName;
  /** length, width, precision or fractional digits, as written */
  readonly length?: number;
  /** the second number of DECIMAL(p,s), FLOAT(m,d), DOUBLE(m,d) */
  readonly scale?: number;
  readonly unsigned?: boolean;
  readonly zerofill?: boolean;
  /** lower case; NATIONAL and NCHAR give utf8mb3, ASCII latin1, UNICODE ucs2, BYTE and CHARSET binary: binary */
  readonly charset?: string;
  readonly collation?: string;
  /** CHAR … BINARY: the _bin collation of the character set */
  readonly binaryCollation?: boolean;
  /** ENUM and SET: members as bytes in the client's character set */
  readonly members?: readonly Uint8Array[];
  /** Written as BOOL or BOOLEAN. */
  readonly boolean?: boolean;
}

export interface CastType {
  readonly name:
    | "binary"
    | "char"
    | "date"
    | "time"
    | "datetime"
    | "decimal"
    | "signed"
    | "unsigned"
    | "json"
    | "double"
    | "float"
    | "year"
    | "point"
    | "linestring"
    | "polygon"
    | "multipoint"
    | "multilinestring"
    | "multipolygon"
    | "geomcollection";
  /** length, precision or fractional digits */
  readonly length?: number;
  readonly scale?: number;
  readonly charset?: string;
}
