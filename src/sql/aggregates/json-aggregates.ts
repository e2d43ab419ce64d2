/** JSON_ARRAYAGG and JSON_OBJECTAGG. NULL values become JSON null; a NULL key is error 3158. */
import { JSON_NULL, type JsonValue, jsonObject } from "../../values/json.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { type Read, readJson, readText } from "../expression/readers.ts";
import type { AggregateState } from "./aggregate.ts";

export class JsonArrayAggregate implements AggregateState {
  readonly #read: Read<JsonValue>;
  #items: JsonValue[] = [];

  constructor(argument: BoundExpression, evaluate: Evaluator) {
    this.#read = readJson(argument, evaluate);
  }

  add(frame: Frame): void {
    this.#items.push(this.#read(frame) ?? JSON_NULL);
  }

  result(): Value {
    return this.#items.length === 0 ? null : { kind: "array", items: [...this.#items] };
  }

  reset(): void {
    this.#items = [];
  }
}

export class JsonObjectAggregate implements AggregateState {
  readonly #key: Read<string>;
  readonly #value: Read<JsonValue>;
  #members: [string, JsonValue][] = [];

  constructor(
    args: readonly [BoundExpression, BoundExpression],
    evaluators: readonly [Evaluator, Evaluator],
  ) {
    this.#key = readText(args[0], evaluators[0]);
    this.#value = readJson(args[1], evaluators[1]);
  }

  add(frame: Frame): void {
    const key = this.#key(frame);
    if (key === null) throw sqlError("ER_JSON_DOCUMENT_NULL_KEY");
    this.#members.push([key, this.#value(frame) ?? JSON_NULL]);
  }

  result(): Value {
    return this.#members.length === 0 ? null : jsonObject(this.#members);
  }

  reset(): void {
    this.#members = [];
  }
}
