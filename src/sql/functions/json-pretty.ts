/** JSON_PRETTY: one member or element a line, two spaces a level; empty arrays and objects stay on theirs. */
import type { JsonValue } from "../../values/json.ts";
import { printJson, quoteJson } from "../../values/json-print.ts";

export function printPretty(value: JsonValue): string {
  return print(value, "");
}

function print(value: JsonValue, indent: string): string {
  const inner = `${indent}  `;
  if (value.kind === "array" && value.items.length > 0) {
    return `[\n${value.items.map((item) => inner + print(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (value.kind === "object" && value.members.size > 0) {
    const members = [...value.members].map(
      ([key, member]) => `${inner}${quoteJson(key)}: ${print(member, inner)}`,
    );
    return `{\n${members.join(",\n")}\n${indent}}`;
  }
  return printJson(value);
}
