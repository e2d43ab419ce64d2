/** Results as text: a table, CSV, JSON, or one line per field. */

export interface TableResult {
  readonly kind: "rows";
  readonly columns: readonly ResultHeading[];
  /** null is SQL NULL; bytes are of binary columns. */
  readonly rows: readonly (readonly ResultCell[])[];
}

export interface ResultHeading {
  readonly name: string;
  /** Shown to the right in tables, and without quotes in JSON. */
  readonly numeric: boolean;
}

export type ResultCell = string | Buffer | null;

export type ResultFormat = "table" | "csv" | "json" | "vertical";
export const RESULT_FORMATS: readonly ResultFormat[] = ["table", "csv", "json", "vertical"];

/** Ends with a line end unless empty. */
export function formatResult(result: TableResult, format: ResultFormat): string {
  switch (format) {
    case "table":
      return tableText(result);
    case "csv":
      return csvText(result);
    case "json":
      return jsonText(result);
    case "vertical":
      return verticalText(result);
  }
}

function tableText({ columns, rows }: TableResult): string {
  if (rows.length === 0) return "";
  const cells = rows.map((row) => row.map((cell) => oneLine(shown(cell))));
  const widths = columns.map((column, at) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[at] ?? "")), displayWidth(column.name)),
  );
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+`;
  const line = (texts: readonly string[], alignRight: readonly boolean[]): string =>
    `|${texts
      .map((text, at) => {
        const padding = " ".repeat((widths[at] ?? 0) - displayWidth(text));
        return alignRight[at] === true ? ` ${padding}${text} ` : ` ${text}${padding} `;
      })
      .join("|")}|`;
  const left = columns.map(() => false);
  const right = columns.map((column) => column.numeric);
  const heading = line(
    columns.map((column) => column.name),
    left,
  );
  return `${[rule, heading, rule, ...cells.map((row) => line(row, right)), rule].join("\n")}\n`;
}

function csvText({ columns, rows }: TableResult): string {
  const lines = [columns.map((column) => csvField(column.name)).join(",")];
  for (const row of rows)
    lines.push(row.map((cell) => (cell === null ? "" : csvField(shown(cell)))).join(","));
  return `${lines.join("\n")}\n`;
}

/** An empty text is quoted, so that it can be told from NULL. */
function csvField(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function jsonText({ columns, rows }: TableResult): string {
  const objects = rows.map((row) => {
    const fields = columns.map((column, at) => {
      const cell = row[at] ?? null;
      const value =
        cell !== null && column.numeric ? shown(cell) : JSON.stringify(cell === null ? null : shown(cell));
      return `${JSON.stringify(column.name)}:${value}`;
    });
    return `{${fields.join(",")}}`;
  });
  return `{"rows":[${objects.join(",")}]}\n`;
}

function verticalText({ columns, rows }: TableResult): string {
  const width = columns.reduce((widest, column) => Math.max(widest, displayWidth(column.name)), 0);
  let text = "";
  rows.forEach((row, at) => {
    text += `${"*".repeat(27)} ${at + 1}. row ${"*".repeat(27)}\n`;
    columns.forEach((column, field) => {
      const padding = " ".repeat(width - displayWidth(column.name));
      text += `${padding}${column.name}: ${shown(row[field] ?? null)}\n`;
    });
  });
  return text;
}

/** Binary values as hexadecimal, as the mysql client shows them on a terminal. */
function shown(cell: ResultCell): string {
  if (cell === null) return "NULL";
  return typeof cell === "string" ? cell : `0x${cell.toString("hex").toUpperCase()}`;
}

/** Control characters would break the frame. */
function oneLine(text: string): string {
  return text.replaceAll("\t", "\\t").replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\0", "\\0");
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /\p{Mn}|\u200d/u;

/** Columns that a terminal needs: East Asian characters and emoji take two, combining marks none. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
