/**
 * Arguments of procedures have the shape of a command line: `CALL dolt_push('--force', 'origin', 'main')`. One
 * description gives the parser, the TypeScript type and the usage text, so that they cannot disagree.
 */
import { SqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Field, Fields, ValuesOf } from "./fields.ts";

export type Empty = Readonly<Record<never, never>>;

export interface ArgSpec<A> {
  /** One line per form, as `dolt_x('name', ['--flag'])` without the procedure's name. */
  readonly usage: readonly string[];
  /** Throws SqlError 1210 (wrong arguments) or 1318 (wrong number), naming the usage. */
  parse(values: readonly Value[], procedure: string): A;
}

export type ArgsOf<S> = S extends ArgSpec<infer A> ? A : never;

/** `setUpstream` → `--set-upstream`; `ALL` stays. */
function optionName(key: string): string {
  return `--${/^[A-Z]+$/.test(key) ? key : key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Positional arguments in order, and options in any place before a lone `--`. */
export function args<const P extends Fields = Empty, const O extends Fields = Empty>(spec: {
  readonly positionals?: P;
  readonly options?: O;
}): ArgSpec<ValuesOf<P> & Partial<ValuesOf<O>>> {
  const positionals: readonly (readonly [string, Field<unknown>])[] = Object.entries(spec.positionals ?? {});
  const options: readonly (readonly [string, Field<unknown>])[] = Object.entries(spec.options ?? {});
  const usage = [
    ...positionals.map(([name, field]) =>
      field.arity === "one" ? `'${name}'` : field.arity === "rest" ? `['${name}', ...]` : `['${name}']`,
    ),
    ...options.map(([key, field]) =>
      field.arity === "flag" ? `['${optionName(key)}']` : `['${optionName(key)}=<${key}>']`,
    ),
  ].join(", ");

  return {
    usage: [usage],
    parse(values, procedure) {
      const parsed: Record<string, unknown> = {};
      const loose = takeOptions(values, options, parsed, procedure);
      takePositionals(loose, positionals, parsed, `${procedure}(${usage})`, procedure);
      // The record was filled field by field from the same description that the type is computed from.
      return parsed as ValuesOf<P> & Partial<ValuesOf<O>>;
    },
  };
}

function takeOptions(
  values: readonly Value[],
  options: readonly (readonly [string, Field<unknown>])[],
  parsed: Record<string, unknown>,
  procedure: string,
): Value[] {
  const loose: Value[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (typeof value !== "string" || !value.startsWith("-") || value === "-") {
      loose.push(value);
    } else if (value === "--") {
      loose.push(...values.slice(i + 1));
      break;
    } else if (value.startsWith("--")) {
      i += takeLongOption(value, values[i + 1], options, parsed, procedure);
    } else {
      i += takeLetters(value.slice(1), values[i + 1], options, parsed, procedure);
    }
  }
  return loose;
}

/** Returns how many further arguments were used up: 0 or 1. */
function takeLongOption(
  given: string,
  following: Value | undefined,
  options: readonly (readonly [string, Field<unknown>])[],
  parsed: Record<string, unknown>,
  procedure: string,
): number {
  const equals = given.indexOf("=");
  const name = equals < 0 ? given : given.slice(0, equals);
  const option = options.find(([key]) => optionName(key) === name);
  if (option === undefined) throw unknownOption(name.slice(2), procedure);
  const [key, field] = option;
  if (field.arity === "flag") {
    if (equals >= 0)
      throw new SqlError("ER_WRONG_ARGUMENTS", `error: option \`${name.slice(2)}' takes no value`);
    parsed[key] = true;
    return 0;
  }
  if (equals >= 0) {
    parsed[key] = field.parse([given.slice(equals + 1)], name);
    return 0;
  }
  if (following === undefined) throw noValue(name.slice(2));
  parsed[key] = field.parse([following], name);
  return 1;
}

/** `-Am` is `-A -m`; the last letter may take a value. Returns how many further arguments were used up. */
function takeLetters(
  letters: string,
  following: Value | undefined,
  options: readonly (readonly [string, Field<unknown>])[],
  parsed: Record<string, unknown>,
  procedure: string,
): number {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at);
    const option = options.find(([, field]) => field.letter === letter);
    if (option === undefined) throw unknownOption(letter, procedure);
    const [key, field] = option;
    if (field.arity === "flag") {
      parsed[key] = true;
      continue;
    }
    const attached = letters.slice(at + 1);
    if (attached !== "") {
      parsed[key] = field.parse([attached], letter);
      return 0;
    }
    if (following === undefined) throw noValue(letter);
    parsed[key] = field.parse([following], letter);
    return 1;
  }
  return 0;
}

function takePositionals(
  loose: readonly Value[],
  positionals: readonly (readonly [string, Field<unknown>])[],
  parsed: Record<string, unknown>,
  usage: string,
  procedure: string,
): void {
  const required = positionals.filter(([, field]) => field.arity === "one").length;
  const takesRest = positionals.some(([, field]) => field.arity === "rest");
  if (loose.length < required || (!takesRest && loose.length > positionals.length)) {
    throw new SqlError(
      "ER_SP_WRONG_NO_OF_ARGS",
      `Incorrect number of arguments for PROCEDURE ${procedure}; got ${loose.length}. usage: ${usage}`,
    );
  }
  positionals.forEach(([name, field], at) => {
    const given = field.arity === "rest" ? loose.slice(at) : loose.slice(at, at + 1);
    parsed[name] = field.parse(given, name);
  });
}

function unknownOption(name: string, procedure: string): SqlError {
  return new SqlError("ER_WRONG_ARGUMENTS", `error: unknown option \`${name}' for ${procedure}`);
}

function noValue(name: string): SqlError {
  return new SqlError("ER_WRONG_ARGUMENTS", `error: no value for option \`${name}'`);
}

/** Sub-commands: the first argument chooses one of several forms. Two names may share a form. */
export function oneOf<const C extends Readonly<Record<string, ArgSpec<object>>>>(
  commands: C,
): ArgSpec<{ [K in keyof C & string]: { readonly command: K } & ArgsOf<C[K]> }[keyof C & string]> {
  type Call = { [K in keyof C & string]: { readonly command: K } & ArgsOf<C[K]> }[keyof C & string];
  const usage = Object.entries(commands).flatMap(([command, spec]) =>
    spec.usage.map((line) => (line === "" ? `'${command}'` : `'${command}', ${line}`)),
  );
  return {
    usage,
    parse(values, procedure) {
      const [command, ...others] = values;
      const lines = usage.map((line) => `${procedure}(${line})`).join("\n");
      if (command === undefined) {
        throw new SqlError("ER_SP_WRONG_NO_OF_ARGS", `${procedure} needs a sub-command. usage: ${lines}`);
      }
      const spec =
        typeof command === "string" && Object.hasOwn(commands, command) ? commands[command] : undefined;
      if (spec === undefined) {
        throw new SqlError(
          "ER_WRONG_ARGUMENTS",
          `unrecognized ${procedure} parameter '${String(command)}'. usage: ${lines}`,
        );
      }
      // Joined from the chosen form's own parser, which the mapped type names.
      return { command, ...spec.parse(others, procedure) } as Call;
    },
  };
}
