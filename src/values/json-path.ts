/**
 * JSON path expressions: `$.member`, `."quoted"`, `.*`, `[n]`, `[last]`, `[last-n]`, `[a to b]`, `[*]`, `**`. A cell of
 * something that is no array sees it as an array of one, as in MySQL.
 */
import { unreachable } from "../base/assert.ts";
import type { JsonArray, JsonValue } from "./json.ts";
import { JsonTextError, parseJson } from "./json-parse.ts";
import { quoteJson } from "./json-print.ts";
import { sqlError } from "./sql-error.ts";

/** A position in an array: from the front, or back from the last cell. */
export interface CellIndex {
  readonly offset: number;
  readonly fromLast: boolean;
}

export type PathLeg =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "any member" }
  | { readonly kind: "cell"; readonly index: CellIndex }
  | { readonly kind: "cells"; readonly first: CellIndex; readonly last: CellIndex }
  | { readonly kind: "any cell" }
  | { readonly kind: "ellipsis" };

export interface JsonPath {
  readonly legs: readonly PathLeg[];
  /** It may find more than one value, so JSON_EXTRACT wraps the result in an array. */
  readonly many: boolean;
}

export interface JsonMatch {
  readonly value: JsonValue;
  /** Member names and cell numbers from the root. */
  readonly steps: readonly (string | number)[];
}

const LONGEST_PATH_LEGS = 100;
const IDENTIFIER = /[\p{L}\p{Nl}$_][\p{L}\p{Nl}$_\p{Mn}\p{Mc}\p{Nd}\p{Pc}\u200c\u200d]*/uy;

/** Throws 3143 with the position of the fault. */
export function parseJsonPath(text: string): JsonPath {
  return new PathParser(text).parse();
}

class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonPath {
    this.#skipBlanks();
    if (this.#text[this.#at] !== "$") this.#fail(this.#text === "" ? 0 : this.#at + 1);
    this.#at++;
    const legs: PathLeg[] = [];
    this.#skipBlanks();
    while (this.#at < this.#text.length) {
      legs.push(this.#leg());
      if (legs.length > LONGEST_PATH_LEGS) throw sqlError("ER_JSON_DOCUMENT_TOO_DEEP");
      this.#skipBlanks();
    }
    if (legs.at(-1)?.kind === "ellipsis") this.#fail();
    return { legs, many: legs.some((leg) => leg.kind !== "member" && leg.kind !== "cell") };
  }

  #fail(at: number = this.#at): never {
    throw sqlError("ER_INVALID_JSON_PATH", at);
  }

