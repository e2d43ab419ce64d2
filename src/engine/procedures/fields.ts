/**
 * Fields describe one argument or result column of a procedure: its SQL type and how a SQL value becomes a
 * TypeScript value. They are composed (`optional(text)`, `short("f", flag)`, `rest(text)`), never subclassed.
 */
import { SqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";

/** How often a positional may appear, and whether an option takes a value. */
export type Arity = "one" | "optional" | "rest" | "flag";

export interface Field<T> {
  readonly sqlType: "BIGINT" | "LONGTEXT" | "BOOLEAN";
  readonly arity: Arity;
  /** A result column that may be NULL. */
  readonly nullable: boolean;
  /** One letter for the short form of an option, as in `-m`. */
  readonly letter: string | undefined;
  /** Turns one given argument (for `rest`: all of them) into the value. Throws SqlError. */
  parse(values: readonly Value[], name: string): T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

function textOf(value: Value | undefined, name: string): string {
  if (value === null || value === undefined) {
    throw new SqlError("ER_WRONG_ARGUMENTS", `Incorrect arguments: '${name}' must not be NULL`);
  }
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw new SqlError("ER_WRONG_ARGUMENTS", `Incorrect arguments: '${name}' must be a string`);
}

/** A string argument or a LONGTEXT column. */
export const text: Field<string> = {
  sqlType: "LONGTEXT",
  arity: "one",
  nullable: false,
  letter: undefined,
  parse: (values, name) => textOf(values[0], name),
};

/** A whole number. */
export const bigint: Field<bigint> = {
  sqlType: "BIGINT",
  arity: "one",
  nullable: false,
  letter: undefined,
  parse(values, name) {
    const given = textOf(values[0], name);
    if (!/^[+-]?\d{1,19}$/.test(given)) {
      throw new SqlError(
        "ER_WRONG_ARGUMENTS",
        `Incorrect arguments: '${name}' must be a whole number, not '${given}'`,
      );
    }
    return BigInt(given);
  },
};

/** An option without a value: present or not. */
export const flag: Field<boolean> = {
  sqlType: "BOOLEAN",
  arity: "flag",
  nullable: false,
  letter: undefined,
  parse: () => true,
};

/** A positional that may be left out, or a result column that may be NULL. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    arity: "optional",
    nullable: true,
    parse: (values, name) => (values.length === 0 ? undefined : field.parse(values, name)),
  };
}

/** The last positional: takes all arguments that remain, possibly none. */
export function rest<T>(field: Field<T>): Field<readonly T[]> {
  return {
    ...field,
    arity: "rest",
    parse: (values, name) => values.map((value) => field.parse([value], name)),
  };
}

/** Gives an option a one-letter form beside its long one. */
export function short<T>(letter: string, field: Field<T>): Field<T> {
  return { ...field, letter };
}

/** The TypeScript values of a record of fields. */
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };
