/** Strings as numbers and back: HEX, BASE64, ASCII, CHAR, CONV, LENGTH, QUOTE, SOUNDEX, FORMAT and their kin. */

import { characterCount, charsetInfo, decodeText, encodedLength, encodeText } from "../../values/charset.ts";
import { collationByName } from "../../values/collation.ts";
import { type Decimal, formatDecimal, roundDecimal } from "../../values/decimal.ts";
import { formatFixed } from "../../values/number-text.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import {
  BIGINT,
  binaryType,
  displayWidth,
  isStringType,
  isUnsigned,
  LONG_TEXT_BYTES,
  numericClass,
  textType,
} from "../binder/types.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { readBytes, readDecimal, readDouble, readInteger, readText } from "../expression/readers.ts";
import { toUnsigned64 } from "./bit.ts";
import {
  boundCall,
  type FunctionDefinition,
  MANY,
  type ResultShape,
  scalar,
  special,
} from "./function-definition.ts";
import { exceedsPacket, firstLength } from "./string-function.ts";

function connectionText(length: number | ((args: readonly BoundExpression[]) => number)) {
  return (args: readonly BoundExpression[], environment: BindEnvironment): ResultShape => ({
    type: textType(
      Math.min(LONG_TEXT_BYTES, typeof length === "number" ? length : length(args)),
      environment.connectionCollation,
    ),
  });
}

function nullableText(length: number | ((args: readonly BoundExpression[]) => number)) {
  const shape = connectionText(length);
  return (args: readonly BoundExpression[], environment: BindEnvironment): ResultShape => ({
    ...shape(args, environment),
    nullable: true,
  });
}

/** HEX of a number is its 64-bit value; of a string its bytes in its character set. */
const HEX = special(
  "hex",
  [1, 1],
  connectionText((args) => firstLength(args) * 8),
  ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    const value = evaluate as Evaluator;
    if (
      isStringType(argument.type) ||
      argument.type.kind === "geometry" ||
      argument.type.kind === "json" ||
      argument.binaryLiteral === true
    ) {
      const read = readBytes(argument, value);
      return (frame) => {
        const bytes = read(frame);
        return bytes === null ? null : Buffer.from(bytes).toString("hex").toUpperCase();
      };
    }
    if (
      argument.type.kind === "date" ||
      argument.type.kind === "time" ||
      argument.type.kind === "datetime" ||
      argument.type.kind === "timestamp"
    ) {
      const read = readText(argument, value);
      return (frame) => {
        const text = read(frame);
        return text === null ? null : Buffer.from(text).toString("hex").toUpperCase();
      };
    }
    const read = readInteger(argument, value);
    return (frame) => {
      const number = read(frame);
      return number === null ? null : toUnsigned64(number).toString(16).toUpperCase();
    };
  },
);

function unhex(text: string): Uint8Array | undefined {
  const padded = text.length % 2 === 0 ? text : `0${text}`;
  return /^[0-9a-f]*$/i.test(padded) ? Buffer.from(padded, "hex") : undefined;
}

function warnNotHex(context: Frame["context"], text: string): null {
  const error = sqlError("ER_WRONG_VALUE_FOR_TYPE", "string", `'${text}'`, "unhex");
  context.warn("Warning", error.errno, error.message);
  return null;
}

const BASE64_LINE = 76;

function toBase64(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64");
  return text.replace(new RegExp(`(.{${BASE64_LINE}})(?=.)`, "g"), "$1\n");
}

