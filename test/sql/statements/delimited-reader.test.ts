import fc from "fast-check";
import { expect, test } from "vitest";
import { DelimitedReader, type Field } from "../../../src/sql/statements/delimited-reader.ts";
import type { ResolvedFormat } from "../../../src/sql/statements/file-format.ts";

const TAB_LINES: ResolvedFormat = {
  fieldsTerminatedBy: Buffer.from("\t"),
  enclosure: undefined,
  optionallyEnclosed: false,
  escapeByte: 0x5c,
  linesTerminatedBy: Buffer.from("\n"),
  linesStartingBy: new Uint8Array(0),
};
const QUOTED: ResolvedFormat = {
  ...TAB_LINES,
  fieldsTerminatedBy: Buffer.from(","),
  enclosure: 0x22,
  optionallyEnclosed: true,
};
const UNESCAPED: ResolvedFormat = { ...TAB_LINES, escapeByte: undefined };

/** All lines of a file that comes in pieces which end at the given offsets. */
function readLines(format: ResolvedFormat, file: Buffer, cuts: readonly number[]): (string | null)[][] {
  const reader = new DelimitedReader(format);
  const lines: Field[][] = [];
  const drain = (isEnd: boolean): void => {
    for (let line = reader.nextLine(isEnd); line !== undefined; line = reader.nextLine(isEnd))
      lines.push(line);
  };
  let from = 0;
  for (const to of [...cuts].sort((left, right) => left - right)) {
    reader.push(file.subarray(from, to));
    from = to;
    drain(false);
  }
  reader.push(file.subarray(from));
  drain(false);
  drain(true);
  return lines.map((line) =>
    line.map((field) => (field === null ? null : Buffer.from(field).toString("latin1"))),
  );
}

const text = fc
  .array(fc.constantFrom("a", "NULL", "\t", "\n", ",", '"', "\\", "é", " ", "0"), { maxLength: 5 })
  .map((parts) => Buffer.from(parts.join("")).toString("latin1"));
const lines = fc.array(fc.array(fc.option(text, { nil: null }), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});

function escaped(value: string, special: RegExp): string {
  return value.replace(special, (character) => `\\${character}`);
}

function checkRoundTrip(
  format: ResolvedFormat,
  separator: string,
  print: (field: string | null) => string,
): void {
  fc.assert(
    fc.property(lines, fc.array(fc.nat(200), { maxLength: 4 }), (given, cuts) => {
      const printed = given.map((line) => `${line.map(print).join(separator)}\n`).join("");
      const file = Buffer.from(printed, "latin1");
      const within = cuts.filter((at) => at <= file.length);
      expect(readLines(format, file, within)).toEqual(given);
    }),
    { numRuns: 300 },
  );
}

test("reads back escaped fields and \\N however the file is cut into pieces", () => {
  checkRoundTrip(TAB_LINES, "\t", (field) => (field === null ? "\\N" : escaped(field, /[\\\t\n]/g)));
});

test("reads back enclosed fields, bare ones and NULL however the file is cut into pieces", () => {
  checkRoundTrip(QUOTED, ",", (field) => {
    if (field === null) return "NULL";
    return /^[a0é ]+$/.test(field) ? field : `"${escaped(field, /["\\]/g)}"`;
  });
});

test("takes the bare word NULL for text where \\N is the null", () => {
  expect(readLines(TAB_LINES, Buffer.from("NULL\t\\N\n"), [])).toEqual([["NULL", null]]);
});

test("takes the bare word NULL for a null where nothing escapes, and backslashes as they are", () => {
  expect(readLines(UNESCAPED, Buffer.from("NULL\tNULLS\ta\\\tb\n"), [])).toEqual([
    [null, "NULLS", "a\\", "b"],
  ]);
});

test("reads a last line that nothing ends", () => {
  expect(readLines(TAB_LINES, Buffer.from("1\t2\n3\t4"), [5])).toEqual([
    ["1", "2"],
    ["3", "4"],
  ]);
});
