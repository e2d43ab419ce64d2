/** Functions that cut, join and change strings. */
import { characterCount } from "../../values/charset.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { aggregateCollations } from "../binder/collation-aggregation.ts";
import { displayWidth, LONG_TEXT_BYTES, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { type Read, readerOf } from "../expression/readers.ts";
import { latinToBytes } from "../expression/text-conversion.ts";
import { boundCall, type FunctionDefinition, MANY } from "./function-definition.ts";
import {
  charactersOf,
  exceedsPacket,
  firstLength,
  sliceCharacters,
  stringFunction,
} from "./string-function.ts";

function totalLength(args: readonly BoundExpression[]): number {
  return args.reduce((sum, argument) => sum + displayWidth(argument), 0);
}

/** CONCAT and CONCAT_WS; `separated` skips NULLs after the separator. */
function concatenation(name: "concat" | "concat_ws", separated: boolean): FunctionDefinition {
  return {
    name,
    minArguments: separated ? 2 : 1,
    maxArguments: MANY,
    bind(args, environment) {
      const traits = aggregateCollations(args, {
        connectionCollation: environment.connectionCollation,
        operation: name,
        forComparison: false,
      });
      const binary = traits.collation === "binary";
      const separatorLength = separated ? firstLength(args) * (args.length - 2) : 0;
      const length = totalLength(separated ? args.slice(1) : args) + separatorLength;
      return boundCall({
        name,
        args,
        result: {
          type: textType(Math.min(LONG_TEXT_BYTES, length), traits.collation),
          coercibility: traits.coercibility,
          ...(separated ? { nullable: args[0]?.nullable ?? true } : {}),
        },
        build: (evaluators) => {
          const reads = evaluators.map((evaluate, at) =>
            readerOf(binary ? "latin" : "text", args[at] as BoundExpression, evaluate),
          ) as Read<string>[];
          const join = separated ? joinSeparated(reads) : joinAll(reads);
          if (!binary) return join as Evaluator;
          return (frame) => {
            const text = join(frame);
            return text === null ? null : latinToBytes(text);
          };
        },
      });
    },
  };
}

function joinAll(reads: readonly Read<string>[]): Read<string> {
  return (frame) => {
    let text = "";
    for (let i = 0; i < reads.length; i++) {
      const part = (reads[i] as Read<string>)(frame);
      if (part === null) return null;
      text += part;
    }
    return text;
  };
}

function joinSeparated([separator, ...reads]: readonly Read<string>[]): Read<string> {
  return (frame) => {
    const between = separator?.(frame) ?? null;
    if (between === null) return null;
    const parts: string[] = [];
    for (const read of reads) {
      const part = read(frame);
      if (part !== null) parts.push(part);
    }
    return parts.join(between);
  };
}

/** SUBSTRING: positions count from 1, negative ones from the end; 0 gives ''. */
function substring(text: string, position: number, count: number): string {
  const characters = charactersOf(text);
  const start = position > 0 ? position - 1 : position === 0 ? -1 : characters.length + position;
  if (start < 0 || start >= characters.length || count <= 0) return "";
  return sliceCharacters(text, start, Math.min(characters.length, start + count));
}

function substringIndex(text: string, delimiter: string, count: number): string {
  if (count === 0 || delimiter === "") return "";
  let at = -1;
  if (count > 0) {
    for (let i = 0; i < count; i++) {
      at = text.indexOf(delimiter, i === 0 ? 0 : at + delimiter.length);
      if (at < 0) return text;
    }
    return text.slice(0, at);
  }
  let end = text.length;
  for (let i = 0; i < -count; i++) {
    at = end < delimiter.length ? -1 : text.lastIndexOf(delimiter, end - delimiter.length);
    if (at < 0) return text;
    end = at;
  }
  return text.slice(end + delimiter.length);
}

function pad(text: string, length: number, filler: string, left: boolean): string | null {
  if (length < 0) return null;
  const present = characterCount(text);
  if (length <= present) return sliceCharacters(text, 0, length);
  if (filler === "") return text;
  const characters = [...filler];
  const missing = length - present;
  let fill = filler.repeat(Math.floor(missing / characters.length));
  fill += characters.slice(0, missing % characters.length).join("");
  return left ? fill + text : text + fill;
}

/** TRIM(side FROM x): removes whole copies of `remove`. */
function trim(text: string, remove: string, side: string): string {
  if (remove === "") return text;
  let start = 0;
  let end = text.length;
  if (side !== "trailing")
    while (end - start >= remove.length && text.startsWith(remove, start)) start += remove.length;
  if (side !== "leading") {
    while (end - start >= remove.length && text.endsWith(remove, end) && end - remove.length >= start) {
      end -= remove.length;
    }
  }
  return text.slice(start, end);
}

const REPEAT_LENGTH: (args: readonly BoundExpression[]) => number = (args) => {
  const times = args[1];
  if (times?.kind !== "constant" || typeof times.value !== "number") return LONG_TEXT_BYTES;
  return firstLength(args) * Math.max(0, times.value);
};

function lengthArgument(args: readonly BoundExpression[]): number {
  const length = args[1];
  if (length?.kind !== "constant" || typeof length.value !== "number") return LONG_TEXT_BYTES;
  return Math.max(0, length.value);
}

function insert(text: string, position: number, count: number, replacement: string): string {
  const characters = charactersOf(text);
  if (position < 1 || position > characters.length) return text;
  const removed =
    count < 0 || position - 1 + count > characters.length ? characters.length - position + 1 : count;
  return (
    sliceCharacters(text, 0, position - 1) +
    replacement +
    sliceCharacters(text, position - 1 + removed, characters.length)
  );
}

export const STRING_BASIC_FUNCTIONS: readonly FunctionDefinition[] = [
  concatenation("concat", false),
  concatenation("concat_ws", true),
  stringFunction(
    "substr",
    ["string", "count", "count"],
    undefined,
    (_, text, position, count?: number) => substring(text, position, count ?? Number.MAX_SAFE_INTEGER),
    { optional: 1 },
  ),
  stringFunction(
    "left",
    ["string", "count"],
    (args) => Math.min(firstLength(args), lengthArgument(args)),
    (_, text, count) => (count <= 0 ? "" : sliceCharacters(text, 0, count)),
  ),
  stringFunction(
    "right",
    ["string", "count"],
    (args) => Math.min(firstLength(args), lengthArgument(args)),
    (_, text, count) => {
      if (count <= 0) return "";
      const { length } = charactersOf(text);
      return sliceCharacters(text, Math.max(0, length - count), length);
    },
  ),
  stringFunction("substring_index", ["string", "string", "count"], undefined, (_, text, delimiter, count) =>
    substringIndex(text, delimiter, count),
  ),
  stringFunction(
    "replace",
    ["string", "string", "string"],
    (args) => {
      const [text, , by] = args.map(displayWidth);
      return (text ?? 0) * Math.max(1, by ?? 1);
    },
    (_, text, from, to) => (from === "" ? text : text.split(from).join(to)),
  ),
  stringFunction(
    "insert",
    ["string", "count", "count", "string"],
    (args) => firstLength(args) + displayWidth(args[3] as BoundExpression),
    (_, text, position, count, replacement) => insert(text, position, count, replacement),
  ),
  stringFunction(
    "repeat",
    ["string", "count"],
    REPEAT_LENGTH,
    ({ context }, text, count) => {
      if (count <= 0 || text === "") return "";
      return exceedsPacket(context, "repeat", text.length * count) ? null : text.repeat(count);
    },
    { nullable: true },
  ),
  stringFunction("reverse", ["string"], undefined, (_, text) => [...text].reverse().join("")),
  stringFunction("lower", ["string"], undefined, ({ collation }, text) =>
    collation === "binary" ? text : text.toLowerCase(),
  ),
  stringFunction("upper", ["string"], undefined, ({ collation }, text) =>
    collation === "binary" ? text : upperCase(text),
  ),
  stringFunction("ltrim", ["string"], undefined, (_, text) => trim(text, " ", "leading")),
  stringFunction("rtrim", ["string"], undefined, (_, text) => trim(text, " ", "trailing")),
  trimDefinition(),
  ...(["lpad", "rpad"] as const).map((name) =>
    stringFunction(
      name,
      ["string", "count", "string"],
      lengthArgument,
      ({ context }, text, length, filler) =>
        length >= 0 && exceedsPacket(context, name, length)
          ? null
          : pad(text, length, filler, name === "lpad"),
      { nullable: true },
    ),
  ),
];

/** One character stays one character: ß is not SS. */
function upperCase(text: string): string {
  const upper = text.toUpperCase();
  if (upper.length === text.length) return upper;
  return [...text]
    .map((character) => {
      const one = character.toUpperCase();
      return one.length === character.length ? one : character;
    })
    .join("");
}

/** `trim(side, text [, remove])`: the parser's form of TRIM. */
function trimDefinition(): FunctionDefinition {
  const inner = stringFunction(
    "trim",
    ["text", "string", "string"],
    (args) => displayWidth(args[1] as BoundExpression),
    (_, side, text, remove?: string) => trim(text, remove ?? " ", side),
    { optional: 1 },
  );
  return inner;
}