function fromBase64(text: string): Uint8Array | undefined {
  const compact = text.replace(/[\s]+/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  return Buffer.from(compact, "base64");
}

/** CONV: `from` and `to` from 2 to 36; negative bases are signed. */
function convert(text: string, from: number, to: number): string | null {
  const fromBase = Math.abs(from);
  const toBase = Math.abs(to);
  if (fromBase < 2 || fromBase > 36 || toBase < 2 || toBase > 36) return null;
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const negative = trimmed.startsWith("-");
  const digits = /^[+-]?([0-9a-z]*)/i.exec(trimmed)?.[1]?.toLowerCase() ?? "";
  let value = 0n;
  const base = BigInt(fromBase);
  for (const digit of digits) {
    const weight = Number.parseInt(digit, 36);
    if (weight >= fromBase) break;
    value = value * base + BigInt(weight);
  }
  const limit = from < 0 ? 9223372036854775807n : 18446744073709551615n;
  if (value > limit) value = limit;
  let bits = negative ? BigInt.asUintN(64, -value) : value;
  if (to < 0) bits = BigInt.asIntN(64, bits);
  return bits.toString(toBase).toUpperCase();
}

/** BIN and OCT are CONV from base 10 of the argument's text. */
function inBase(name: "bin" | "oct", base: number): FunctionDefinition {
  return scalar(name, ["text"], nullableText(64), (_, text) => convert(text, 10, base));
}

/** The first character's code: its bytes read as one big-endian number. */
function ord(text: string, charset: string): number {
  const [first] = text;
  if (first === undefined) return 0;
  return encodeText(first, charset).reduce((code, byte) => code * 256 + byte, 0);
}

function charsetOf(argument: BoundExpression): string {
  const { type } = argument;
  if (type.kind === "string" || type.kind === "enum" || type.kind === "set") return type.charset;
  return type.kind === "binary" || type.kind === "geometry" || type.kind === "bit" ? "binary" : "utf8mb4";
}

/** CHAR(n, … USING cs): each number's bytes, leading zeros left out; NULLs are skipped. */
const CHAR: FunctionDefinition = {
  name: "char",
  minArguments: 2,
  maxArguments: MANY,
  bind(args, environment) {
    const [charset, ...numbers] = args as readonly [BoundExpression, ...BoundExpression[]];
    const name = charset.kind === "constant" ? String(charset.value) : "binary";
    const collation =
      name === environment.connectionCollation.split("_")[0]
        ? environment.connectionCollation
        : charsetInfo(name).defaultCollation;
    const type = name === "binary" ? binaryType(numbers.length * 4) : textType(numbers.length * 4, collation);
    return boundCall({
      name: "char",
      args,
      result: { type, nullable: true, coercibility: 4 },
      build: ([, ...rest]) => {
        const reads = rest.map((evaluate, at) => readInteger(numbers[at] as BoundExpression, evaluate));
        return (frame): Value => {
          const bytes: number[] = [];
          for (const read of reads) {
            const value = read(frame);
            if (value !== null) bytes.push(...codeBytes(value));
          }
          const buffer = Buffer.from(bytes);
          return name === "binary" ? buffer : decodeText(buffer, name);
        };
      },
    });
  },
};

function codeBytes(value: SqlInteger): number[] {
  let rest = Number(BigInt.asUintN(32, BigInt(value)));
  const bytes = [rest & 255];
  rest = Math.floor(rest / 256);
  while (rest > 0) {
    bytes.unshift(rest & 255);
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and Control-Z are what QUOTE escapes
  const escaped = text.replace(/[\\'\0\x1a]/g, (character) =>
    character === "\0" ? "\\0" : character === "\x1a" ? "\\Z" : `\\${character}`,
  );
  return `'${escaped}'`;
}

const SOUND_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter, at) => [letter, "01230120022455012623010202"[at] ?? "0"]),
);

/** MySQL's SOUNDEX: the original algorithm, vowels dropped first, of any length of at least four. */
function soundex(text: string): string {
  const letters = [...text.toUpperCase()].filter((character) => /\p{L}/u.test(character));
  const [first] = letters;
  if (first === undefined) return "";
  let result = first;
  let last = SOUND_CODES[first] ?? "0";
  for (const letter of letters.slice(1)) {
    const code = SOUND_CODES[letter] ?? "0";
    // Vowels and their like are dropped before doubles are: they do not separate equal codes.
    if (code === "0") continue;
    if (code !== last) result += code;
    last = code;
  }
  return result.padEnd(4, "0");
}

