import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SqlError } from "../../../src/values/sql-error.ts";
import { hasOrder, parseScript, printError, printOk, printRows } from "../../support/golden-script.ts";
import { TestDatabase } from "../../support/test-database.ts";

const FOLDER = new URL("../../scripts/", import.meta.url).pathname;
const files = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(".sql"))
  .sort();

describe("golden scripts", () => {
  for (const file of files) {
    test(`answers ${file} as MySQL does`, async () => {
      await using database = await TestDatabase.open();
      const script = parseScript(readFileSync(FOLDER + file, "utf8"));
      const answers: string[] = [];
      for (const step of script.steps) {
        let answer: string;
        try {
          const sink = await database.run(step.sql);
          const [result] = sink.results;
          const [ok] = sink.oks;
          if (result !== undefined)
            answer = printRows(
              result.columns.map((column) => column.name),
              result.rows,
              !hasOrder(step.sql),
            );
          else answer = printOk(ok?.affectedRows ?? 0, ok?.warningCount ?? 0, ok?.info ?? "");
        } catch (error) {
          if (!(error instanceof SqlError))
            throw new Error(`${step.sql}: ${String(error)}`, { cause: error });
          answer = printError(error.errno, error.message);
        }
        // Recorded blocks end without blanks.
        answers.push(`${step.sql}\n---\n${answer}`.trimEnd());
      }
      expect(answers.join("\n\n")).toBe(
        script.steps.map((step) => `${step.sql}\n---\n${step.expected}`).join("\n\n"),
      );
    });
  }
});
