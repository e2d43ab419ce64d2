/** Expressions of table definitions as they are stored, and the columns they name. */
import type { Expression } from "../ast/expression.ts";
import type { StatementRun } from "./statement-run.ts";

/** The text that is stored for an expression. */
export function canonicalText(expression: Expression, run: StatementRun): string {
  return Buffer.from(run.text.subarray(expression.start, expression.end)).toString("utf8");
}

/** Names of the columns that an expression refers to, as written. */
export function columnsIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  visit(expression, names);
  return names;
}

function visit(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, names);
    return;
  }
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return;
  if ("kind" in node && node.kind === "column" && "name" in node && typeof node.name === "string") names.add(node.name);
  for (const value of Object.values(node)) visit(value, names);
}