const LOCALES: Readonly<Record<string, readonly [string, string]>> = {
  en_US: [",", "."],
  en_GB: [",", "."],
  de_DE: [".", ","],
  de_AT: ["", ","],
  de_CH: ["'", "."],
  fr_FR: ["", ","],
  es_ES: ["", ","],
  it_IT: ["", ","],
  nl_NL: ["", ","],
  pt_BR: ["", ","],
  ru_RU: [".", ","],
  sv_SE: ["", ","],
  ja_JP: [",", "."],
  zh_CN: [",", "."],
  en_IN: [",", "."],
};

/** FORMAT(number, decimals [, locale]) with grouped thousands. */
const FORMAT = special(
  "format",
  [2, 3],
  nullableText((args) => displayWidth(args[0] as BoundExpression) * 2 + 32),
  (evaluators, args) => {
    const [number, places, locale] = args as readonly [
      BoundExpression,
      BoundExpression,
      BoundExpression | undefined,
    ];
    const exact = numericClass(number.type) !== "double";
    const decimal = readDecimal(number, evaluators[0] as Evaluator);
    const double = readDouble(number, evaluators[0] as Evaluator);
    const digits = readInteger(places, evaluators[1] as Evaluator);
    const where = locale === undefined ? undefined : readText(locale, evaluators[2] as Evaluator);
    return (frame) => {
      const value: Decimal | number | null = exact ? decimal(frame) : double(frame);
      const count = digits(frame);
      if (value === null || count === null) return null;
      const scale = Math.max(0, Math.min(30, Number(count)));
      const text =
        typeof value === "number"
          ? formatFixed(roundDouble(value, scale), scale)
          : formatDecimal(roundDecimal(value, scale));
      const name = where?.(frame) ?? "en_US";
      const [separator, point] = LOCALES[name] ?? unknownLocale(frame, name);
      const [whole = "", fraction] = text.split(".");
      const grouped = separator === "" ? whole : whole.replace(/\B(?=(\d{3})+$)/g, separator);
      return fraction === undefined ? grouped : `${grouped}${point}${fraction}`;
    };
  },
);

function unknownLocale(frame: Frame, name: string): readonly [string, string] {
  const error = sqlError("ER_UNKNOWN_LOCALE", name);
  frame.context.warn("Warning", error.errno, error.message);
  return [",", "."];
}

/** Rounds a double half away from zero at `scale` decimal places, as MySQL's my_double_round. */
export function roundDouble(value: number, scale: number): number {
  const factor = 10 ** Math.abs(scale);
  const scaled = scale < 0 ? value / factor : value * factor;
  if (!Number.isFinite(scaled)) return value;
  const rounded = Math.sign(scaled) * roundHalfEven(Math.abs(scaled));
  const result = scale < 0 ? rounded * factor : rounded / factor;
  return Number.isFinite(result) ? result : value;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
}

