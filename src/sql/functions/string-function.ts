/**
 * String functions that work on characters of text and on bytes of binary strings alike. When the collation their
 * string arguments have together is `binary`, the body sees one character per byte and its result becomes bytes again.
 */
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { aggregateCollations } from "../binder/collation-aggregation.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { displayWidth, LONG_TEXT_BYTES, textType } from "../binder/types.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { isBmp } from "../expression/like.ts";
import { type ArgumentKind, readerOf } from "../expression/readers.ts";
import { latinToBytes } from "../expression/text-conversion.ts";
import {
  type ArgumentValues,
  boundCall,
  type FunctionDefinition,
  type ResultShape,
  strictEvaluator,
} from "./function-definition.ts";

/** `string` takes part in the collation; the other kinds are read as they are. */
export type StringArgument = "string" | ArgumentKind;

type StringValues<K extends readonly StringArgument[]> = {
  [I in keyof K]: K[I] extends "string" ? string : K[I] extends ArgumentKind ? ArgumentValues[K[I]] : never;
};

export interface StringBody {
  readonly context: StatementContext;
  /** `binary` for byte strings */
  readonly collation: string;
}

interface StringOptions {
  readonly optional?: number;
  readonly nullable?: boolean;
}

/** Characters of the longest result; by default the first argument's. */
export type ResultLength = (args: readonly BoundExpression[]) => number;

function bindStrings(
  name: string,
  kinds: readonly StringArgument[],
  args: readonly BoundExpression[],
  environment: BindEnvironment,
) {
  const strings = args.filter((_, at) => (kinds[at] ?? kinds.at(-1)) === "string");
  const traits = aggregateCollations(strings, {
    connectionCollation: environment.connectionCollation,
    operation: name,
    forComparison: false,
  });
  const binary = traits.collation === "binary";
  const readKinds = args.map((_, at): ArgumentKind => {
    const kind = kinds[at] ?? (kinds.at(-1) as StringArgument);
    return kind === "string" ? (binary ? "latin" : "text") : kind;
  });
  return { traits, binary, readKinds };
}

/** A function whose result is a string of its arguments' character set. */
export function stringFunction<const K extends readonly StringArgument[]>(
  name: string,
  kinds: K,
  length: ResultLength | undefined,
  body: (call: StringBody, ...args: StringValues<K>) => string | null,
  options: StringOptions = {},
): FunctionDefinition {
  const run = body as unknown as (call: StringBody, ...args: unknown[]) => string | null;
  return {
    name,
    minArguments: kinds.length - (options.optional ?? 0),
    maxArguments: kinds.length,
    bind(args, environment) {
      const { traits, binary, readKinds } = bindStrings(name, kinds, args, environment);
      const size = Math.min(LONG_TEXT_BYTES, (length ?? firstLength)(args));
      const result: ResultShape = {
        type: textType(size, traits.collation),
        coercibility: traits.coercibility,
        // Any string function may give NULL: its result may exceed max_allowed_packet.
        nullable: options.nullable ?? true,
      };
      return boundCall({
        name,
        args,
        result,
        build: (evaluators) =>
          strictEvaluator(
            evaluators.map((evaluate, at) =>
              readerOf(readKinds[at] as ArgumentKind, args[at] as BoundExpression, evaluate),
            ),
            (context, ...values): Value => {
              const text = run({ context, collation: traits.collation }, ...values);
              return text === null || !binary ? text : latinToBytes(text);
            },
          ),
      });
    },
  };
}

export function firstLength(args: readonly BoundExpression[]): number {
  return displayWidth(args[0] as BoundExpression);
}

/** A function of strings whose result is something else than a string. */
export function stringQuery<const K extends readonly StringArgument[]>(
  name: string,
  kinds: K,
  result: ResultShape,
  body: (call: StringBody, ...args: StringValues<K>) => Value,
  options: StringOptions = {},
): FunctionDefinition {
  const run = body as unknown as (call: StringBody, ...args: unknown[]) => Value;
  return {
    name,
    minArguments: kinds.length - (options.optional ?? 0),
    maxArguments: kinds.length,
    bind(args, environment) {
      const { traits, readKinds } = bindStrings(name, kinds, args, environment);
      return boundCall({
        name,
        args,
        result,
        build: (evaluators) =>
          strictEvaluator(
            evaluators.map((evaluate, at) =>
              readerOf(readKinds[at] as ArgumentKind, args[at] as BoundExpression, evaluate),
            ),
            (context, ...values) => run({ context, collation: traits.collation }, ...values),
          ),
      });
    },
  };
}

/** Text as its characters: the string itself while every UTF-16 unit is one. */
export function charactersOf(text: string): string | readonly string[] {
  return isBmp(text) ? text : [...text];
}

/** The characters [from, to) of `text`. */
export function sliceCharacters(text: string, from: number, to: number): string {
  return isBmp(text) ? text.slice(from, to) : [...text].slice(from, to).join("");
}

/** Results longer than max_allowed_packet are NULL, with warning 1301. */
export function exceedsPacket(context: StatementContext, name: string, size: number): boolean {
  const limit = Number(context.getSystemVariable("max_allowed_packet", "either") ?? 67108864);
  if (size <= limit) return false;
  context.warn(
    "Warning",
    1301,
    `Result of ${name}() was larger than max_allowed_packet (${limit}) - truncated`,
  );
  return true;
}
