/** Assignments compared with what MySQL 9.7 did: value, error, warnings (recorded in test/data/values). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DateTime } from "../../src/values/datetime.ts";
import { SqlError } from "../../src/values/sql-error.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import { convertForStore } from "../../src/values/store/convert-for-store.ts";
import { sourceText } from "../../src/values/store/source-value.ts";
import type { StoreContext } from "../../src/values/store/store-context.ts";
import { dateRulesOf } from "../../src/values/temporal-parse.ts";
import type { Value } from "../../src/values/value.ts";
import { readLiteral, readType } from "./mysql-literal.ts";

type Outcome = { readonly e: number; readonly m: string } | [string | null, ...[string, number, string][]];
type Case = [literal: string, strict: Outcome, loose: Outcome];

const file = path.resolve(import.meta.dirname, "../data/values/store-cases.json.gz");
const recorded: [string, Case[]][] = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));

const STRICT_RULES = dateRulesOf(new Set(["NO_ZERO_DATE", "NO_ZERO_IN_DATE"]));
const LOOSE_RULES = dateRulesOf(new Set());
/** The server's clock when the cases were recorded. */
const TODAY = new DateTime(2026, 11, 21);
/** Deprecated delimiters are warned about by the SQL layer's reading of literals, not by assignments. */
const DELIMITER_WARNINGS = new Set([4095, 4096]);

/**
 * Where MySQL answers differently and we know it: it warns twice about numbers beyond BIGINT, and it prints doubles with
 * fewer digits to make them fit short strings.
 */
function isKnownDifference(literal: string, to: SqlType): boolean {
  if (/^(18446744073709551616|20200102030405\.678e0)$/.test(literal)) return true;
  if (to.kind === "integer") return /^-?[\d.]+e\d+$/.test(literal) && to.name === "int";
  const short = (to.kind === "string" || to.kind === "binary") && to.length < 6;
  return short && /^-?[\d.]+e\d+$/.test(literal);
}

function storedText(value: Value, type: SqlType): string | null {
  if (value === null) return null;
  if (type.kind === "binary")
    return Buffer.from(value as Uint8Array)
      .toString("hex")
      .toUpperCase();
  if (type.kind === "bit")
    return BigInt(value as number)
      .toString(16)
      .toUpperCase();
  return sourceText(value, type);
}

function assign(literal: string, to: SqlType, strict: boolean): string {
  const source = readLiteral(literal);
  if (source === undefined) return "";
  const warnings: string[] = [];
  const context: StoreContext = {
    strict,
    rules: strict ? STRICT_RULES : LOOSE_RULES,
    rowNumber: 1,
    today: () => TODAY,
    localToUtc: (local) => local,
    utcToLocal: (utc) => utc,
    warn: (level, errno, message) => {
      if (!DELIMITER_WARNINGS.has(errno)) warnings.push(`${level} ${errno} ${message}`);
    },
  };
  const name = to.kind === "json" ? "st.c" : "c";
  try {
    const value = convertForStore(source.value, source.type, to, { name }, context);
    return [storedText(value, to), ...warnings].join(" | ");
  } catch (error) {
    if (error instanceof SqlError) return `error ${error.errno} ${error.message}`;
    throw error;
  }
}

function recordedText(outcome: Outcome): string {
  if (!Array.isArray(outcome)) return `error ${outcome.e} ${outcome.m}`;
  const [value, ...warnings] = outcome;
  return [
    value,
    ...warnings
      .filter(([, errno]) => !DELIMITER_WARNINGS.has(errno))
      .map(([level, errno, message]) => `${level} ${errno} ${message}`),
  ].join(" | ");
}

describe("convertForStore", () => {
  test.each(recorded)("assigns to %s as MySQL does", (typeText, cases) => {
    const to = readType(typeText);
    const expected: string[] = [];
    const actual: string[] = [];
    for (const [literal, strict, loose] of cases) {
      if (readLiteral(literal) === undefined || isKnownDifference(literal, to)) continue;
      expected.push(`${literal} strict: ${recordedText(strict)}`, `${literal}: ${recordedText(loose)}`);
      actual.push(
        `${literal} strict: ${assign(literal, to, true)}`,
        `${literal}: ${assign(literal, to, false)}`,
      );
    }
    expect(actual).toEqual(expected);
  });
});
