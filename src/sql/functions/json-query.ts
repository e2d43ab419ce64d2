/** Functions that look into JSON documents. */
import { type JsonValue, jsonString } from "../../values/json.ts";
import { jsonContains, jsonDepth, jsonLength, jsonOverlaps, jsonTypeName } from "../../values/json-edit.ts";
import { JsonTextError, parseJson } from "../../values/json-parse.ts";
import { extractJson, findJson, printJsonSteps } from "../../values/json-path.ts";
import { jsonToText, quoteJson } from "../../values/json-print.ts";
import { encodeStoredJson } from "../../values/json-storage.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, displayWidth, LONG_TEXT_BYTES, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { parseJsonText } from "../expression/json-conversion.ts";
import { compareJson } from "../expression/json-order.ts";
import { compileLikePattern } from "../expression/like.ts";
import { readDocument, readJson, readText } from "../expression/readers.ts";
import { boundCall, type FunctionDefinition, MANY, special } from "./function-definition.ts";
import { asCondition, jsonFunction, positions } from "./json-arguments.ts";
import { printPretty } from "./json-pretty.ts";

const CONDITION = { type: BIGINT, nullable: true, displayLength: 1 } as const;
const COUNT = { type: BIGINT, nullable: true, displayLength: 10 } as const;
const LONG_TEXT = {
  type: textType(LONG_TEXT_BYTES / 4, "utf8mb4_bin"),
  nullable: true,
  coercibility: 4,
} as const;

function jsonEqual(left: JsonValue, right: JsonValue): boolean {
  return compareJson(left, right) === 0;
}

/** 'one' or 'all'; anything else is error 3154. */
function oneOrAll(text: string, name: string): "one" | "all" {
  const lower = text.toLowerCase();
  if (lower === "one" || lower === "all") return lower;
  throw sqlError("ER_JSON_BAD_ONE_OR_ALL_ARG", name);
}

const JSON_UNQUOTE: FunctionDefinition = special(
  "json_unquote",
  [1, 1],
  (args) => ({
    type: textType(Math.min(LONG_TEXT_BYTES / 4, displayWidth(args[0] as BoundExpression)), "utf8mb4_bin"),
    nullable: true,
    coercibility: 4,
  }),
  ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    if (argument.type.kind === "json") {
      const read = readJson(argument, evaluate as Evaluator);
      return (frame) => {
        const value = read(frame);
        return value === null ? null : jsonToText(value);
      };
    }
    if (argument.type.kind !== "string" && argument.type.kind !== "null") {
      throw sqlError("ER_INCORRECT_TYPE", "1", "json_unquote");
    }
    const read = readText(argument, evaluate as Evaluator);
    return (frame) => {
      const text = read(frame);
      if (text === null || text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
      return jsonToText(parseJsonText(text, { argument: 1, functionName: "json_unquote" }));
    };
  },
);

const JSON_VALID = special("json_valid", [1, 1], CONDITION, ([evaluate], [operand]) => {
  const argument = operand as BoundExpression;
  const { kind } = argument.type;
  if (kind === "json") return (frame) => ((evaluate as Evaluator)(frame) === null ? null : 1);
  if (kind !== "string") return (frame) => ((evaluate as Evaluator)(frame) === null ? null : 0);
  return (frame) => {
    const text = (evaluate as Evaluator)(frame);
    if (text === null) return null;
    try {
      parseJson(text as string);
      return 1;
    } catch (error) {
      if (error instanceof JsonTextError) return 0;
      throw error;
    }
  };
});

/** Paths of the strings that are LIKE a pattern. */
const JSON_SEARCH = jsonFunction("json_search", { counts: [3, MANY] }, (args) => {
  const document = args.document(0);
  const mode = args.text(1);
  const pattern = args.text(2);
  const escapeText = args.count > 3 ? args.text(3) : undefined;
  const paths = positions(args.count, 4, 1).map((at) => args.path(at));
  return (frame) => {
    const root = document(frame);
    const which = mode(frame);
    const wanted = pattern(frame);
    if (root === null || which === null || wanted === null) return null;
    const onlyOne = oneOrAll(which, "json_search") === "one";
    const escapeCharacter = escapeText === undefined ? "\\" : (escapeText(frame) ?? "\\");
    if ([...escapeCharacter].length > 1) throw sqlError("ER_WRONG_ARGUMENTS", "ESCAPE");
    const matches = compileLikePattern(
      wanted,
      escapeCharacter === "" ? "\\" : escapeCharacter,
      "utf8mb4_bin",
    );
    const found: string[] = [];
    const search = (value: JsonValue, steps: readonly (string | number)[]): void => {
      if (onlyOne && found.length > 0) return;
      if (value.kind === "string" && matches(value.value)) {
        const text = printJsonSteps(steps);
        if (!found.includes(text)) found.push(text);
      } else if (value.kind === "array")
        for (const [at, item] of value.items.entries()) search(item, [...steps, at]);
      else if (value.kind === "object")
        for (const [key, member] of value.members) search(member, [...steps, key]);
    };
    if (paths.length === 0) search(root, []);
    for (const read of paths) {
      const path = read(frame);
      if (path === null) return null;
      for (const match of findJson(root, path)) search(match.value, match.steps);
    }
    const [first] = found;
    if (first === undefined) return null;
    return found.length === 1 ? jsonString(first) : { kind: "array", items: found.map(jsonString) };
  };
});

