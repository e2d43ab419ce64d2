/** Column types as SHOW CREATE TABLE, SHOW COLUMNS and information_schema print them. */
import { unreachable } from "../base/assert.ts";
import type { IntegerName, IntegerType, SqlType } from "./sql-type.ts";

/** Digits of the greatest unsigned value: the width that ZEROFILL pads to when none was written. */
const ZEROFILL_WIDTH: Readonly<Record<IntegerName, number>> = {
  tinyint: 3,
  smallint: 5,
  mediumint: 8,
  int: 10,
  bigint: 20,
};

/** The digits ZEROFILL pads an integer to. */
export function zerofillWidth(type: IntegerType): number {
  return type.displayWidth ?? ZEROFILL_WIDTH[type.name];
}

/** `int unsigned`, `varchar(20)`, `enum('a','b')`: the type with its attributes, without character set. */
export function printType(type: SqlType): string {
  switch (type.kind) {
    case "integer": {
      const width = type.zerofill ? zerofillWidth(type) : type.displayWidth;
      return `${type.name}${width === undefined ? "" : `(${width})`}${sign(type)}`;
    }
    case "float":
      return `${type.name}${type.precision === undefined ? "" : `(${type.precision},${type.scale ?? 0})`}${sign(type)}`;
    case "decimal":
      return `decimal(${type.precision},${type.scale})${sign(type)}`;
    case "bit":
      return `bit(${type.width})`;
    case "string":
      return type.name === "char" || type.name === "varchar" ? `${type.name}(${type.length})` : type.name;
    case "binary":
      return type.name === "binary" || type.name === "varbinary" ? `${type.name}(${type.length})` : type.name;
    case "enum":
    case "set":
      return `${type.kind}(${type.members.map(quoteMember).join(",")})`;
    case "date":
    case "year":
    case "json":
      return type.kind;
    case "time":
    case "datetime":
    case "timestamp":
      return type.fraction === 0 ? type.kind : `${type.kind}(${type.fraction})`;
    case "geometry":
      return type.name;
    case "null":
      return "null";
    default:
      return unreachable(type);
  }
}

/** The type's name alone: information_schema's DATA_TYPE. */
export function typeName(type: SqlType): string {
  return "name" in type ? type.name : type.kind;
}

function sign(type: { readonly unsigned: boolean; readonly zerofill: boolean }): string {
  return `${type.unsigned || type.zerofill ? " unsigned" : ""}${type.zerofill ? " zerofill" : ""}`;
}

function quoteMember(member: string): string {
  return `'${member.replaceAll("'", "''")}'`;
}
