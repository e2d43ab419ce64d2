/** What SET may assign: conversion of a value to a variable's type, with MySQL's errors and silent adjustments. */
import { findCharset, findCollation } from "../../values/charset.ts";
import { Decimal, decimalToInteger, formatDecimal } from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { findTimeZone } from "../../values/time-zone.ts";
import type { Value } from "../../values/value.ts";
import { isLocale } from "./locales.ts";
import { SQL_MODES, type SystemVariableDefinition, type VariableValue } from "./system-variable.ts";

export interface AssignedValue {
  readonly value: Value;
  readonly type: SqlType;
}

export interface AssignmentContext {
  /** STRICT_ALL_TABLES: a value out of range is an error instead of a warning. */
  readonly strictAll: boolean;
  warn(level: "Note" | "Warning", errno: number, message: string): void;
}

function wrongValue(name: string, value: string): Error {
  return sqlError("ER_WRONG_VALUE_FOR_VAR", name, value);
}

/** How error messages show a value. */
function shown({ value }: AssignedValue): string {
  if (value === null) return "NULL";
  if (value instanceof Decimal) return formatDecimal(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return String(value);
}

export function convertAssigned(
  definition: SystemVariableDefinition,
  assigned: AssignedValue,
  context: AssignmentContext,
): VariableValue {
  switch (definition.kind) {
    case "boolean":
      return toBoolean(definition, assigned);
    case "integer":
    case "unsigned":
      return toInteger(definition, assigned, context);
    case "double":
      return toDouble(definition, assigned, context);
    case "enum":
      return toEnum(definition, assigned);
    case "set":
      return toSet(definition, assigned);
    case "flags":
      return toFlags(definition, assigned);
    case "string":
      return toText(definition, assigned);
  }
}

function integerOf({ value, type }: AssignedValue): number | bigint | undefined {
  if ((typeof value === "number" || typeof value === "bigint") && type.kind !== "float") return value;
  // A decimal literal beyond 64 bits is still an integer to the user; it is out of every range.
  if (value instanceof Decimal && value.scale === 0) return decimalToInteger(value);
  return undefined;
}

function textOf({ value }: AssignedValue): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : undefined;
}

function toBoolean({ name }: SystemVariableDefinition, assigned: AssignedValue): number {
  const number = integerOf(assigned);
  if (number !== undefined) {
    if (number === 0 || number === 1) return Number(number);
    throw wrongValue(name, shown(assigned));
  }
  switch (textOf(assigned)?.toUpperCase()) {
    case "ON":
    case "TRUE":
      return 1;
    case "OFF":
    case "FALSE":
      return 0;
  }
  if (assigned.type.kind === "float" || assigned.value instanceof Decimal) {
    throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  }
  throw wrongValue(name, shown(assigned));
}

/** Sizes are kept in whole blocks. */
const BLOCK_SIZES: ReadonlyMap<string, bigint> = new Map([
  ["max_allowed_packet", 1024n],
  ["net_buffer_length", 1024n],
  ["key_cache_block_size", 512n],
  ["join_buffer_size", 128n],
  ["read_buffer_size", 4096n],
  ["max_heap_table_size", 1024n],
]);

