/** Expressions of table definitions as they are stored, and the columns they name. */
import type { Expression } from "../ast/expression.ts";
import { printExpression, TABLE_EXPRESSION } from "../printer/print-expression.ts";
import type { StatementRun } from "./statement-run.ts";

/** The text that is stored for an expression: MySQL's own print of it, whatever the session's settings were. */
export function canonicalText(expression: Expression, run: StatementRun): string {
  const text = printExpression(expression, {
    ...TABLE_EXPRESSION,
    charset: run.session.settings.clientCharset,
  });
  return outerParentheses(text) ? text.slice(1, -1) : text;
}

/** Whether the parentheses at both ends belong to each other. */
function outerParentheses(text: string): boolean {
  if (!text.startsWith("(") || !text.endsWith(")")) return false;
  let depth = 0;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote !== "") {
      if (character === "\\" && quote === "'") i++;
      else if (character === quote) quote = "";
    } else if (character === "'" || character === "`") quote = character;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0 && i < text.length - 1) return false;
  }
  return true;
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
  if ("kind" in node && node.kind === "column" && "name" in node && typeof node.name === "string")
    names.add(node.name);
  for (const value of Object.values(node)) visit(value, names);
}
