/** JSON_VALUE(document, path [RETURNING type] [… ON EMPTY] [… ON ERROR]): one scalar as an SQL value. */
import type { JsonValue } from "../../values/json.ts";
import { extractJson, parseJsonPath } from "../../values/json-path.ts";
import { jsonToText } from "../../values/json-print.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { CastType } from "../ast/data-type.ts";
import type { BoundBase, BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { JSON_TYPE, textType } from "../binder/types.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { readAs, readDocument, readText } from "../expression/readers.ts";
import { bindCast } from "./cast.ts";
import { boundCall } from "./function-definition.ts";

export interface JsonValueParts {
  readonly document: BoundExpression;
  readonly path: BoundExpression;
  readonly returning: CastType | undefined;
  readonly onEmpty: Fallback | undefined;
  readonly onError: Fallback | undefined;
}

export type Fallback =
  | { readonly kind: "null" }
  | { readonly kind: "error" }
  | { readonly kind: "default"; readonly value: BoundExpression };

const DEFAULT_LENGTH = 512;

/** The found value while the cast over it runs: it reads this register-like holder. */
interface Holder {
  value: Value;
}

export function bindJsonValue(parts: JsonValueParts, environment: BindEnvironment): BoundExpression {
  const { document, path, returning } = parts;
  const textual = returning === undefined || returning.name === "char";
  const inner: BoundBase = textual
    ? { type: textType(DEFAULT_LENGTH, "utf8mb4_bin"), nullable: true, coercibility: 4 }
    : { type: JSON_TYPE, nullable: true, coercibility: 4 };
  const node: BoundExpression = { ...inner, kind: "register", register: -1 };
  const cast = returning === undefined ? undefined : bindCast(node, returning, environment);
  const type = cast?.type ?? textType(DEFAULT_LENGTH, "utf8mb4_0900_ai_ci");
  const fallbacks = [parts.onEmpty, parts.onError].flatMap((fallback) =>
    fallback?.kind === "default" ? [fallback.value] : [],
  );
  return boundCall({
    name: "json_value",
    args: [document, path, ...fallbacks],
    result: { type, nullable: true, coercibility: 2 },
    build: ([a, b, ...rest]) => {
      const holder: Holder = { value: null };
      const convert = cast?.kind === "call" ? cast.build([() => holder.value]) : (): Value => holder.value;
      const defaults = rest.map((evaluate, at) => readAs(type, fallbacks[at] as BoundExpression, evaluate));
      const emptyDefault = parts.onEmpty?.kind === "default" ? defaults[0] : undefined;
      const errorDefault = parts.onError?.kind === "default" ? defaults.at(-1) : undefined;
      const readRoot = readDocument(document, a as Evaluator, 1, "json_value");
      const readPath = readText(path, b as Evaluator);
      const onEmpty = settle(parts.onEmpty, emptyDefault, () =>
        sqlError("ER_MISSING_JSON_VALUE", "json_value"),
      );
      const onError = (frame: Frame, error: Error): Value =>
        settle(parts.onError, errorDefault, () => error)(frame);
      return (frame) => {
        const root = readRoot(frame);
        const text = root === null ? null : readPath(frame);
        if (root === null || text === null) return null;
        const found = extractJson(root, [parseJsonPath(text)]);
        if (found === undefined) return onEmpty(frame);
        if (found.kind === "null") return null;
        const scalar = found.kind !== "array" && found.kind !== "object";
        if (!scalar && !textual && returning?.name !== "json") {
          return onError(frame, sqlError("ER_WRONG_JSON_TABLE_VALUE", "json_value"));
        }
        holder.value = textual ? jsonToText(found) : found;
        return convertStrictly(convert, frame, found, onError);
      };
    },
  });
}

function settle(fallback: Fallback | undefined, value: Evaluator | undefined, error: () => Error): Evaluator {
  return (frame) => {
    if (fallback?.kind === "error") throw error();
    return value === undefined ? null : value(frame);
  };
}

const KIND_NAMES = /\b(?:INTEGER|DECIMAL|DOUBLE)\b/;

function outOfRange(message: string): Error {
  const kind = KIND_NAMES.exec(message)?.[0];
  return kind === "INTEGER"
    ? sqlError("ER_DATA_OUT_OF_RANGE", "SIGNED", "json_value")
    : new SqlError("ER_JT_VALUE_OUT_OF_RANGE", message);
}

/** Converts with warnings counted as the error that ON ERROR asks about. */
function convertStrictly(
  convert: Evaluator,
  frame: Frame,
  _found: JsonValue,
  onError: (frame: Frame, error: Error) => Value,
): Value {
  let problem: Error | undefined;
  const context: StatementContext = Object.create(frame.context, {
    strict: { value: false },
    warn: {
      value: (_level: string, _errno: number, message: string) => {
        problem ??= outOfRange(message);
      },
    },
  }) as StatementContext;
  const quiet: Frame = { ...frame, context };
  const value = convert(quiet);
  return problem === undefined ? value : onError(frame, problem);
}
