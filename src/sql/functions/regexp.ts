/**
 * REGEXP_LIKE, REGEXP_INSTR, REGEXP_SUBSTR and REGEXP_REPLACE. MySQL's patterns are ICU's; they are translated to
 * JavaScript's, which share nearly all of the syntax: POSIX classes, \h, \Z, \A, \z, \x{…}, possessive and atomic groups are
 * rewritten or refused. Errors are MySQL's 3685 to 3700.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { aggregateCollations } from "../binder/collation-aggregation.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, displayWidth, textType } from "../binder/types.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { type Read, readInteger, readText } from "../expression/readers.ts";
import { boundCall, type FunctionDefinition } from "./function-definition.ts";

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alpha: "\\p{L}",
  alnum: "\\p{L}\\p{N}",
  digit: "\\p{Nd}",
  lower: "\\p{Ll}",
  upper: "\\p{Lu}",
  space: "\\s",
  blank: " \\t",
  punct: "\\p{P}\\p{S}",
  cntrl: "\\p{Cc}",
  print: "\\P{Cc}",
  graph: "\\p{L}\\p{N}\\p{P}\\p{S}\\p{M}",
  xdigit: "0-9A-Fa-f",
  word: "\\p{L}\\p{N}_",
};

const SYNTAX_CHARACTERS = "^$\\.*+?()[]{}|/-";

/** ICU's pattern as a JavaScript one (flag v-free, `u` mode). */
function translatePattern(pattern: string): string {
  let result = "";
  let classDepth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character === "\\") {
      const [text, used] = translateEscape(pattern, i, classDepth > 0);
      result += text;
      i += used;
    } else if (classDepth > 0) {
      const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(i));
      if (posix !== null) {
        const inner = POSIX_CLASSES[(posix[2] as string).toLowerCase()];
        if (inner === undefined) throw sqlError("ER_REGEXP_ILLEGAL_ARGUMENT");
        result += posix[1] === "^" ? inner.replace(/\\p/g, "\\P") : inner;
        i += posix[0].length - 1;
      } else if (character === "]") {
        classDepth--;
        result += "]";
      } else result += character === "[" ? "\\[" : character;
    } else if (character === "[") {
      classDepth++;
      result += "[";
      if (pattern[i + 1] === "^") result += pattern[++i];
      // A bracket right after the opening one is a literal.
      if (pattern[i + 1] === "]") {
        result += "\\]";
        i++;
      }
    } else if (character === "{" && !/^\{\d+(,\d*)?\}/.test(pattern.slice(i))) {
      throw sqlError("ER_REGEXP_BAD_INTERVAL");
    } else if (character === "}" || character === "]") {
      result += /\{\d+(,\d*)?$/.test(result) && character === "}" ? "}" : `\\${character}`;
    } else result += character;
  }
  if (classDepth > 0) throw sqlError("ER_REGEXP_MISSING_CLOSE_BRACKET");
  return result;
}

function translateEscape(pattern: string, at: number, inClass: boolean): readonly [string, number] {
  const next = pattern[at + 1];
  if (next === undefined) throw sqlError("ER_REGEXP_BAD_ESCAPE_SEQUENCE");
  if (next === "A") return ["(?<![\\s\\S])", 1];
  if (next === "z") return ["(?![\\s\\S])", 1];
  if (next === "Z") return ["(?=\\n?(?![\\s\\S]))", 1];
  if (next === "h") return [inClass ? " \\t" : "[ \\t]", 1];
  if (next === "R") return ["(?:\\r\\n|[\\n\\r\\u000b\\u000c\\u0085\\u2028\\u2029])", 1];
  if (next === "a") return ["\\x07", 1];
  if (next === "e") return ["\\x1b", 1];
  if (next === "Q") {
    const end = pattern.indexOf("\\E", at + 2);
    const literal = end < 0 ? pattern.slice(at + 2) : pattern.slice(at + 2, end);
    return [literal.replace(/[\^$\\.*+?()[\]{}|/-]/g, "\\$&"), literal.length + 1 + (end < 0 ? 0 : 2)];
  }
  const hex = /^\\x\{([0-9a-f]+)\}/i.exec(pattern.slice(at));
  if (hex !== null) return [`\\u{${hex[1]}}`, hex[0].length - 1];
  if (/[a-zA-Z0-9]/.test(next)) {
    if ("dDwWsSbBntrfvpPuxkc0123456789".includes(next)) {
      return [`\\${next}`, 1];
    }
    throw sqlError("ER_REGEXP_BAD_ESCAPE_SEQUENCE");
  }
  return [SYNTAX_CHARACTERS.includes(next) ? `\\${next}` : next, 1];
}

