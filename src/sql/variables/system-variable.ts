/**
 * What a system variable is: its scope, type, range and compiled-in default, as MySQL 9.7 has them, read from the lines
 * `name|scope|type|flags|minimum|maximum|members|default`:
 * scope G(lobal), S(ession), B(oth); type b(oolean), i(nteger), u(nsigned), d(ouble), s(tring), e(num), m(ulti: set),
 * f(lags: `a=on,b=off`); flags r(ead only), q (read only in the session), p (read only globally); default \N is NULL.
 */
import type { SqlType } from "../../values/sql-type.ts";
import { VARIABLES_A_TO_G } from "./variables-a-to-g.ts";
import { VARIABLES_H_TO_I } from "./variables-h-to-i.ts";
import { VARIABLES_J_TO_Z } from "./variables-j-to-z.ts";

export type VariableKind =
  | "boolean"
  | "integer"
  | "unsigned"
  | "double"
  | "string"
  | "enum"
  | "set"
  | "flags";
export type VariableScopeKind = "global" | "session" | "both";

/** number: booleans (0, 1), integers, doubles; string: the rest; null: only some strings */
export type VariableValue = number | bigint | string | null;

export interface SystemVariableDefinition {
  readonly name: string;
  readonly scope: VariableScopeKind;
  readonly kind: VariableKind;
  readonly readOnly: boolean;
  readonly sessionReadOnly: boolean;
  readonly globalReadOnly: boolean;
  readonly minimum: bigint | undefined;
  readonly maximum: bigint | undefined;
  /** enum and set */
  readonly members: readonly string[];
  readonly default: VariableValue;
}

const KINDS: ReadonlyMap<string, VariableKind> = new Map([
  ["b", "boolean"],
  ["i", "integer"],
  ["u", "unsigned"],
  ["d", "double"],
  ["s", "string"],
  ["e", "enum"],
  ["m", "set"],
  ["f", "flags"],
]);

/** sql_mode's members by bit; empty names are bits no longer in use. */
export const SQL_MODES: readonly string[] = [
  "REAL_AS_FLOAT",
  "PIPES_AS_CONCAT",
  "ANSI_QUOTES",
  "IGNORE_SPACE",
  "",
  "ONLY_FULL_GROUP_BY",
  "NO_UNSIGNED_SUBTRACTION",
  "NO_DIR_IN_CREATE",
  ...new Array<string>(10).fill(""),
  "ANSI",
  "NO_AUTO_VALUE_ON_ZERO",
  "NO_BACKSLASH_ESCAPES",
  "STRICT_TRANS_TABLES",
  "STRICT_ALL_TABLES",
  "NO_ZERO_IN_DATE",
  "NO_ZERO_DATE",
  "ALLOW_INVALID_DATES",
  "ERROR_FOR_DIVISION_BY_ZERO",
  "TRADITIONAL",
  "",
  "HIGH_NOT_PRECEDENCE",
  "NO_ENGINE_SUBSTITUTION",
  "PAD_CHAR_TO_FULL_LENGTH",
  "TIME_TRUNCATE_FRACTIONAL",
];

function parseLine(line: string): SystemVariableDefinition {
  const [name = "", scope, letter = "", flags = "", minimum = "", maximum = "", members = "", ...rest] =
    line.split("|");
  const kind = KINDS.get(letter) ?? "string";
  const text = rest.join("|");
  return {
    name,
    scope: scope === "G" ? "global" : scope === "S" ? "session" : "both",
    kind,
    readOnly: flags.includes("r"),
    sessionReadOnly: flags.includes("q"),
    globalReadOnly: flags.includes("p"),
    minimum: minimum === "" ? undefined : BigInt(minimum),
    maximum: maximum === "" ? undefined : BigInt(maximum),
    members: members === "*" ? SQL_MODES : members === "" ? [] : members.split(","),
    default: parseDefault(kind, text),
  };
}

function parseDefault(kind: VariableKind, text: string): VariableValue {
  if (text === "\\N") return null;
  switch (kind) {
    case "boolean":
      return text === "ON" || text === "YES" || text === "1" ? 1 : 0;
    case "integer":
    case "unsigned": {
      const exact = BigInt(text === "" ? "0" : text);
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    }
    case "double":
      return Number(text);
    default:
      return text;
  }
}

export const SYSTEM_VARIABLES: ReadonlyMap<string, SystemVariableDefinition> = new Map(
  [VARIABLES_A_TO_G, VARIABLES_H_TO_I, VARIABLES_J_TO_Z]
    .flatMap((text) => text.trim().split("\n"))
    .map(parseLine)
    .map((definition) => [definition.name, definition]),
);

const BOOLEAN_TYPE: SqlType = {
  kind: "integer",
  name: "bigint",
  unsigned: false,
  zerofill: false,
  displayWidth: 1,
};
const INTEGER_TYPE: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
const UNSIGNED_TYPE: SqlType = { kind: "integer", name: "bigint", unsigned: true, zerofill: false };
const DOUBLE_TYPE: SqlType = { kind: "float", name: "double", unsigned: false, zerofill: false };
export const TEXT_TYPE: SqlType = {
  kind: "string",
  name: "varchar",
  length: 21_845,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

/** The type of `SELECT @@name`. */
export function variableType(definition: SystemVariableDefinition): SqlType {
  switch (definition.kind) {
    case "boolean":
      return BOOLEAN_TYPE;
    case "integer":
      return INTEGER_TYPE;
    case "unsigned":
      return UNSIGNED_TYPE;
    case "double":
      return DOUBLE_TYPE;
    default:
      return TEXT_TYPE;
  }
}

/** As SHOW VARIABLES prints it. */
export function variableText(definition: SystemVariableDefinition, value: VariableValue): string {
  if (value === null) return "";
  if (definition.kind === "boolean") return value === 0 ? "OFF" : "ON";
  return definition.kind === "double" ? Number(value).toFixed(6) : String(value);
}
