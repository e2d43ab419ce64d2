/**
 * SLEEP() and GET_LOCK() wait, and expressions are evaluated without waiting. So the waits of a statement over no table
 * (SELECT without FROM, DO, SET) come first, in the order they are written; evaluation then takes their results.
 * Inside a query over a table they answer 1235: a wait for each row would hold up everyone else.
 */
import { systemClock } from "../../base/clock.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Expression, FunctionCall } from "../ast/expression.ts";
import type { SessionState } from "./session-state.ts";

const WAITING: ReadonlySet<string> = new Set(["sleep", "get_lock"]);

export function isWaitingFunction(name: string): boolean {
  return WAITING.has(name);
}

/** The waiting calls among expressions, in the order they are written; those inside subqueries are left out. */
export function findWaitingCalls(expressions: readonly unknown[]): readonly FunctionCall[] {
  const found: FunctionCall[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
    } else if (typeof node === "object" && node !== null && !(node instanceof Uint8Array)) {
      if ("kind" in node && (node.kind === "subquery" || node.kind === "exists")) return;
      for (const child of Object.values(node)) visit(child);
      if (isFunctionCall(node) && WAITING.has(node.name)) found.push(node);
    }
  };
  visit(expressions);
  return found;
}

function isFunctionCall(node: object): node is FunctionCall {
  return "kind" in node && node.kind === "function" && "name" in node;
}

/** Waits for each call in turn and keeps the results for {@link takeWaitResult}. */
export async function awaitCalls(
  calls: readonly FunctionCall[],
  session: SessionState,
  options: { readonly signal: AbortSignal; readonly evaluate: (argument: Expression) => Value },
): Promise<void> {
  const results: { name: string; value: Value }[] = [];
  for (const { name, args } of calls) {
    const values = args.map(options.evaluate);
    results.push({ name, value: await waitFor(name, values, session, options.signal) });
  }
  session.waitResults = results;
}

async function waitFor(
  name: string,
  values: readonly Value[],
  session: SessionState,
  signal: AbortSignal,
): Promise<Value> {
  const [first, second] = values;
  if (name === "sleep") {
    const seconds = Number(first);
    if (first === null || Number.isNaN(seconds) || seconds < 0)
      throw sqlError("ER_WRONG_ARGUMENTS", "sleep.");
    try {
      await systemClock.sleep(Math.min(seconds * 1000, 2 ** 31 - 1), signal);
      return 0;
    } catch (error) {
      // KILL QUERY ends the sleep; its own answer is 1, and the statement's 1317.
      if (signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
      throw error;
    }
  }
  if (first === null || first === "") throw sqlError("ER_USER_LOCK_WRONG_NAME", String(first ?? "NULL"));
  return session.engineSession.getUserLock(String(first), Number(second ?? 0), signal);
}

/** The result of the next waiting call. 1235 when it did not wait beforehand: it stands in a query over a table. */
export function takeWaitResult(name: string, session: SessionState): Value {
  const at = session.waitResults.findIndex((result) => result.name === name);
  const [taken] = at < 0 ? [] : session.waitResults.splice(at, 1);
  if (taken === undefined)
    throw sqlError("ER_NOT_SUPPORTED_YET", `${name.toUpperCase()}() in a query over a table`);
  return taken.value;
}
