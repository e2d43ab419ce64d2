/**
 * GROUP_CONCAT: rows in which no argument is NULL, joined by the separator, after DISTINCT and ORDER BY, cut to
 * group_concat_max_len bytes with warning 1260.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { BoundAggregate } from "../binder/name-scope.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { compileExpression } from "../expression/compile.ts";
import { type Read, readText } from "../expression/readers.ts";
import type { RowLayout } from "../expression/row-layout.ts";
import { bytesToText, latinToBytes, textToBytes } from "../expression/text-conversion.ts";
import { orderOf } from "../expression/type-order.ts";
import type { AggregateFactory, AggregateState } from "./aggregate.ts";
import { groupKeyReader } from "./distinct.ts";

interface Item {
  readonly text: string;
  readonly keys: readonly Value[];
}

interface GroupConcatPlan {
  readonly texts: readonly Read<string>[];
  readonly distinctKeys: readonly Read<number | bigint | string>[] | undefined;
  readonly orderKeys: readonly Evaluator[];
  readonly compare: (a: Item, b: Item) => number;
  readonly separator: string;
  readonly binary: boolean;
}

export function groupConcatFactory(
  aggregate: BoundAggregate,
  evaluators: readonly Evaluator[],
  layout: RowLayout,
): AggregateFactory {
  const binary = aggregate.type.kind === "binary";
  const texts = aggregate.args.map((argument, at): Read<string> => {
    const evaluate = evaluators[at] as Evaluator;
    if (!binary) return readText(argument, evaluate);
    return (frame) => {
      const value = evaluate(frame);
      return value === null ? null : bytesToText(textToBytes(value, argument));
    };
  });
  const orders = aggregate.orderBy.map(({ expression, descending }) => {
    const order = orderOf(expression.type);
    return { order, sign: descending ? -1 : 1 };
  });
  const plan: GroupConcatPlan = {
    texts,
    distinctKeys: aggregate.distinct
      ? aggregate.args.map((argument, at) => groupKeyReader(argument, evaluators[at] as Evaluator))
      : undefined,
    orderKeys: aggregate.orderBy.map(({ expression }) => compileExpression(expression, layout)),
    compare: (a, b) => {
      for (let i = 0; i < orders.length; i++) {
        const { order, sign } = orders[i] as (typeof orders)[number];
        const result = compareNullable(a.keys[i] as Value, b.keys[i] as Value, order);
        if (result !== 0) return result * sign;
      }
      return 0;
    },
    separator: aggregate.separator,
    binary,
  };
  return () => new GroupConcat(plan);
}

function compareNullable(a: Value, b: Value, order: ReturnType<typeof orderOf>): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return order(a, b);
}

class GroupConcat implements AggregateState {
  readonly #plan: GroupConcatPlan;
  #items: Item[] = [];
  #seen = new Set<string>();

  constructor(plan: GroupConcatPlan) {
    this.#plan = plan;
  }

  add(frame: Frame): void {
    const { texts, distinctKeys, orderKeys } = this.#plan;
    let text = "";
    for (const read of texts) {
      const part = read(frame);
      if (part === null) return;
      text += part;
    }
    if (distinctKeys !== undefined) {
      const key = distinctKeys.map((read) => String(read(frame))).join("\0");
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
    }
    this.#items.push({ text, keys: orderKeys.map((evaluate) => evaluate(frame)) });
  }

  result(frame: Frame): Value {
    if (this.#items.length === 0) return null;
    const { binary, separator, orderKeys, compare } = this.#plan;
    // Of rows that sort alike MySQL shows the later one first.
    const items = orderKeys.length > 0 ? this.#items.toReversed().sort(compare) : this.#items;
    const joined = items.map((item) => item.text).join(separator);
    const limit = Number(frame.context.getSystemVariable("group_concat_max_len", "session") ?? 1024);
    const cut = binary ? joined.slice(0, limit) : cutUtf8(joined, limit);
    if (cut.length < joined.length) this.#warnCut(frame, cut, items);
    return binary ? latinToBytes(cut) : cut;
  }

  /** MySQL names the row in which the limit was reached. */
  #warnCut(frame: Frame, cut: string, items: readonly Item[]): void {
    let row = 0;
    let length = 0;
    while (row < items.length && length <= cut.length) {
      length += (items[row] as Item).text.length + (row > 0 ? this.#plan.separator.length : 0);
      row++;
    }
    const error = sqlError("ER_CUT_VALUE_GROUP_CONCAT", row);
    frame.context.warn("Warning", error.errno, error.message);
  }

  reset(): void {
    this.#items = [];
    this.#seen = new Set();
  }
}

/** The longest prefix of `text` that takes at most `limit` bytes, never half a character. */
function cutUtf8(text: string, limit: number): string {
  if (text.length * 3 <= limit || Buffer.byteLength(text, "utf8") <= limit) return text;
  const bytes = Buffer.from(text, "utf8");
  let end = limit;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