  #skipBlanks(): void {
    while (/^[ \t\n\v\f\r]$/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #leg(): PathLeg {
    switch (this.#text[this.#at]) {
      case ".":
        this.#at++;
        return this.#member();
      case "[":
        this.#at++;
        return this.#cell();
      case "*":
        this.#at++;
        if (this.#text[this.#at] !== "*") this.#fail();
        this.#at++;
        if (this.#text[this.#at] === "*") this.#fail();
        return { kind: "ellipsis" };
      default:
        return this.#fail();
    }
  }

  #member(): PathLeg {
    this.#skipBlanks();
    if (this.#text[this.#at] === "*") {
      this.#at++;
      return { kind: "any member" };
    }
    if (this.#text[this.#at] === '"') return { kind: "member", name: this.#quotedName() };
    IDENTIFIER.lastIndex = this.#at;
    const name = IDENTIFIER.exec(this.#text)?.[0];
    if (name === undefined) {
      while (this.#at < this.#text.length && !/[\s.[*]/.test(this.#text[this.#at] ?? "")) this.#at++;
      this.#fail();
    }
    this.#at += name.length;
    return { kind: "member", name };
  }

  #quotedName(): string {
    const quoted = /^"(?:[^"\\]|\\.)*"/su.exec(this.#text.slice(this.#at))?.[0];
    if (quoted === undefined) this.#fail(this.#text.length);
    this.#at += quoted.length;
    try {
      const name = parseJson(quoted);
      if (name.kind === "string") return name.value;
    } catch (error) {
      if (!(error instanceof JsonTextError)) throw error;
    }
    return this.#fail();
  }

  #cell(): PathLeg {
    this.#skipBlanks();
    let leg: PathLeg;
    if (this.#text[this.#at] === "*") {
      this.#at++;
      leg = { kind: "any cell" };
    } else {
      const first = this.#index();
      const range = /^\s+to\s+/.exec(this.#text.slice(this.#at))?.[0];
      if (range === undefined) leg = { kind: "cell", index: first };
      else {
        this.#at += range.length;
        const last = this.#index();
        const backward =
          first.fromLast === last.fromLast &&
          (first.fromLast ? first.offset < last.offset : first.offset > last.offset);
        if (backward) this.#fail();
        leg = { kind: "cells", first, last };
      }
    }
    this.#skipBlanks();
    if (this.#text[this.#at] !== "]") this.#fail(Math.min(this.#at + 1, this.#text.length));
    this.#at++;
    return leg;
  }

  #index(): CellIndex {
    if (!this.#text.startsWith("last", this.#at)) return { offset: this.#digits(), fromLast: false };
    this.#at += 4;
    const minus = /^\s*-\s*/.exec(this.#text.slice(this.#at))?.[0];
    if (minus === undefined) {
      return { offset: 0, fromLast: true };
    }
    this.#at += minus.length;
    return { offset: this.#digits(), fromLast: true };
  }

  #digits(): number {
    const digits = /^\d+/.exec(this.#text.slice(this.#at))?.[0];
    if (digits === undefined || Number(digits) > 4294967295) this.#fail();
    this.#at += digits.length;
    return Number(digits);
  }
}

/** The cell that `index` means in an array of `length` cells; below 0 or from `length` up when there is none. */
export function cellNumber(index: CellIndex, length: number): number {
  return index.fromLast ? length - 1 - index.offset : index.offset;
}

/** The values that a path finds, in document order, each once. */
export function findJson(document: JsonValue, path: JsonPath): JsonMatch[] {
  const matches: JsonMatch[] = [];
  const seen = new Set<string>();
  const severalWays = path.legs.some((leg) => leg.kind === "ellipsis");

  function visit(value: JsonValue, steps: readonly (string | number)[], depth: number): void {
    const leg = path.legs[depth];
    if (leg === undefined) {
      if (severalWays) {
        const place = JSON.stringify(steps);
        if (seen.has(place)) return;
        seen.add(place);
      }
      matches.push({ value, steps });
      return;
    }
    switch (leg.kind) {
      case "member": {
        const member = value.kind === "object" ? value.members.get(leg.name) : undefined;
        if (member !== undefined) visit(member, [...steps, leg.name], depth + 1);
        return;
      }
      case "any member":
        if (value.kind !== "object") return;
        for (const [name, member] of value.members) visit(member, [...steps, name], depth + 1);
        return;
      case "cell":
        visitCells(value, steps, depth, leg.index, leg.index);
        return;
      case "cells":
        visitCells(value, steps, depth, leg.first, leg.last);
        return;
      case "any cell":
        // [*] alone does not see a scalar as an array.
        if (value.kind === "array") visitItems(value, steps, depth + 1);
        return;
      case "ellipsis":
        visit(value, steps, depth + 1);
        if (value.kind === "array") visitItems(value, steps, depth);
        else if (value.kind === "object") {
          for (const [name, member] of value.members) visit(member, [...steps, name], depth);
        }
        return;
      default:
        unreachable(leg);
    }
  }

  function visitItems(array: JsonArray, steps: readonly (string | number)[], depth: number): void {
    for (const [i, item] of array.items.entries()) visit(item, [...steps, i], depth);
  }

  function visitCells(
    value: JsonValue,
    steps: readonly (string | number)[],
    depth: number,
    first: CellIndex,
    last: CellIndex,
  ): void {
    const length = value.kind === "array" ? value.items.length : 1;
    const from = Math.max(0, cellNumber(first, length));
    const to = Math.min(length - 1, cellNumber(last, length));
    if (first === last && cellNumber(first, length) < 0) return;
    for (let i = from; i <= to; i++) {
      if (value.kind !== "array") visit(value, steps, depth + 1);
      else visit(value.items[i] as JsonValue, [...steps, i], depth + 1);
    }
  }

  visit(document, [], 0);
  return matches;
}

/** JSON_EXTRACT: undefined (SQL NULL) when nothing is found. */
export function extractJson(document: JsonValue, paths: readonly JsonPath[]): JsonValue | undefined {
  const found = paths.flatMap((path) => findJson(document, path)).map((match) => match.value);
  const many = paths.length > 1 || paths.some((path) => path.many);
  if (found.length === 0) return undefined;
  return many ? { kind: "array", items: found } : found[0];
}

/** The path text of a place in a document, as JSON_SEARCH gives it. */
export function printJsonSteps(steps: readonly (string | number)[]): string {
  let text = "$";
  for (const step of steps) {
    if (typeof step === "number") {
      text += `[${step}]`;
      continue;
    }
    IDENTIFIER.lastIndex = 0;
    const plain = IDENTIFIER.exec(step)?.[0] === step;
    text += `.${plain ? step : quoteJson(step)}`;
  }
  return text;
}
