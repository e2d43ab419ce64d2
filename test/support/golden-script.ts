/**
 * Golden scripts: blocks separated by blank lines, each a statement, a line `---` and what MySQL answers: rows with tabs
 * between the values, `ok: …` lines, or an error. Lines before the first block that begin with `#` say what it is about.
 */
export interface ScriptStep {
  readonly sql: string;
  readonly expected: string;
}

export interface GoldenScript {
  readonly heading: string;
  readonly steps: readonly ScriptStep[];
}

export function parseScript(text: string): GoldenScript {
  const blocks = text
    .replaceAll("\r\n", "\n")
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== "");
  const heading = blocks[0]?.startsWith("#") ? (blocks.shift() ?? "") : "";
  const steps = blocks.map((block) => {
    const [sql = "", expected = ""] = block.split(/^---$/m);
    return { sql: sql.trim(), expected: expected.trim() };
  });
  return { heading, steps };
}

export function printScript(script: GoldenScript): string {
  const blocks = script.steps.map((step) => `${step.sql}\n---\n${step.expected}`.trimEnd());
  return `${[script.heading, ...blocks].filter((block) => block !== "").join("\n\n")}\n`;
}

export function printRows(
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  sorted: boolean,
): string {
  const lines = rows.map((row) =>
    row.map((value) => (value === null ? "NULL" : escapeValue(value))).join("\t"),
  );
  if (sorted) lines.sort();
  return [names.map(escapeValue).join("\t"), ...lines].join("\n");
}

function escapeValue(value: string): string {
  return value === "" ? "''" : value.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");
}

/** A SELECT without ORDER BY says nothing about order: its rows are compared sorted. */
export function hasOrder(sql: string): boolean {
  return /\border\s+by\b/i.test(sql) || /^\s*(show|explain|describe|desc)\b/i.test(sql);
}

export function printOk(affectedRows: number | bigint, warnings: number, info: string): string {
  return `ok: ${affectedRows} affected${warnings > 0 ? `, ${warnings} warnings` : ""}${info === "" ? "" : `; ${info}`}`;
}

export function printError(errno: number, message: string): string {
  return `error ${errno}: ${message}`;
}
