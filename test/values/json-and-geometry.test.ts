/** JSON documents, paths and edits, and geometry, compared with MySQL 9.7 (recorded in test/data/values). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  decodeGeometry,
  encodeGeometry,
  geometryFromText,
  geometryToText,
} from "../../src/values/geometry.ts";
import { checkStoredGeometry } from "../../src/values/geometry-check.ts";
import type { JsonValue } from "../../src/values/json.ts";
import {
  appendJson,
  changeJson,
  insertIntoArray,
  jsonContains,
  jsonDepth,
  jsonLength,
  jsonOverlaps,
  jsonTypeName,
  mergePatch,
  mergePreserve,
  removeJson,
} from "../../src/values/json-edit.ts";
import { JsonTextError, parseJson } from "../../src/values/json-parse.ts";
import { extractJson, parseJsonPath } from "../../src/values/json-path.ts";
import { printJson } from "../../src/values/json-print.ts";
import { decodeStoredJson, encodeStoredJson } from "../../src/values/json-storage.ts";
import { SqlError } from "../../src/values/sql-error.ts";

interface Failure {
  readonly e: number;
  readonly m: string;
}
interface Recorded {
  readonly documents: readonly [string, readonly (string | number)[] | Failure][];
  readonly extracts: readonly [string, string, string | null | Failure][];
  readonly edits: readonly [string, string, readonly (string | null | Failure)[]][];
  readonly merges: readonly [string, string, string, string, number, number][];
  readonly geometries: readonly [string, number, readonly [string, string] | Failure][];
}

const file = path.resolve(import.meta.dirname, "../data/values/recorded-json.json.gz");
const recorded: Recorded = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));

function outcome(run: () => string | null): string | null | Failure {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) return { e: error.errno, m: error.message };
    throw error;
  }
}

function sameText(left: JsonValue, right: JsonValue): boolean {
  return printJson(left) === printJson(right);
}

describe("JSON", () => {
  test.each(recorded.documents)("reads %j as MySQL does", (text, expected) => {
    let actual: unknown;
    try {
      const value = parseJson(text);
      actual = [printJson(value), jsonTypeName(value), jsonDepth(value), jsonLength(value)];
      expect(printJson(decodeStoredJson(encodeStoredJson(value)))).toBe(printJson(value));
    } catch (error) {
      if (!(error instanceof JsonTextError)) throw error;
      actual = `Invalid JSON text in argument 1 to function cast_as_json: "${error.reason}" at position ${error.position}.`;
    }
    expect(actual).toEqual("m" in expected ? expected.m : expected.map((x, i) => (i > 1 ? Number(x) : x)));
  });

  test("extracts paths as MySQL does, with its errors", () => {
    for (const [document, pathText, expected] of recorded.extracts) {
      const actual = outcome(() => {
        const found = extractJson(parseJson(document), [parseJsonPath(pathText)]);
        return found === undefined ? null : printJson(found);
      });
      expect([document, pathText, actual]).toEqual([document, pathText, expected]);
    }
  });

  test("sets, inserts, replaces, appends and removes as MySQL does", () => {
    const nine = parseJson("9");
    for (const [document, pathText, expected] of recorded.edits) {
      const target = parseJson(document);
      const at = parseJsonPath(pathText);
      const actual = [
        outcome(() => printJson(changeJson(target, at, nine, "set"))),
        outcome(() => printJson(changeJson(target, at, nine, "insert"))),
        outcome(() => printJson(changeJson(target, at, nine, "replace"))),
        outcome(() => printJson(appendJson(target, at, nine))),
        outcome(() => printJson(insertIntoArray(target, at, nine))),
        outcome(() => printJson(removeJson(target, at))),
      ];
      const withoutTexts = (results: readonly (string | null | Failure)[]) =>
        results.map((result) => (result !== null && typeof result === "object" ? result.e : result));
      expect([document, pathText, withoutTexts(actual)]).toEqual([
        document,
        pathText,
        withoutTexts(expected),
      ]);
    }
  });

  test("merges and compares documents as MySQL does", () => {
    for (const [leftText, rightText, preserved, patched, contains, overlaps] of recorded.merges) {
      const left = parseJson(leftText);
      const right = parseJson(rightText);
      expect([
        leftText,
        rightText,
        printJson(mergePreserve(left, right)),
        printJson(mergePatch(left, right)),
        jsonContains(left, right, sameText),
        jsonOverlaps(left, right, sameText),
      ]).toEqual([leftText, rightText, preserved, patched, Number(contains) === 1, Number(overlaps) === 1]);
    }
  });
});

describe("geometry", () => {
  test.each(recorded.geometries)("reads %s in system %i as MySQL does", (text, srid, expected) => {
    let actual: unknown;
    try {
      const geometry = geometryFromText(text, srid, "st_geomfromtext", "srid-defined");
      const bytes = encodeGeometry(geometry);
      checkStoredGeometry(bytes, { kind: "geometry", name: "geometry" }, "g");
      expect(decodeGeometry(bytes)).toEqual(geometry);
      actual = [Buffer.from(bytes).toString("hex").toUpperCase(), geometryToText(geometry, "srid-defined")];
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      actual = { e: error.errno, m: error.message };
    }
    expect(actual).toEqual(expected);
  });
});
