/** SQL values as JSON values, and text as JSON documents. */
import type { DateTime } from "../../values/datetime.ts";
import type { Decimal } from "../../values/decimal.ts";
import { JSON_FALSE, JSON_TRUE, type JsonValue, jsonString } from "../../values/json.ts";
import { JsonTextError, parseJson } from "../../values/json-parse.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { BoundBase, BoundExpression } from "../binder/bound-expression.ts";
import { textToBytes, valueToText } from "./text-conversion.ts";

/** The protocol's type codes of what becomes an opaque value. */
const OPAQUE_CODES = {
  binary: 254,
  varbinary: 15,
  tinyblob: 249,
  blob: 252,
  mediumblob: 250,
  longblob: 251,
} as const;
const OPAQUE_BIT = 16;
const OPAQUE_GEOMETRY = 255;

/** Comparisons, AND, EXISTS and the like are JSON booleans; so are TRUE and FALSE. */
function isCondition(of: BoundBase | BoundExpression): boolean {
  if (of.boolean === true) return true;
  if (!("kind" in of)) return false;
  switch (of.kind) {
    case "comparison":
    case "and":
    case "or":
    case "not":
    case "is-null":
    case "between":
    case "in":
    case "like":
      return true;
    case "call":
      return of.name === "is" || of.name === "xor" || of.name === "boolean";
    case "subquery":
      return of.form.kind !== "scalar";
    default:
      return false;
  }
}

export function valueToJson(value: Exclude<Value, null>, of: BoundBase | BoundExpression): JsonValue {
  const { type } = of;
  switch (type.kind) {
    case "integer":
      if (isCondition(of)) return value === 0 ? JSON_FALSE : JSON_TRUE;
      return { kind: type.unsigned ? "unsigned" : "integer", value: value as number | bigint };
    case "year":
      return { kind: "opaque", typeCode: 13, bytes: textToBytes(value, of) };
    case "float":
      return { kind: "double", value: value as number };
    case "decimal":
      return { kind: "decimal", value: value as Decimal };
    case "string":
    case "enum":
    case "set":
      return jsonString(valueToText(value, of));
    case "binary":
      return { kind: "opaque", typeCode: OPAQUE_CODES[type.name], bytes: value as Uint8Array };
    case "bit":
      return { kind: "opaque", typeCode: OPAQUE_BIT, bytes: textToBytes(value, of) };
    case "geometry":
      return { kind: "opaque", typeCode: OPAQUE_GEOMETRY, bytes: value as Uint8Array };
    case "date":
    case "datetime":
    case "timestamp":
      return { kind: type.kind === "timestamp" ? "datetime" : type.kind, value: value as DateTime };
    case "time":
      return { kind: "time", value: value as number };
    case "json":
      return value as JsonValue;
    case "null":
      return { kind: "null" };
  }
}

/** Parses text as a JSON document; 3141 when it is not one, 3146 and 3144 for values that can't be documents. */
export function parseJsonDocument(
  value: Exclude<Value, null>,
  of: BoundBase,
  where: { readonly argument: number; readonly functionName: string },
): JsonValue {
  const { type } = of;
  if (type.kind === "string" || type.kind === "enum" || type.kind === "set") {
    return parseJsonText(valueToText(value, of), where);
  }
  if (type.kind === "json") return value as JsonValue;
  if (type.kind === "binary" || type.kind === "geometry" || type.kind === "bit") {
    throw sqlError("ER_INVALID_JSON_CHARSET", "binary");
  }
  throw sqlError("ER_INVALID_TYPE_FOR_JSON", where.argument, where.functionName);
}

export function parseJsonText(
  text: string,
  where: { readonly argument: number; readonly functionName: string },
): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw sqlError(
      "ER_INVALID_JSON_TEXT_IN_PARAM",
      where.argument,
      where.functionName,
      error.reason,
      error.position,
      "",
    );
  }
}
