/** Prints JSON documents exactly as MySQL does: ", " and ": ", keys in stored order, doubles always with a point. */
import { unreachable } from "../base/assert.ts";
import { formatDate, formatDateTime, formatTime } from "./datetime.ts";
import type { JsonValue } from "./json.ts";
import { formatDouble } from "./number-text.ts";

/** Gives another text for some scalars; undefined for the usual one. */
export type PrintScalar = (value: JsonValue) => string | undefined;

export function printJson(value: JsonValue, printScalar?: PrintScalar): string {
  const special = printScalar?.(value);
  if (special !== undefined) return special;
  switch (value.kind) {
    case "array":
      return `[${value.items.map((item) => printJson(item, printScalar)).join(", ")}]`;
    case "object": {
      const members: string[] = [];
      for (const [key, member] of value.members)
        members.push(`${quoteJson(key)}: ${printJson(member, printScalar)}`);
      return `{${members.join(", ")}}`;
    }
    case "null":
      return "null";
    case "boolean":
    case "integer":
    case "unsigned":
      return String(value.value);
    case "double":
      return formatJsonDouble(value.value);
    case "decimal":
      return value.value.toString();
    case "string":
      return quoteJson(value.value);
    case "date":
    case "datetime":
    case "timestamp":
    case "time":
    case "opaque":
      return `"${scalarText(value)}"`;
    default:
      return unreachable(value);
  }
}

/** JSON_UNQUOTE's text: strings and string-like scalars without quotes, everything else as printed. */
export function jsonToText(value: JsonValue): string {
  switch (value.kind) {
    case "string":
      return value.value;
    case "date":
    case "datetime":
    case "timestamp":
    case "time":
    case "opaque":
      return scalarText(value);
    default:
      return printJson(value);
  }
}

function scalarText(value: JsonValue): string {
  switch (value.kind) {
    case "date":
      return formatDate(value.value);
    case "datetime":
    case "timestamp":
      return formatDateTime(value.value, 6);
    case "time":
      return formatTime(value.value, 6);
    case "opaque":
      return `base64:type${value.typeCode}:${Buffer.from(value.bytes).toString("base64")}`;
    default:
      return "";
  }
}

function formatJsonDouble(value: number): string {
  const text = formatDouble(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** `text` as a JSON string, in double quotes. */
export function quoteJson(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON must escape
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (character) => {
    const short = SHORT_ESCAPES[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}
