/** Turns a written column type into the type that is stored, with MySQL's limits, defaults and errors. */
import { charsetInfo, decodeText } from "../../values/charset.ts";
import { collationByName } from "../../values/collation.ts";
import { sqlError } from "../../values/sql-error.ts";
import type {
  BinaryName,
  BinaryType,
  GeometryName,
  SqlType,
  StringName,
  StringType,
} from "../../values/sql-type.ts";
import type { DataType } from "../ast/data-type.ts";

export interface TypeContext {
  readonly columnName: string;
  /** The table's defaults. */
  readonly charset: string;
  readonly collation: string;
  readonly clientCharset: string;
  readonly strict: boolean;
  warn(level: "Note" | "Warning", errno: number, message: string): void;
}

const MAX_FIELD_BYTES = 65_535;
const TEXT_SIZES: readonly (readonly [StringName, BinaryName, number])[] = [
  ["tinytext", "tinyblob", 255],
  ["text", "blob", 65_535],
  ["mediumtext", "mediumblob", 16_777_215],
  ["longtext", "longblob", 4_294_967_295],
];

/** The character set and collation a column gets from what is written on it and on its table. */
export function resolveCharset(
  written: { readonly charset?: string; readonly collation?: string; readonly binaryCollation?: boolean },
  table: { readonly charset: string; readonly collation: string },
): { readonly charset: string; readonly collation: string } {
  if (written.collation !== undefined) {
    const collation = collationByName(written.collation);
    if (written.charset !== undefined && charsetInfo(written.charset).name !== collation.charset) {
      throw sqlError("ER_COLLATION_CHARSET_MISMATCH", collation.name, charsetInfo(written.charset).name);
    }
    return { charset: collation.charset, collation: collation.name };
  }
  if (written.charset !== undefined || written.binaryCollation) {
    const charset = charsetInfo(written.charset ?? table.charset);
    const collation = written.binaryCollation ? binaryCollationOf(charset.name) : charset.defaultCollation;
    return { charset: charset.name, collation };
  }
  return table;
}

function binaryCollationOf(charset: string): string {
  return charset === "binary" ? "binary" : `${charset}_bin`;
}

export function resolveColumnType(type: DataType, context: TypeContext): SqlType {
  switch (type.name) {
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint":
      return integerType(type.name, type, context);
    case "float":
    case "double":
      return floatType(type.name, type, context);
    case "decimal":
      return decimalType(type, context);
    case "bit":
      return bitType(type, context);
    case "year":
      if (type.length !== undefined && type.length !== 4) throw sqlError("ER_INVALID_YEAR_COLUMN_LENGTH");
      if (type.length === 4) {
        context.warn(
          "Warning",
          1287,
          "'YEAR(4)' is deprecated and will be removed in a future release. Please use YEAR instead",
        );
      }
      return { kind: "year" };
    case "date":
      return { kind: "date" };
    case "time":
    case "datetime":
    case "timestamp":
      return { kind: type.name, fraction: fractionOf(type, context) };
    case "char":
    case "varchar":
    case "tinytext":
    case "text":
    case "mediumtext":
    case "longtext":
      return stringType(type.name, type, context);
    case "binary":
    case "varbinary":
    case "tinyblob":
    case "blob":
    case "mediumblob":
    case "longblob":
      return binaryType(type.name, type, context);
    case "enum":
    case "set":
      return memberType(type.name, type, context);
    case "json":
      return { kind: "json" };
    case "vector":
      throw sqlError("ER_NOT_SUPPORTED_YET", "VECTOR");
    default:
      return { kind: "geometry", name: type.name satisfies GeometryName };
  }
}

