/**
 * Expressions against what MySQL 9.7 answered to them (test/data/expressions): value, type, error, warnings. What is
 * known to differ is listed in differences.txt, and that list must be exact: an entry that agrees now must go.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { evaluateOrError } from "../../support/expression-evaluator.ts";

const folder = path.resolve(import.meta.dirname, "../../data/expressions");

interface Recorded {
  readonly expression: string;
  readonly value?: string | null;
  readonly type?: number;
  readonly warnings?: readonly (readonly [number, string])[];
  readonly errno?: number;
  readonly message?: string;
}

/** Protocol type codes that a type of ours may be sent as. */
const WIRE_TYPES: Readonly<Record<string, readonly number[]>> = {
  integer: [8, 1, 2, 3, 9],
  decimal: [246],
  float: [4, 5],
  string: [249, 250, 251, 252, 253, 254],
  binary: [249, 250, 251, 252, 253, 254],
  date: [10],
  time: [11],
  datetime: [12],
  timestamp: [7],
  json: [245],
  year: [13],
  null: [6],
  geometry: [255],
  bit: [16],
};

/** Warnings that the parser gives, not the expression: deprecated functions, operators and spellings. */
const PARSER_WARNINGS: ReadonlySet<number> = new Set([1287, 1681, 3090, 3719, 3720, 3778]);

function sameValue(left: string | null | undefined, right: string | null, isDouble: boolean): boolean {
  if (left === right) return true;
  if (!isDouble || left === null || left === undefined || right === null) return false;
  // The last bit of a transcendental function depends on the mathematics library.
  return Math.abs(Number(left) - Number(right)) <= Math.abs(Number(right)) * 2 ** -51;
}

function agrees(recorded: Recorded): boolean {
  const answer = evaluateOrError(recorded.expression);
  if ("errno" in answer) return answer.errno === recorded.errno && answer.message === recorded.message;
  if (recorded.errno !== undefined) return false;
  if (!sameValue(recorded.value, answer.value, answer.type.kind === "float")) return false;
  if (WIRE_TYPES[answer.type.kind]?.includes(recorded.type ?? -1) !== true) return false;
  const wanted = (recorded.warnings ?? []).filter(([errno]) => !PARSER_WARNINGS.has(errno));
  const given = answer.warnings.map(({ errno, message }) => [errno, message]);
  return JSON.stringify(wanted) === JSON.stringify(given);
}

const families = readdirSync(folder).filter((file) => file.endsWith(".json.gz"));
const differences = readFileSync(path.join(folder, "differences.txt"), "utf8").split("\n").filter(Boolean);

describe("expressions answer as MySQL does", () => {
  const differing = new Set<string>();

  test.each(families)("%s", (file) => {
    const lines = gunzipSync(readFileSync(path.join(folder, file)))
      .toString("utf8")
      .split("\n");
    expect(lines.length).toBeGreaterThan(20);
    const unexpected: string[] = [];
    for (const line of lines) {
      const recorded: Recorded = JSON.parse(line);
      if (agrees(recorded)) continue;
      differing.add(recorded.expression);
      if (!differences.includes(recorded.expression)) unexpected.push(recorded.expression);
    }
    expect(unexpected).toEqual([]);
  });

  test("the list of known differences is exact", () => {
    expect(differences.filter((expression) => !differing.has(expression))).toEqual([]);
  });
});
