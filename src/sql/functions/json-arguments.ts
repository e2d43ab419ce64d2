/** Arguments of JSON functions: documents, paths (kept compiled while they do not change) and values. */
import type { JsonValue } from "../../values/json.ts";
import { type JsonPath, parseJsonPath } from "../../values/json-path.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { JSON_TYPE } from "../binder/types.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { type Read, readDocument, readJson, readText } from "../expression/readers.ts";
import { boundCall, type FunctionDefinition, type ResultShape } from "./function-definition.ts";

/** The readers of a call's arguments by position. */
export interface JsonArguments {
  readonly count: number;
  document(at: number): Read<JsonValue>;
  /** Any SQL value as JSON; NULL becomes JSON null. */
  value(at: number): (frame: Frame) => JsonValue;
  path(at: number): Read<JsonPath>;
  text(at: number): Read<string>;
  evaluator(at: number): Evaluator;
}

function pathReader(read: Read<string>): Read<JsonPath> {
  let lastText: string | undefined;
  let path: JsonPath | undefined;
  return (frame) => {
    const text = read(frame);
    if (text === null) return null;
    if (path === undefined || text !== lastText) {
      path = parseJsonPath(text);
      lastText = text;
    }
    return path;
  };
}

function readersOf(
  name: string,
  args: readonly BoundExpression[],
  evaluators: readonly Evaluator[],
): JsonArguments {
  const of = (at: number): BoundExpression => args[at] as BoundExpression;
  const evaluate = (at: number): Evaluator => evaluators[at] as Evaluator;
  return {
    count: args.length,
    document: (at) => readDocument(of(at), evaluate(at), at + 1, name),
    value: (at) => {
      const read = readJson(of(at), evaluate(at));
      return (frame) => read(frame) ?? { kind: "null" };
    },
    path: (at) => pathReader(readText(of(at), evaluate(at))),
    text: (at) => readText(of(at), evaluate(at)),
    evaluator: evaluate,
  };
}

export interface JsonFunctionOptions {
  readonly counts: readonly [number, number];
  readonly parity?: "even" | "odd";
  readonly result?: ResultShape;
}

/** A JSON function: `build` takes its readers once and gives the evaluator. */
export function jsonFunction(
  name: string,
  options: JsonFunctionOptions,
  build: (args: JsonArguments) => Evaluator,
): FunctionDefinition {
  return {
    name,
    minArguments: options.counts[0],
    maxArguments: options.counts[1],
    ...(options.parity === undefined ? {} : { parity: options.parity }),
    bind: (args) =>
      boundCall({
        name,
        args,
        result: options.result ?? { type: JSON_TYPE, nullable: true, coercibility: 2 },
        build: (evaluators) => build(readersOf(name, args, evaluators)),
      }),
  };
}

/** Positions from, from + step, … below the argument count. */
export function positions(count: number, from: number, step: number): readonly number[] {
  const result: number[] = [];
  for (let at = from; at < count; at += step) result.push(at);
  return result;
}

export function asCondition(value: boolean): Value {
  return value ? 1 : 0;
}
