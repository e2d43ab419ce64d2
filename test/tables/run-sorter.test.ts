import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "../../src/bytes/compare.ts";
import { RunSorter } from "../../src/tables/run-sorter.ts";
import { MergingCursor, RunBytesReader, RunReader } from "../../src/tables/sort-run.ts";

const key = fc.oneof(
  fc.uint8Array({ maxLength: 3 }),
  fc.uint8Array({ minLength: 90, maxLength: 110 }),
  fc.array(fc.constantFrom(0, 1, 255), { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
);

test("runs in memory and in files are merged in the order of keys, equal ones in the order in which they came", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "cairn-runs-"));
  let files = 0;
  fc.assert(
    fc.property(
      fc.array(fc.array(key, { maxLength: 40 }), { maxLength: 20 }),
      fc.nat(3),
      (pieces, inFiles) => {
        const sorter = new RunSorter(500);
        const opened: RunReader[] = [];
        const entries: { readonly key: Uint8Array; readonly value: string }[] = [];
        const runs = pieces.flatMap((keys, at) => {
          const cursors: (RunBytesReader | RunReader)[] = [];
          const take = (): void => {
            const inFile = at % 4 < inFiles;
            const run = sorter.takeRun(inFile ? path.join(folder, `${files++}`) : undefined);
            if (run.bytes !== undefined) {
              cursors.push(new RunBytesReader(run.bytes));
              return;
            }
            const reader = new RunReader(run.file ?? expect.unreachable(), 16);
            opened.push(reader);
            cursors.push(reader);
          };
          for (const bytes of keys) {
            const value = `${entries.length}`;
            entries.push({ key: bytes, value });
            sorter.add(bytes, bytes.length, Buffer.from(value));
            if (sorter.full) take();
          }
          if (!sorter.empty) take();
          return cursors.length > 0 ? cursors : [new RunBytesReader(new Uint8Array(0))];
        });
        const merged = new MergingCursor(runs);
        const shown: string[] = [];
        while (merged.next()) {
          const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = merged;
          shown.push(
            `${Buffer.from(keyBytes.slice(keyStart, keyEnd)).toString("hex")} ${Buffer.from(valueBytes.slice(valueStart, valueEnd))}`,
          );
        }
        expect(merged.next()).toBe(false);
        for (const reader of opened) reader.close();
        const expected = entries.toSorted(
          (a, b) => compareBytes(a.key, b.key) || Number(a.value) - Number(b.value),
        );
        expect(shown).toEqual(
          expected.map((entry) => `${Buffer.from(entry.key).toString("hex")} ${entry.value}`),
        );
      },
    ),
    { numRuns: 300 },
  );
  rmSync(folder, { recursive: true });
});