function integerType(
  name: "tinyint" | "smallint" | "mediumint" | "int" | "bigint",
  type: DataType,
  context: TypeContext,
): SqlType {
  const width = type.length;
  if (width !== undefined && width > 255) throw sqlError("ER_TOO_BIG_DISPLAYWIDTH", context.columnName, 255);
  const zerofill = type.zerofill === true;
  const unsigned = type.unsigned === true || zerofill;
  if (zerofill) {
    context.warn(
      "Warning",
      1681,
      "The ZEROFILL attribute is deprecated and will be removed in a future release. Use the LPAD function to zero-pad numbers, or store the formatted numbers in a CHAR column.",
    );
  }
  const boolean = name === "tinyint" && width === 1 && !unsigned;
  if (width !== undefined && !boolean && type.boolean !== true) {
    context.warn(
      "Warning",
      1681,
      "Integer display width is deprecated and will be removed in a future release.",
    );
  }
  const base = { kind: "integer" as const, name, unsigned, zerofill };
  if (zerofill) return { ...base, displayWidth: width ?? defaultWidth(name) };
  return boolean ? { ...base, displayWidth: 1 } : base;
}

function defaultWidth(name: string): number {
  return { tinyint: 3, smallint: 5, mediumint: 8, int: 10, bigint: 20 }[name] ?? 10;
}

function floatType(name: "float" | "double", type: DataType, context: TypeContext): SqlType {
  const zerofill = type.zerofill === true;
  const unsigned = type.unsigned === true || zerofill;
  warnDeprecatedNumeric(type, context);
  if (type.length === undefined) return { kind: "float", name, unsigned, zerofill };
  if (type.scale === undefined) {
    if (name === "double" || type.length > 53) throw sqlError("ER_WRONG_FIELD_SPEC", context.columnName);
    return { kind: "float", name: type.length > 24 ? "double" : "float", unsigned, zerofill };
  }
  if (type.length > 255) throw sqlError("ER_TOO_BIG_DISPLAYWIDTH", context.columnName, 255);
  if (type.scale > 30) throw sqlError("ER_TOO_BIG_SCALE", type.scale, context.columnName, 30);
  if (type.scale > type.length) throw sqlError("ER_M_BIGGER_THAN_D", context.columnName);
  context.warn(
    "Warning",
    1681,
    "Specifying number of digits for floating point data types is deprecated and will be removed in a future release.",
  );
  return { kind: "float", name, unsigned, zerofill, precision: type.length, scale: type.scale };
}

function decimalType(type: DataType, context: TypeContext): SqlType {
  const precision = type.length === undefined || type.length === 0 ? 10 : type.length;
  const scale = type.scale ?? 0;
  if (scale > 30) throw sqlError("ER_TOO_BIG_SCALE", scale, context.columnName, 30);
  if (precision > 65) throw sqlError("ER_TOO_BIG_PRECISION", precision, context.columnName, 65);
  if (scale > precision) throw sqlError("ER_M_BIGGER_THAN_D", context.columnName);
  warnDeprecatedNumeric(type, context);
  const zerofill = type.zerofill === true;
  return { kind: "decimal", precision, scale, unsigned: type.unsigned === true || zerofill, zerofill };
}

function warnDeprecatedNumeric(type: DataType, context: TypeContext): void {
  if (type.unsigned) {
    context.warn(
      "Warning",
      1681,
      "UNSIGNED for decimal and floating point data types is deprecated and support for it will be removed in a future release.",
    );
  }
  if (type.zerofill) {
    context.warn(
      "Warning",
      1681,
      "The ZEROFILL attribute is deprecated and will be removed in a future release. Use the LPAD function to zero-pad numbers, or store the formatted numbers in a CHAR column.",
    );
  }
}

function bitType(type: DataType, context: TypeContext): SqlType {
  const width = type.length ?? 1;
  if (width === 0) throw sqlError("ER_INVALID_FIELD_SIZE", context.columnName);
  if (width > 64) throw sqlError("ER_TOO_BIG_DISPLAYWIDTH", context.columnName, 64);
  return { kind: "bit", width };
}

function fractionOf(type: DataType, context: TypeContext): number {
  const fraction = type.length ?? 0;
  if (fraction > 6) throw sqlError("ER_TOO_BIG_PRECISION", fraction, context.columnName, 6);
  return fraction;
}