/** match_type: c and i set the case, m lets ^ and $ match at lines, n lets . match line ends, u means only \n. */
function flagsOf(matchType: string, caseSensitive: boolean, name: string): string {
  let insensitive = !caseSensitive;
  let multiline = "";
  let dotAll = "";
  for (const letter of matchType) {
    if (letter === "c") insensitive = false;
    else if (letter === "i") insensitive = true;
    else if (letter === "m") multiline = "m";
    else if (letter === "n") dotAll = "s";
    else if (letter !== "u") throw sqlError("ER_WRONG_ARGUMENTS", name);
  }
  return `gu${insensitive ? "i" : ""}${multiline}${dotAll}`;
}

/** MySQL's error for a pattern that does not compile, from JavaScript's complaint. */
function patternError(pattern: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : "";
  if (/unterminated (?:group|parenthetical)|unmatched '\)'/i.test(message))
    return sqlError("ER_REGEXP_MISMATCHED_PAREN");
  if (/unterminated character class/i.test(message)) return sqlError("ER_REGEXP_MISSING_CLOSE_BRACKET");
  if (/out of order in character class/i.test(message)) return sqlError("ER_REGEXP_INVALID_RANGE");
  if (/numbers out of order/i.test(message)) return sqlError("ER_REGEXP_MAX_LT_MIN");
  if (/invalid escape|property name/i.test(message)) return sqlError("ER_REGEXP_BAD_ESCAPE_SEQUENCE");
  if (/named (?:capture|reference)|capture group name/i.test(message))
    return sqlError("ER_REGEXP_INVALID_CAPTURE_GROUP_NAME");
  if (/incomplete quantifier|invalid quantifier/i.test(message)) return sqlError("ER_REGEXP_BAD_INTERVAL");
  return sqlError("ER_REGEXP_RULE_SYNTAX", 1, 1 + Math.max(0, pattern.search(/[*+?]/)));
}

function compilePattern(pattern: string, flags: string): RegExp {
  if (pattern === "") throw sqlError("ER_REGEXP_ILLEGAL_ARGUMENT");
  // Flags for the whole pattern may stand at its start: (?i), (?ms) …
  const inline = /^\(\?([imsx-]+)\)/.exec(pattern);
  const source = translatePattern(inline === null ? pattern : pattern.slice(inline[0].length));
  try {
    return new RegExp(source, inline === null ? flags : withInlineFlags(flags, inline[1] as string));
  } catch (error) {
    throw patternError(pattern, error);
  }
}

/** `x` (free spacing) has no counterpart and is refused. */
function withInlineFlags(flags: string, inline: string): string {
  const [on = "", off = ""] = inline.split("-");
  if (inline.includes("x")) throw sqlError("ER_REGEXP_UNIMPLEMENTED");
  const kept = [...flags].filter((flag) => !on.includes(flag) && !off.includes(flag)).join("");
  return kept + on;
}

interface Arguments {
  readonly text: Read<string>;
  readonly pattern: Read<string>;
  readonly matchType: Read<string> | undefined;
  readonly caseSensitive: boolean;
  readonly name: string;
}

/** A reader of the compiled pattern, compiled again only when pattern or match type change. */
function patternReader({ pattern, matchType, caseSensitive, name }: Arguments): Read<RegExp> {
  let lastPattern: string | undefined;
  let lastType: string | undefined;
  let compiled: RegExp | undefined;
  return (frame) => {
    const source = pattern(frame);
    const type = matchType === undefined ? "" : matchType(frame);
    if (source === null || type === null) return null;
    if (compiled === undefined || source !== lastPattern || type !== lastType) {
      compiled = compilePattern(source, flagsOf(type, caseSensitive, name));
      lastPattern = source;
      lastType = type;
    }
    return compiled;
  };
}