export const STRING_ENCODING_FUNCTIONS: readonly FunctionDefinition[] = [
  HEX,
  CHAR,
  FORMAT,
  inBase("bin", 2),
  inBase("oct", 8),
  scalar(
    "unhex",
    ["text"],
    (args) => ({ type: binaryType(Math.ceil(firstLength(args) / 2)), nullable: true }),
    (context, text) => unhex(text) ?? warnNotHex(context, text),
  ),
  scalar(
    "to_base64",
    ["bytes"],
    nullableText((args) => Math.ceil(firstLength(args) * 6)),
    (_, bytes) => toBase64(bytes),
  ),
  scalar(
    "from_base64",
    ["text"],
    (args) => ({ type: binaryType(firstLength(args)), nullable: true }),
    (_, text) => fromBase64(text) ?? null,
  ),
  scalar("conv", ["text", "count", "count"], nullableText(65), (_, text, from, to) =>
    convert(text, from, to),
  ),
  special("ascii", [1, 1], { type: BIGINT, displayLength: 3 }, ([evaluate], [operand]) => {
    const read = readBytes(operand as BoundExpression, evaluate as Evaluator);
    return (frame) => {
      const bytes = read(frame);
      return bytes === null ? null : (bytes[0] ?? 0);
    };
  }),
  special("ord", [1, 1], { type: BIGINT, displayLength: 21 }, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    const charset = charsetOf(argument);
    if (charset === "binary") {
      const read = readBytes(argument, evaluate as Evaluator);
      return (frame) => {
        const bytes = read(frame);
        return bytes === null ? null : (bytes[0] ?? 0);
      };
    }
    const read = readText(argument, evaluate as Evaluator);
    return (frame) => {
      const text = read(frame);
      return text === null ? null : ord(text, charset);
    };
  }),
  lengthFunction("length", 1),
  lengthFunction("bit_length", 8),
  special("char_length", [1, 1], { type: BIGINT, displayLength: 10 }, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    if (charsetOf(argument) === "binary") {
      const read = readBytes(argument, evaluate as Evaluator);
      return (frame) => read(frame)?.length ?? null;
    }
    const read = readText(argument, evaluate as Evaluator);
    return (frame) => {
      const text = read(frame);
      return text === null ? null : characterCount(text);
    };
  }),
  special(
    "quote",
    [1, 1],
    (args, environment) => ({
      ...connectionText(firstLength(args) * 2 + 2)(args, environment),
      nullable: false,
    }),
    ([evaluate], [operand]) => {
      const read = readText(operand as BoundExpression, evaluate as Evaluator);
      return (frame) => {
        const text = read(frame);
        return text === null ? "NULL" : quote(text);
      };
    },
  ),
  scalar(
    "soundex",
    ["text"],
    (args, environment) => connectionText(Math.max(4, firstLength(args)))(args, environment),
    (_, text) => soundex(text),
  ),
  scalar(
    "space",
    ["count"],
    nullableText((args) => (args[0]?.kind === "constant" ? Number(args[0].value ?? 0) : LONG_TEXT_BYTES)),
    (context, count) =>
      count <= 0 ? "" : exceedsPacket(context, "repeat", count) ? null : " ".repeat(count),
  ),
  special(
    "weight_string",
    [1, 3],
    (args) => ({ type: binaryType(firstLength(args) * 8), nullable: true }),
    (evaluators, args, environment) => {
      const [operand, as, length] = args as readonly [
        BoundExpression,
        BoundExpression | undefined,
        BoundExpression | undefined,
      ];
      if (operand.type.kind === "integer" && as === undefined) {
        const read = readInteger(operand, evaluators[0] as Evaluator);
        return (frame) => {
          const value = read(frame);
          if (value === null) return null;
          const bytes = Buffer.alloc(8);
          bytes.writeBigUInt64BE(toUnsigned64(value) ^ (isUnsigned(operand.type) ? 0n : 1n << 63n));
          return bytes;
        };
      }
      if (!isStringType(operand.type) && as === undefined) return () => null;
      const size = length?.kind === "constant" ? Number(length.value) : undefined;
      if (operand.type.kind === "binary" || (as?.kind === "constant" && as.value === "binary")) {
        const read = readBytes(operand, evaluators[0] as Evaluator);
        return (frame) => {
          const bytes = read(frame);
          if (bytes === null || size === undefined) return bytes;
          const padded = new Uint8Array(size);
          padded.set(bytes.subarray(0, size));
          return padded;
        };
      }
      const collation = collationByName(
        "collation" in operand.type ? operand.type.collation : environment.connectionCollation,
      );
      const read = readText(operand, evaluators[0] as Evaluator);
      return (frame) => {
        const text = read(frame);
        if (text === null) return null;
        if (size === undefined) return collation.weightString(text);
        return collation.weightString(
          [...text]
            .slice(0, size)
            .join("")
            .padEnd(collation.padSpace ? size : 0, " "),
        );
      };
    },
  ),
];

/** LENGTH in bytes of the argument's character set. */
function lengthFunction(name: string, factor: number): FunctionDefinition {
  return special(name, [1, 1], { type: BIGINT, displayLength: 10 }, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    const charset = charsetOf(argument);
    if (charset === "binary") {
      const read = readBytes(argument, evaluate as Evaluator);
      return (frame) => {
        const bytes = read(frame);
        return bytes === null ? null : bytes.length * factor;
      };
    }
    const read = readText(argument, evaluate as Evaluator);
    return (frame) => {
      const text = read(frame);
      return text === null ? null : encodedLength(text, charset) * factor;
    };
  });
}
