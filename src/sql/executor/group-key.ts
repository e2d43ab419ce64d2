/** Turns the values that rows are grouped or joined by into one JavaScript map key: equal keys, equal values. */
import type { Evaluator, Frame } from "./frame.ts";
import type { SortValue, ToSortValue } from "./sort-value.ts";

export interface GroupKeyPart {
  readonly evaluate: Evaluator;
  readonly toSortValue: ToSortValue;
}

export type GroupKey = readonly GroupKeyPart[];

/** The key of the frame's current row. A single part is its own key; several are joined with their lengths. */
export function groupKeyOf(key: GroupKey, frame: Frame): SortValue {
  if (key.length === 1) {
    const part = key[0] as GroupKeyPart;
    return part.toSortValue(part.evaluate(frame));
  }
  let text = "";
  for (let i = 0; i < key.length; i++) {
    const part = key[i] as GroupKeyPart;
    const value = part.toSortValue(part.evaluate(frame));
    if (value === null) text += "n";
    else if (typeof value === "string") text += `${value.length}:${value}`;
    // Adding 0 makes -0 and 0 one key.
    else text += `#${typeof value === "number" ? value + 0 : value};`;
  }
  return text;
}

/** As {@link groupKeyOf} for joins: undefined when any part is NULL, which equals nothing. */
export function joinKeyOf(key: GroupKey, frame: Frame): SortValue | undefined {
  if (key.length === 1) {
    const part = key[0] as GroupKeyPart;
    const value = part.toSortValue(part.evaluate(frame));
    return value === null ? undefined : value;
  }
  let text = "";
  for (let i = 0; i < key.length; i++) {
    const part = key[i] as GroupKeyPart;
    const value = part.toSortValue(part.evaluate(frame));
    if (value === null) return undefined;
    if (typeof value === "string") text += `${value.length}:${value}`;
    else text += `#${typeof value === "number" ? value + 0 : value};`;
  }
  return text;
}