interface FamilyMember {
  readonly name: string;
  readonly counts: readonly [number, number];
  /** Where match_type stands among the arguments. */
  readonly matchTypeAt: number;
  readonly result: (
    args: readonly BoundExpression[],
    environment: BindEnvironment,
    collation: string,
  ) => BoundExpression["type"];
  readonly build: (
    parts: Arguments,
    extra: (at: number) => Read<number>,
    texts: (at: number) => Read<string>,
  ) => Evaluator;
}

function define(member: FamilyMember): FunctionDefinition {
  const { name } = member;
  return {
    name,
    minArguments: member.counts[0],
    maxArguments: member.counts[1],
    bind(args, environment) {
      const [subject, pattern] = args as readonly [BoundExpression, BoundExpression];
      if (
        isBinary(subject) !== isBinary(pattern) &&
        subject.type.kind !== "null" &&
        pattern.type.kind !== "null"
      ) {
        const binary = isBinary(subject) ? subject : pattern;
        const other = binary === subject ? pattern : subject;
        if (other.type.kind === "string") {
          throw sqlError("ER_CHARACTER_SET_MISMATCH", other.type.collation, "binary", name);
        }
      }
      const traits = aggregateCollations([subject, pattern], {
        connectionCollation: environment.connectionCollation,
        operation: name,
        forComparison: true,
      });
      const caseSensitive =
        traits.collation === "binary" ||
        traits.collation.endsWith("_bin") ||
        traits.collation.endsWith("_cs");
      return boundCall({
        name,
        args,
        result: {
          type: member.result(args, environment, traits.collation),
          ...(name === "regexp_like" ? { displayLength: 1 } : { nullable: true }),
        },
        build: (evaluators) => {
          const texts = (at: number): Read<string> =>
            readText(args[at] as BoundExpression, evaluators[at] as Evaluator);
          const numbers = (at: number): Read<number> => {
            const read =
              args[at] === undefined
                ? undefined
                : readInteger(args[at] as BoundExpression, evaluators[at] as Evaluator);
            return (frame) => {
              const value = read === undefined ? -1 : read(frame);
              return value === null ? null : Number(value);
            };
          };
          const matchType = args[member.matchTypeAt] === undefined ? undefined : texts(member.matchTypeAt);
          return member.build(
            { text: texts(0), pattern: texts(1), matchType, caseSensitive, name },
            numbers,
            texts,
          );
        },
      });
    },
  };
}

function isBinary(expression: BoundExpression): boolean {
  return expression.type.kind === "binary" || expression.type.kind === "geometry";
}

/** Moves from a 1-based character position to an index of UTF-16; error 3686 beyond the end. */
function startIndex(text: string, position: number): number {
  if (position === -1) return 0;
  if (position < 1) throw sqlError("ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR");
  let index = 0;
  for (let i = 1; i < position; i++) {
    if (index >= text.length) throw sqlError("ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR");
    index += (text.codePointAt(index) as number) > 0xffff ? 2 : 1;
  }
  return index;
}

/** The `occurrence`-th match at or after `from`. */
function findMatch(regexp: RegExp, text: string, from: number, occurrence: number): RegExpExecArray | null {
  regexp.lastIndex = from;
  let match = regexp.exec(text);
  for (let i = 1; i < occurrence && match !== null; i++) {
    if (match[0] === "") regexp.lastIndex++;
    match = regexp.exec(text);
  }
  return match;
}

function characterPosition(text: string, index: number): number {
  return [...text.slice(0, index)].length + 1;
}

/** `$1` and `\$` of MySQL's replacement text. */
function expandReplacement(template: string, match: RegExpExecArray): string {
  return template.replace(
    /\\(.)|\$(\d)|\$\{(\w+)\}|\$/gs,
    (whole, escaped?: string, digit?: string, group?: string) => {
      if (escaped !== undefined) return escaped;
      if (digit !== undefined) {
        if (Number(digit) >= match.length) throw sqlError("ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR");
        return match[Number(digit)] ?? "";
      }
      if (group !== undefined) return match.groups?.[group] ?? "";
      void whole;
      throw sqlError("ER_REGEXP_INVALID_CAPTURE_GROUP_NAME");
    },
  );
}

