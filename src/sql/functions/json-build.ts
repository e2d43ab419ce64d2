/** Functions that make and change JSON documents. */
import { type JsonValue, jsonObject } from "../../values/json.ts";
import {
  appendJson,
  changeJson,
  insertIntoArray,
  type JsonChange,
  mergePatch,
  mergePreserve,
  removeJson,
} from "../../values/json-edit.ts";
import type { JsonPath } from "../../values/json-path.ts";
import { sqlError } from "../../values/sql-error.ts";
import { JSON_TYPE } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { type FunctionDefinition, MANY } from "./function-definition.ts";
import { type JsonArguments, jsonFunction, positions } from "./json-arguments.ts";

const NEVER_NULL = { type: JSON_TYPE, nullable: false, coercibility: 2 } as const;

type Edit = (document: JsonValue, path: JsonPath, value: JsonValue) => JsonValue;

/** Applies an edit for each pair of path and value, in order. NULL document or path gives NULL. */
function pairwise(edit: Edit): (args: JsonArguments) => Evaluator {
  return (args) => {
    const document = args.document(0);
    const pairs = positions(args.count, 1, 2).map((at) => ({
      path: args.path(at),
      value: args.value(at + 1),
    }));
    return (frame) => {
      let result = document(frame);
      if (result === null) return null;
      for (const pair of pairs) {
        const path = pair.path(frame);
        if (path === null) return null;
        result = edit(result, path, pair.value(frame));
      }
      return result;
    };
  };
}

function changing(name: string, change: JsonChange): FunctionDefinition {
  return jsonFunction(
    name,
    { counts: [3, MANY], parity: "odd" },
    pairwise((document, path, value) => changeJson(document, path, value, change)),
  );
}

function merging(name: string, merge: (left: JsonValue, right: JsonValue) => JsonValue): FunctionDefinition {
  return jsonFunction(name, { counts: [2, MANY] }, (args) => {
    const documents = positions(args.count, 0, 1).map((at) => args.document(at));
    return (frame) => {
      let result: JsonValue | null = null;
      let unknown = false;
      for (const [at, read] of documents.entries()) {
        const document = read(frame);
        // In a patch a later document that is no object replaces whatever was unknown before it.
        if (document === null) unknown = true;
        else if (name === "json_merge_patch" && document.kind !== "object") {
          result = document;
          unknown = false;
        } else result = at === 0 || result === null ? document : merge(result, document);
      }
      return unknown ? null : result;
    };
  });
}

export const JSON_BUILD_FUNCTIONS: readonly FunctionDefinition[] = [
  jsonFunction("json_array", { counts: [0, MANY], result: NEVER_NULL }, (args) => {
    const values = positions(args.count, 0, 1).map((at) => args.value(at));
    return (frame) => ({ kind: "array", items: values.map((read) => read(frame)) });
  }),
  jsonFunction("json_object", { counts: [0, MANY], parity: "even", result: NEVER_NULL }, (args) => {
    const members = positions(args.count, 0, 2).map((at) => ({
      key: args.text(at),
      value: args.value(at + 1),
    }));
    return (frame) =>
      jsonObject(
        members.map(({ key, value }): [string, JsonValue] => {
          const name = key(frame);
          if (name === null) throw sqlError("ER_JSON_DOCUMENT_NULL_KEY");
          return [name, value(frame)];
        }),
      );
  }),
  changing("json_set", "set"),
  changing("json_insert", "insert"),
  changing("json_replace", "replace"),
  jsonFunction("json_array_append", { counts: [3, MANY], parity: "odd" }, pairwise(appendJson)),
  jsonFunction("json_array_insert", { counts: [3, MANY], parity: "odd" }, pairwise(insertIntoArray)),
  jsonFunction("json_remove", { counts: [2, MANY] }, (args) => {
    const document = args.document(0);
    const paths = positions(args.count, 1, 1).map((at) => args.path(at));
    return (frame) => {
      let result = document(frame);
      for (const read of paths) {
        const path = read(frame);
        if (path === null || result === null) return null;
        result = removeJson(result, path);
      }
      return result;
    };
  }),
  merging("json_merge_preserve", mergePreserve),
  merging("json_merge", mergePreserve),
  merging("json_merge_patch", mergePatch),
];
