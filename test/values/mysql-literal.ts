/** Reads the SQL literals of the recorded cases: text to type and value. */
import { DateTime } from "../../src/values/datetime.ts";
import { parseDecimalPrefix } from "../../src/values/decimal.ts";
import { parseJson } from "../../src/values/json-parse.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

export interface TypedValue {
  readonly type: SqlType;
  readonly value: Value;
}

const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 1000,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

const SPECIAL: Readonly<Record<string, TypedValue>> = {
  "date'2020-02-29'": { type: { kind: "date" }, value: new DateTime(2020, 2, 29) },
  "time'10:11:12.5'": { type: { kind: "time", fraction: 1 }, value: 36672500000 },
  "time'-10:11:12'": { type: { kind: "time", fraction: 0 }, value: -36672000000 },
  "timestamp'2020-01-02 03:04:05.678'": {
    type: { kind: "datetime", fraction: 3 },
    value: new DateTime(2020, 1, 2, 3, 4, 5, 678000),
  },
  "cast(1.5 as decimal(10,3))": {
    type: { kind: "decimal", precision: 10, scale: 3, unsigned: false, zerofill: false },
    value: parseDecimalPrefix("1.500").value,
  },
  "cast(3 as unsigned)": {
    type: { kind: "integer", name: "bigint", unsigned: true, zerofill: false },
    value: 3,
  },
  "cast(1.5 as float)": {
    type: { kind: "float", name: "float", unsigned: false, zerofill: false },
    value: 1.5,
  },
  "cast(2020 as year)": { type: { kind: "year" }, value: 2020 },
  true: { type: { kind: "integer", name: "bigint", unsigned: false, zerofill: false }, value: 1 },
};

/** Undefined for literals whose type depends on where they stand (hexadecimal and bit literals). */
export function readLiteral(literal: string): TypedValue | undefined {
  const special = SPECIAL[literal];
  if (special !== undefined) return special;
  if (literal.startsWith("'"))
    return { type: TEXT, value: literal.slice(1, -1).replaceAll("''", "'").replaceAll("\\\\", "\\") };
  const json = /^cast\('(.*)' as json\)$/.exec(literal);
  if (json !== null) return { type: { kind: "json" }, value: parseJson(json[1] ?? "") };
  if (/^[xb]'/.test(literal)) return undefined;
  if (/e/.test(literal))
    return {
      type: { kind: "float", name: "double", unsigned: false, zerofill: false },
      value: Number(literal),
    };
  const whole = BigInt(literal.split(".")[0] ?? "0");
  if (literal.includes(".") || whole > 18446744073709551615n) {
    const value = parseDecimalPrefix(literal).value;
    return {
      type: { kind: "decimal", precision: 30, scale: value.scale, unsigned: false, zerofill: false },
      value,
    };
  }
  const value = whole > 9007199254740991n ? whole : Number(whole);
  return {
    type: { kind: "integer", name: "bigint", unsigned: whole > 9223372036854775807n, zerofill: false },
    value,
  };
}

const UNSIGNED = { unsigned: true, zerofill: false } as const;
const SIGNED = { unsigned: false, zerofill: false } as const;

/** Reads a column type as the recorded cases write it. */
export function readType(text: string): SqlType {
  const match = /^(\w+)(?:\(([^)]*)\))?(?: (unsigned|charset) ?(\w*))?$/.exec(text);
  if (match === null) throw new Error(text);
  const [, name = "", args = "", attribute, charset = "utf8mb4"] = match;
  const sign = attribute === "unsigned" ? UNSIGNED : SIGNED;
  const length = Number(args.split(",")[0] || 1);
  const scale = Number(args.split(",")[1] ?? 0);
  const set = charset || "utf8mb4";
  const collation =
    set === "utf8mb4" ? "utf8mb4_0900_ai_ci" : set === "latin1" ? "latin1_swedish_ci" : `${set}_general_ci`;
  const fraction = args === "" ? 0 : length;
  switch (name) {
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint":
      return { kind: "integer", name, ...sign };
    case "decimal":
      return { kind: "decimal", precision: length, scale, ...sign };
    case "float":
    case "double":
      return args === ""
        ? { kind: "float", name, ...sign }
        : { kind: "float", name, ...sign, precision: length, scale };
    case "bit":
      return { kind: "bit", width: length };
    case "year":
    case "date":
    case "json":
      return { kind: name };
    case "time":
      return { kind: "time", fraction };
    case "datetime":
    case "timestamp":
      return { kind: name, fraction };
    case "char":
    case "varchar":
      return { kind: "string", name, length, charset: set, collation };
    case "tinytext":
      return { kind: "string", name, length: 255, charset: set, collation };
    case "binary":
    case "varbinary":
      return { kind: "binary", name, length };
    case "blob":
      return { kind: "binary", name, length: 65535 };
    case "enum":
    case "set":
      return {
        kind: name,
        members: args.split(",").map((member) => member.slice(1, -1)),
        charset: set,
        collation,
      };
    default:
      throw new Error(text);
  }
}