function textResult(
  args: readonly BoundExpression[],
  _: BindEnvironment,
  collation: string,
): BoundExpression["type"] {
  return textType(displayWidth(args[0] as BoundExpression), collation);
}

const INTEGER_RESULT = (): BoundExpression["type"] => BIGINT;

function orDefault(value: number | null, fallback: number): number | null {
  return value === -1 ? fallback : value;
}

export const REGEXP_FUNCTIONS: readonly FunctionDefinition[] = [
  define({
    name: "regexp_like",
    counts: [2, 3],
    matchTypeAt: 2,
    result: INTEGER_RESULT,
    build: (parts) => {
      const regexp = patternReader(parts);
      return (frame: Frame) => {
        const text = parts.text(frame);
        const compiled = regexp(frame);
        if (text === null || compiled === null) return null;
        compiled.lastIndex = 0;
        return compiled.test(text) ? 1 : 0;
      };
    },
  }),
  define({
    name: "regexp_instr",
    counts: [2, 6],
    matchTypeAt: 5,
    result: INTEGER_RESULT,
    build: (parts, numbers) => {
      const regexp = patternReader(parts);
      const [position, occurrence, option] = [numbers(2), numbers(3), numbers(4)];
      return (frame) => {
        const text = parts.text(frame);
        const compiled = regexp(frame);
        const from = position(frame);
        const nth = orDefault(occurrence(frame), 1);
        const after = orDefault(option(frame), 0);
        if (text === null || compiled === null || from === null || nth === null || after === null)
          return null;
        if (after !== 0 && after !== 1)
          throw sqlError("ER_WRONG_ARGUMENTS", "regexp_instr: return_option must be 1 or 0.");
        const match = findMatch(compiled, text, startIndex(text, from), nth);
        return match === null
          ? 0
          : characterPosition(text, match.index + (after === 1 ? match[0].length : 0));
      };
    },
  }),
  define({
    name: "regexp_substr",
    counts: [2, 5],
    matchTypeAt: 4,
    result: textResult,
    build: (parts, numbers) => {
      const regexp = patternReader(parts);
      const [position, occurrence] = [numbers(2), numbers(3)];
      return (frame) => {
        const text = parts.text(frame);
        const compiled = regexp(frame);
        const from = position(frame);
        const nth = orDefault(occurrence(frame), 1);
        if (text === null || compiled === null || from === null || nth === null) return null;
        return findMatch(compiled, text, startIndex(text, from), nth)?.[0] ?? null;
      };
    },
  }),
  define({
    name: "regexp_replace",
    counts: [3, 6],
    matchTypeAt: 5,
    result: (args, environment, collation) =>
      textType(
        displayWidth(args[0] as BoundExpression) + 16777215,
        collation === "binary" ? environment.connectionCollation : collation,
      ),
    build: (parts, numbers, texts) => {
      const regexp = patternReader(parts);
      const replacement = texts(2);
      const [position, occurrence] = [numbers(3), numbers(4)];
      return (frame) => {
        const text = parts.text(frame);
        const compiled = regexp(frame);
        const by = replacement(frame);
        const from = position(frame);
        const nth = orDefault(occurrence(frame), 0);
        if (text === null || compiled === null || by === null || from === null || nth === null) return null;
        return replaceMatches({ text, from: startIndex(text, from), nth, by }, compiled);
      };
    },
  }),
];

function replaceMatches(
  what: { readonly text: string; readonly from: number; readonly nth: number; readonly by: string },
  regexp: RegExp,
): string {
  const { text, from, nth, by } = what;
  if (nth > 0) {
    const match = findMatch(regexp, text, from, nth);
    if (match === null) return text;
    return (
      text.slice(0, match.index) + expandReplacement(by, match) + text.slice(match.index + match[0].length)
    );
  }
  let result = text.slice(0, from);
  let at = from;
  regexp.lastIndex = from;
  for (let match = regexp.exec(text); match !== null; match = regexp.exec(text)) {
    result += text.slice(at, match.index) + expandReplacement(by, match);
    at = match.index + match[0].length;
    if (match[0] === "") regexp.lastIndex++;
  }
  return result + text.slice(at);
}