const MEMBER_OF: FunctionDefinition = {
  name: "member of",
  minArguments: 2,
  maxArguments: 2,
  bind(args) {
    const [value, array] = args as readonly [BoundExpression, BoundExpression];
    return boundCall({
      name: "member of",
      args,
      result: CONDITION,
      build: ([a, b]) => {
        const candidate = readJson(value, a as Evaluator);
        const target = readDocument(array, b as Evaluator, 2, "member of");
        return (frame) => {
          const wanted = candidate(frame);
          const items = target(frame);
          if (wanted === null || items === null) return null;
          return asCondition(
            items.kind === "array"
              ? items.items.some((item) => jsonEqual(item, wanted))
              : jsonEqual(items, wanted),
          );
        };
      },
    });
  },
};

/** The part of a document that a path argument names; undefined when it is not there. */
function partOf(value: JsonValue, path: Parameters<typeof findJson>[1]): JsonValue | undefined {
  if (path.many) throw sqlError("ER_INVALID_JSON_PATH_WILDCARD");
  return findJson(value, path)[0]?.value;
}

function ofPart(
  name: string,
  result: typeof COUNT | undefined,
  body: (value: JsonValue) => ReturnType<Evaluator>,
): FunctionDefinition {
  return jsonFunction(name, { counts: [1, 2], ...(result === undefined ? {} : { result }) }, (args) => {
    const document = args.document(0);
    const path = args.count > 1 ? args.path(1) : undefined;
    return (frame) => {
      const root = document(frame);
      if (root === null) return null;
      if (path === undefined) return body(root);
      const steps = path(frame);
      const part = steps === null ? undefined : partOf(root, steps);
      return part === undefined ? null : body(part);
    };
  });
}

function ofDocument(
  name: string,
  result: Parameters<typeof jsonFunction>[1]["result"],
  body: (value: JsonValue) => ReturnType<Evaluator>,
): FunctionDefinition {
  return jsonFunction(name, { counts: [1, 1], ...(result === undefined ? {} : { result }) }, (args) => {
    const document = args.document(0);
    return (frame) => {
      const value = document(frame);
      return value === null ? null : body(value);
    };
  });
}

export const JSON_QUERY_FUNCTIONS: readonly FunctionDefinition[] = [
  JSON_UNQUOTE,
  JSON_VALID,
  JSON_SEARCH,
  MEMBER_OF,
  jsonFunction("json_extract", { counts: [2, MANY] }, (args) => {
    const document = args.document(0);
    const paths = positions(args.count, 1, 1).map((at) => args.path(at));
    return (frame) => {
      const root = document(frame);
      if (root === null) return null;
      const read = paths.map((path) => path(frame));
      const known = read.filter((path) => path !== null);
      return known.length < read.length ? null : (extractJson(root, known) ?? null);
    };
  }),
  jsonFunction("json_contains", { counts: [2, 3], result: CONDITION }, (args) => {
    const target = args.document(0);
    const candidate = args.document(1);
    const path = args.count > 2 ? args.path(2) : undefined;
    return (frame) => {
      let root = target(frame);
      const wanted = candidate(frame);
      if (root === null || wanted === null) return null;
      if (path !== undefined) {
        const steps = path(frame);
        const part = steps === null ? undefined : partOf(root, steps);
        if (part === undefined) return null;
        root = part;
      }
      return asCondition(jsonContains(root, wanted, jsonEqual));
    };
  }),
  jsonFunction("json_contains_path", { counts: [3, MANY], result: CONDITION }, (args) => {
    const document = args.document(0);
    const mode = args.text(1);
    const paths = positions(args.count, 2, 1).map((at) => args.path(at));
    return (frame) => {
      const root = document(frame);
      const which = mode(frame);
      if (root === null || which === null) return null;
      const all = oneOrAll(which, "json_contains_path") === "all";
      for (const read of paths) {
        const path = read(frame);
        if (path === null) return null;
        const found = findJson(root, path).length > 0;
        if (found !== all) return asCondition(found);
      }
      return asCondition(all);
    };
  }),
  jsonFunction("json_overlaps", { counts: [2, 2], result: CONDITION }, (args) => {
    const [left, right] = [args.document(0), args.document(1)];
    return (frame) => {
      const a = left(frame);
      const b = right(frame);
      return a === null || b === null ? null : asCondition(jsonOverlaps(a, b, jsonEqual));
    };
  }),
  ofPart("json_keys", undefined, (value) =>
    value.kind === "object" ? { kind: "array", items: [...value.members.keys()].map(jsonString) } : null,
  ),
  ofPart("json_length", COUNT, jsonLength),
  ofDocument("json_depth", COUNT, jsonDepth),
  ofDocument("json_type", { type: textType(51, "utf8mb4_0900_ai_ci"), nullable: true }, jsonTypeName),
  ofDocument("json_pretty", LONG_TEXT, printPretty),
  special("json_quote", [1, 1], quotedShape, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    if (argument.type.kind === "binary") throw sqlError("ER_INVALID_JSON_CHARSET", "binary");
    if (argument.type.kind !== "string" && argument.type.kind !== "null")
      throw sqlError("ER_INCORRECT_TYPE", "1", "json_quote");
    const read = readText(argument, evaluate as Evaluator);
    return (frame) => {
      const text = read(frame);
      return text === null ? null : quoteJson(text);
    };
  }),
  ofDocument("json_storage_size", COUNT, (value) => Buffer.byteLength(encodeStoredJson(value))),
  ofDocument("json_storage_free", COUNT, () => 0),
];

function quotedShape(args: readonly BoundExpression[], _: BindEnvironment) {
  return { type: textType(displayWidth(args[0] as BoundExpression) * 6 + 2, "utf8mb4_bin"), nullable: true };
}