function toInteger(
  definition: SystemVariableDefinition,
  assigned: AssignedValue,
  context: AssignmentContext,
): number | bigint {
  const given = integerOf(assigned);
  if (given === undefined) throw sqlError("ER_WRONG_TYPE_FOR_VAR", definition.name);
  let value = BigInt(given);
  const { minimum, maximum } = definition;
  if (minimum !== undefined && value < minimum) value = minimum;
  if (maximum !== undefined && maximum > 0n && value > maximum) value = maximum;
  const block = BLOCK_SIZES.get(definition.name);
  if (block !== undefined) value -= value % block;
  if (value !== BigInt(given)) adjusted(definition.name, shown(assigned), context);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function adjusted(name: string, value: string, context: AssignmentContext): void {
  if (context.strictAll) throw wrongValue(name, value);
  context.warn("Warning", 1292, `Truncated incorrect ${name} value: '${value}'`);
}

function toDouble(
  definition: SystemVariableDefinition,
  assigned: AssignedValue,
  context: AssignmentContext,
): number {
  const { value } = assigned;
  let number: number;
  if (typeof value === "number" || typeof value === "bigint") number = Number(value);
  else if (value instanceof Decimal) number = Number(formatDecimal(value));
  else throw sqlError("ER_WRONG_TYPE_FOR_VAR", definition.name);
  if (number >= 0) return number;
  adjusted(definition.name, shown(assigned), context);
  return 0;
}

function toEnum({ name, members }: SystemVariableDefinition, assigned: AssignedValue): string {
  const number = integerOf(assigned);
  const text = textOf(assigned)?.toUpperCase();
  if (number === undefined && text === undefined && assigned.value !== null) {
    throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  }
  const found =
    number === undefined ? members.find((member) => member.toUpperCase() === text) : members[Number(number)];
  if (found === undefined) throw wrongValue(name, shown(assigned));
  return found;
}

/** Members of sql_mode that stand for several. */
const COMBINED_MODES: ReadonlyMap<string, readonly string[]> = new Map([
  ["ANSI", ["REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY", "ANSI"]],
  [
    "TRADITIONAL",
    [
      "STRICT_TRANS_TABLES",
      "STRICT_ALL_TABLES",
      "NO_ZERO_IN_DATE",
      "NO_ZERO_DATE",
      "ERROR_FOR_DIVISION_BY_ZERO",
      "TRADITIONAL",
      "NO_ENGINE_SUBSTITUTION",
    ],
  ],
]);

function toSet({ name, members }: SystemVariableDefinition, assigned: AssignedValue): string {
  const number = integerOf(assigned);
  if (number !== undefined) return setFromBits(name, members, BigInt(number));
  const text = textOf(assigned);
  if (text === undefined) {
    if (assigned.value === null) throw wrongValue(name, "NULL");
    throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  }
  const chosen = new Set<string>();
  for (const part of text.split(",")) {
    if (part === "") continue;
    const member = members.find(
      (candidate) => candidate !== "" && candidate.toUpperCase() === part.toUpperCase(),
    );
    if (member === undefined) throw wrongValue(name, part);
    const combined = members === SQL_MODES ? COMBINED_MODES.get(member) : undefined;
    for (const mode of combined ?? [member]) chosen.add(mode);
  }
  return members.filter((member) => chosen.has(member)).join(",");
}

function setFromBits(name: string, members: readonly string[], bits: bigint): string {
  const chosen = members.filter((_, bit) => (bits & (1n << BigInt(bit))) !== 0n);
  if (bits < 0n || bits >= 1n << BigInt(members.length)) throw wrongValue(name, String(bits));
  if (members === SQL_MODES && chosen.includes("")) {
    throw sqlError("ER_UNSUPPORTED_SQL_MODE", Number(bits));
  }
  return chosen.join(",");
}

/** optimizer_switch and its like: `a=on,b=off,c=default`; what is not named stays as compiled in. */
function toFlags(definition: SystemVariableDefinition, assigned: AssignedValue): string {
  const text = textOf(assigned);
  if (text === undefined) throw sqlError("ER_WRONG_TYPE_FOR_VAR", definition.name);
  const defaults = new Map(String(definition.default).split(",").map(splitFlag));
  const flags = new Map(defaults);
  for (const part of text.split(",")) {
    if (part === "" || part === "default") continue;
    const [name, setting] = splitFlag(part);
    const fallback = defaults.get(name);
    if (fallback === undefined || !["on", "off", "default"].includes(setting)) {
      throw wrongValue(definition.name, part);
    }
    flags.set(name, setting === "default" ? fallback : setting);
  }
  return [...flags].map(([name, setting]) => `${name}=${setting}`).join(",");
}

function splitFlag(part: string): [string, string] {
  const [name = "", setting = ""] = part.trim().toLowerCase().split("=");
  return [name, setting];
}

function toText(definition: SystemVariableDefinition, assigned: AssignedValue): string | null {
  const { name } = definition;
  if (name.startsWith("character_set_")) return toCharset(name, assigned);
  if (name.startsWith("collation_") || name === "default_collation_for_utf8mb4")
    return toCollation(name, assigned);
  const text = textOf(assigned);
  if (text === undefined) {
    if (assigned.value === null && definition.default === null) return null;
    if (assigned.value === null) throw wrongValue(name, "NULL");
    throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  }
  if (name === "time_zone") return toTimeZone(text);
  if ((name === "lc_time_names" || name === "lc_messages") && !isLocale(text)) {
    throw sqlError("ER_UNKNOWN_LOCALE", text);
  }
  // `+` adds to the set that exists, which is kept as a whole here.
  return name === "gtid_purged" ? text.replace(/^\+/, "") : text;
}

/** Character sets that a client cannot speak: their bytes are not a superset of ASCII. */
const NO_CLIENT_CHARSETS: ReadonlySet<string> = new Set(["ucs2", "utf16", "utf16le", "utf32"]);

function toCharset(name: string, assigned: AssignedValue): string | null {
  if (assigned.value === null) {
    if (name === "character_set_results") return null;
    throw wrongValue(name, "NULL");
  }
  const text = textOf(assigned);
  if (text === undefined) throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  const charset = findCharset(text);
  if (charset === undefined) throw sqlError("ER_UNKNOWN_CHARACTER_SET", text);
  if (name === "character_set_client" && NO_CLIENT_CHARSETS.has(charset.name))
    throw wrongValue(name, charset.name);
  return charset.name;
}

function toCollation(name: string, assigned: AssignedValue): string {
  if (assigned.value === null) throw wrongValue(name, "NULL");
  const text = textOf(assigned);
  if (text === undefined) throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  const collation = findCollation(text);
  if (collation === undefined) throw sqlError("ER_UNKNOWN_COLLATION", text);
  return collation.name;
}

function toTimeZone(text: string): string {
  if (findTimeZone(text) === undefined) throw sqlError("ER_UNKNOWN_TIME_ZONE", text);
  return text.toUpperCase() === "SYSTEM" ? "SYSTEM" : text;
}
