/** Column types as written, in canonical spelling. */
import type { DataType } from "../ast/data-type.ts";
import { decodeText } from "../lexer/string-text.ts";
import { quoteComment } from "./text-writer.ts";

export function printDataType(type: DataType): string {
  const numbers = [type.length, type.scale].filter((value) => value !== undefined);
  const members = type.members?.map((member) => quoteComment(decodeText(member, 0, member.length)));
  const inside = members ?? numbers;
  const parts = [`${type.name}${inside.length > 0 ? `(${inside.join(",")})` : ""}`];
  if (type.unsigned === true) parts.push("unsigned");
  if (type.zerofill === true) parts.push("zerofill");
  if (type.charset !== undefined) parts.push(`charset ${type.charset}`);
  if (type.binaryCollation === true) parts.push("binary");
  if (type.collation !== undefined) parts.push(`collate ${type.collation}`);
  return parts.join(" ");
}
