/** INET_ATON, INET6_NTOA and their kin. */
import { isIPv4, isIPv6 } from "node:net";
import { sqlError } from "../../values/sql-error.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, BIGINT_UNSIGNED, binaryType, textType } from "../binder/types.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { readBytes, readText } from "../expression/readers.ts";
import { bytesToText } from "../expression/text-conversion.ts";
import { type FunctionDefinition, type ResultShape, scalar, special } from "./function-definition.ts";

function text(length: number) {
  return (_: readonly BoundExpression[], environment: BindEnvironment): ResultShape => ({
    type: textType(length, environment.connectionCollation),
    nullable: true,
  });
}

/** One to four groups; missing ones are in the middle: 127.1 is 127.0.0.1. */
function parseIPv4Number(address: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){0,3}$/.test(address)) return undefined;
  const groups = address.split(".").map(Number);
  if (groups.some((group) => group > 255)) return undefined;
  const last = groups.pop() ?? 0;
  let value = 0;
  for (let i = 0; i < 3; i++) value = value * 256 + (groups[i] ?? 0);
  return value * 256 + last;
}

function ipv4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split(".").map(Number));
}

/** The 16 bytes of an IPv6 address. */
function ipv6Bytes(address: string): Uint8Array {
  let text = address;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(dotted[2] as string);
    text = `${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const [head = "", tail] = text.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

/** The shortest form: the longest run of zero groups becomes `::`; mapped addresses end in dots. */
function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from(
    { length: 8 },
    (_, at) => (bytes[at * 2] as number) * 256 + (bytes[at * 2 + 1] as number),
  );
  let bestStart = -1;
  let bestLength = 0;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const embedded = bestStart === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff));
  const shown = embedded ? groups.slice(0, 6) : groups;
  let result = "";
  for (let i = 0; i < shown.length; i++) {
    if (bestLength > 1 && i === bestStart) {
      result += i === 0 ? "::" : ":";
      i += bestLength - 1;
    } else result += `${(shown[i] as number).toString(16)}${i < shown.length - 1 || embedded ? ":" : ""}`;
  }
  return embedded ? result + [...bytes.subarray(12)].join(".") : result;
}

function predicate(name: string, body: (text: string) => boolean): FunctionDefinition {
  return special(name, [1, 1], { type: BIGINT, displayLength: 1 }, ([evaluate], [operand]) => {
    const read = readText(operand as BoundExpression, evaluate as NonNullable<typeof evaluate>);
    return (frame) => {
      const value = read(frame);
      return value === null ? null : body(value) ? 1 : 0;
    };
  });
}

function bytePredicate(name: string, body: (bytes: Uint8Array) => boolean): FunctionDefinition {
  return special(name, [1, 1], { type: BIGINT, displayLength: 1 }, ([evaluate], [operand]) => {
    const read = readBytes(operand as BoundExpression, evaluate as NonNullable<typeof evaluate>);
    return (frame) => {
      const value = read(frame);
      return value === null ? null : body(value) ? 1 : 0;
    };
  });
}

/** Since 8.0 unreadable addresses are an error, not just NULL. */
function wrongAddress(context: StatementContext, name: string, shown: string): null {
  const error = sqlError("ER_WRONG_VALUE_FOR_TYPE", "string", shown, name);
  if (context.strict) throw error;
  context.warn("Warning", error.errno, error.message);
  return null;
}

const UINT32_MAX = 4294967295;

export const NETWORK_FUNCTIONS: readonly FunctionDefinition[] = [
  scalar(
    "inet_aton",
    ["text"],
    { type: BIGINT_UNSIGNED, nullable: true, displayLength: 21 },
    (context, address) => parseIPv4Number(address) ?? wrongAddress(context, "inet_aton", `'${address}'`),
  ),
  scalar("inet_ntoa", ["count"], text(15), (context, value) => {
    if (value < 0 || value > UINT32_MAX) return wrongAddress(context, "inet_ntoa", String(value));
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
  }),
  scalar("inet6_aton", ["text"], { type: binaryType(16), nullable: true }, (context, address) => {
    if (isIPv4(address)) return ipv4Bytes(address);
    return isIPv6(address) && !address.includes("%")
      ? ipv6Bytes(address)
      : wrongAddress(context, "inet6_aton", `'${address}'`);
  }),
  scalar("inet6_ntoa", ["bytes"], text(39), (context, bytes) => {
    if (bytes.length === 4) return [...bytes].join(".");
    return bytes.length === 16
      ? ipv6Text(bytes)
      : wrongAddress(context, "inet6_ntoa", `'${bytesToText(bytes)}'`);
  }),
  predicate("is_ipv4", (address) => isIPv4(address)),
  predicate("is_ipv6", (address) => isIPv6(address) && !address.includes("%")),
  bytePredicate(
    "is_ipv4_compat",
    (bytes) =>
      bytes.length === 16 &&
      bytes.subarray(0, 12).every((byte) => byte === 0) &&
      !(bytes[12] === 0 && bytes[13] === 0 && bytes[14] === 0 && (bytes[15] as number) <= 1),
  ),
  bytePredicate(
    "is_ipv4_mapped",
    (bytes) =>
      bytes.length === 16 &&
      bytes.subarray(0, 10).every((byte) => byte === 0) &&
      bytes[10] === 255 &&
      bytes[11] === 255,
  ),
];
