/**
 * Which collation an operation over several strings uses, by MySQL's coercibility rules. A collation belongs to the
 * character set its name begins with; `binary` is the collation of byte strings.
 */
import { sqlError } from "../../values/sql-error.ts";
import {
  type BoundBase,
  type BoundExpression,
  COERCIBILITY_EXPLICIT,
  COERCIBILITY_IGNORABLE,
  COERCIBILITY_NONE,
  COERCIBILITY_NUMERIC,
  COERCIBILITY_SYSTEM,
  type Coercibility,
} from "./bound-expression.ts";

export interface StringTraits {
  readonly charset: string;
  readonly collation: string;
  readonly coercibility: Coercibility;
  /** The value is known to hold only ASCII characters, so it fits every character set. */
  readonly ascii: boolean;
}

const UNICODE_CHARSETS: ReadonlySet<string> = new Set([
  "utf8mb4",
  "utf8mb3",
  "utf8",
  "ucs2",
  "utf16",
  "utf16le",
  "utf32",
]);

/** The character set a collation belongs to. */
export function charsetOfCollation(collation: string): string {
  const underscore = collation.indexOf("_");
  const charset = underscore < 0 ? collation : collation.slice(0, underscore);
  return charset === "utf8" ? "utf8mb3" : charset;
}

/** The string traits of an expression when it is used as text. Numbers and temporals read as ASCII text. */
export function stringTraits(
  expression: BoundExpression | BoundBase,
  connectionCollation: string,
): StringTraits {
  const type = expression.type;
  switch (type.kind) {
    case "string":
    case "enum":
    case "set":
      return {
        charset: charsetOfCollation(type.collation),
        collation: type.collation,
        coercibility: expression.coercibility,
        ascii: "kind" in expression && expression.kind === "constant" && isAscii(expression.value),
      };
    case "binary":
    case "geometry":
    case "bit":
      return { charset: "binary", collation: "binary", coercibility: expression.coercibility, ascii: false };
    case "json":
      return {
        charset: "utf8mb4",
        collation: "utf8mb4_bin",
        coercibility: expression.coercibility,
        ascii: false,
      };
    case "null":
      return { charset: "binary", collation: "binary", coercibility: COERCIBILITY_IGNORABLE, ascii: true };
    default:
      return {
        charset: charsetOfCollation(connectionCollation),
        collation: connectionCollation,
        coercibility: COERCIBILITY_NUMERIC,
        ascii: true,
      };
  }
}

function isAscii(value: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII means
  return typeof value === "string" && /^[\x00-\x7f]*$/.test(value);
}

function isSuperset(left: StringTraits, right: StringTraits): boolean {
  if (
    UNICODE_CHARSETS.has(left.charset) &&
    (left.coercibility < right.coercibility ||
      (left.coercibility === right.coercibility &&
        (!UNICODE_CHARSETS.has(right.charset) ||
          (left.charset === "utf8mb4" && right.charset === "utf8mb3"))))
  ) {
    return true;
  }
  return (
    (right.ascii || right.charset === "ascii") &&
    (left.coercibility < right.coercibility ||
      (left.coercibility === right.coercibility && !(left.ascii || left.charset === "ascii")))
  );
}

/** Aggregates two; undefined when they do not go together. */
function aggregatePair(left: StringTraits, right: StringTraits): StringTraits | undefined {
  const ascii = left.ascii && right.ascii;
  const keep = { ...left, ascii };
  const take = { ...right, ascii };
  if (left.charset !== right.charset) {
    if (left.collation === "binary") return left.coercibility <= right.coercibility ? keep : take;
    if (right.collation === "binary") return right.coercibility <= left.coercibility ? take : keep;
    if (isSuperset(left, right)) return keep;
    if (isSuperset(right, left)) return take;
    if (left.coercibility < right.coercibility && right.coercibility >= COERCIBILITY_SYSTEM) return keep;
    if (right.coercibility < left.coercibility && left.coercibility >= COERCIBILITY_SYSTEM) return take;
    return undefined;
  }
  if (left.coercibility < right.coercibility) return keep;
  if (right.coercibility < left.coercibility) return take;
  if (left.collation === right.collation) return keep;
  if (left.coercibility === COERCIBILITY_EXPLICIT) return undefined;
  if (left.collation.endsWith("_bin")) return keep;
  if (right.collation.endsWith("_bin")) return take;
  return { charset: left.charset, collation: `${left.charset}_bin`, coercibility: COERCIBILITY_NONE, ascii };
}

const COERCIBILITY_NAMES = ["EXPLICIT", "NONE", "IMPLICIT", "SYSCONST", "COERCIBLE", "NUMERIC", "IGNORABLE"];

function describe(traits: StringTraits): [string, string] {
  return [traits.collation, COERCIBILITY_NAMES[traits.coercibility] ?? "NONE"];
}

export interface CollationRequest {
  readonly connectionCollation: string;
  /** For the error's text: `=`, `concat`, `like` … */
  readonly operation: string;
  /** A comparison needs one definite collation; concatenation may leave it open. */
  readonly forComparison: boolean;
}

/** The common collation of `args`; throws 1267, 1270 or 1271 (illegal mix of collations). */
export function aggregateCollations(
  args: readonly (BoundExpression | BoundBase)[],
  request: CollationRequest,
): StringTraits {
  const all = args.map((argument) => stringTraits(argument, request.connectionCollation));
  let result = all[0];
  if (result === undefined) {
    const collation = request.connectionCollation;
    return { charset: charsetOfCollation(collation), collation, coercibility: 4, ascii: true };
  }
  let illegal = false;
  for (let i = 1; i < all.length && !illegal; i++) {
    const next = all[i] as StringTraits;
    const merged = aggregatePair(result, next);
    // Two different columns' collations meet in none; an explicit one after them may still settle it.
    if (merged === undefined)
      illegal = !all.slice(i + 1).some((one) => one.coercibility === COERCIBILITY_EXPLICIT);
    else result = merged;
  }
  if (illegal || (request.forComparison && result.coercibility === COERCIBILITY_NONE))
    throw illegalMix(all, request);
  if (result.coercibility === COERCIBILITY_NUMERIC || result.coercibility === COERCIBILITY_IGNORABLE) {
    if (result.collation !== "binary" || result.coercibility === COERCIBILITY_IGNORABLE) {
      const collation = request.connectionCollation;
      return { ...result, charset: charsetOfCollation(collation), collation };
    }
  }
  return result;
}

function illegalMix(all: readonly StringTraits[], request: CollationRequest): Error {
  const [first, second, third] = all;
  if (first !== undefined && second !== undefined && all.length === 2) {
    return sqlError(
      "ER_CANT_AGGREGATE_2COLLATIONS",
      ...describe(first),
      ...describe(second),
      request.operation,
    );
  }
  if (first !== undefined && second !== undefined && third !== undefined && all.length === 3) {
    return sqlError(
      "ER_CANT_AGGREGATE_3COLLATIONS",
      ...describe(first),
      ...describe(second),
      ...describe(third),
      request.operation,
    );
  }
  return sqlError("ER_CANT_AGGREGATE_NCOLLATIONS", request.operation);
}