function stringType(name: StringName, type: DataType, context: TypeContext): StringType | BinaryType {
  const { charset, collation } = resolveCharset(type, context);
  if (charset === "binary") {
    const binaryNames: Record<StringName, BinaryName> = {
      char: "binary",
      varchar: "varbinary",
      tinytext: "tinyblob",
      text: "blob",
      mediumtext: "mediumblob",
      longtext: "longblob",
    };
    return binaryType(binaryNames[name], type, context);
  }
  const bytesPerCharacter = charsetInfo(charset).maxLength;
  if (name === "char") {
    const length = type.length ?? 1;
    if (length > 255) throw sqlError("ER_TOO_BIG_FIELDLENGTH", context.columnName, 255);
    return { kind: "string", name, length, charset, collation };
  }
  if (name === "varchar") {
    const length = type.length ?? 0;
    const most = Math.floor(MAX_FIELD_BYTES / bytesPerCharacter);
    if (length <= most) return { kind: "string", name, length, charset, collation };
    if (context.strict) throw sqlError("ER_TOO_BIG_FIELDLENGTH", context.columnName, most);
    const [text, , size] = textSizeFor(length * bytesPerCharacter, context.columnName);
    context.warn("Note", 1246, `Converting column '${context.columnName}' from VARCHAR to TEXT`);
    return { kind: "string", name: text, length: size, charset, collation };
  }
  const [text, , size] =
    name === "text" && type.length !== undefined && type.length > 0
      ? textSizeFor(type.length * bytesPerCharacter, context.columnName)
      : textSizeNamed(name);
  return { kind: "string", name: text, length: size, charset, collation };
}

function textSizeFor(bytes: number, column: string): readonly [StringName, BinaryName, number] {
  const found = TEXT_SIZES.find(([, , size]) => bytes <= size);
  if (found === undefined) throw sqlError("ER_TOO_BIG_DISPLAYWIDTH", column, 4_294_967_295);
  return found;
}

function textSizeNamed(name: string): readonly [StringName, BinaryName, number] {
  const found = TEXT_SIZES.find(([text, blob]) => text === name || blob === name);
  return found ?? ["text", "blob", 65_535];
}

function binaryType(name: BinaryName, type: DataType, context: TypeContext): BinaryType {
  if (name === "binary") {
    const length = type.length ?? 1;
    if (length > 255) throw sqlError("ER_TOO_BIG_FIELDLENGTH", context.columnName, 255);
    return { kind: "binary", name, length };
  }
  if (name === "varbinary") {
    const length = type.length ?? 0;
    if (length <= MAX_FIELD_BYTES) return { kind: "binary", name, length };
    if (context.strict) throw sqlError("ER_TOO_BIG_FIELDLENGTH", context.columnName, MAX_FIELD_BYTES);
    const [, blob, size] = textSizeFor(length, context.columnName);
    context.warn("Note", 1246, `Converting column '${context.columnName}' from VARBINARY to BLOB`);
    return { kind: "binary", name: blob, length: size };
  }
  const [, blob, size] =
    name === "blob" && type.length !== undefined && type.length > 0
      ? textSizeFor(type.length, context.columnName)
      : textSizeNamed(name);
  return { kind: "binary", name: blob, length: size };
}

function memberType(kind: "enum" | "set", type: DataType, context: TypeContext): SqlType {
  const { charset, collation } = resolveCharset(type, context);
  const members = (type.members ?? []).map((bytes) =>
    decodeText(bytes, context.clientCharset).replace(/ +$/, ""),
  );
  if (kind === "set" && members.length > 64) throw sqlError("ER_TOO_BIG_SET", context.columnName);
  if (kind === "enum" && members.length > 65_535) throw sqlError("ER_TOO_BIG_ENUM", context.columnName);
  const comparer = collationByName(collation);
  for (const [at, member] of members.entries()) {
    if (kind === "set" && member.includes(",")) throw sqlError("ER_ILLEGAL_VALUE_FOR_TYPE", "set", member);
    // Quadratic comparison is fine for the usual handful of members.
    if (
      members.length <= 256 &&
      members.slice(0, at).some((other) => comparer.compare(other, member) === 0)
    ) {
      if (context.strict)
        throw sqlError("ER_DUPLICATED_VALUE_IN_TYPE", context.columnName, member, kind.toUpperCase());
      context.warn(
        "Note",
        1291,
        `Column '${context.columnName}' has duplicated value '${member}' in ${kind.toUpperCase()}`,
      );
    }
  }
  return { kind, members, charset, collation };
}
