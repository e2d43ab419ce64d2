/** Where a value lies among the values that a column can hold, in their order. */
import type { Value } from "../../values/value.ts";

export type Place =
  /** It is this value of the column. */
  | { readonly kind: "at"; readonly value: Value }
  /** Between this value of the column and the next one. */
  | { readonly kind: "above"; readonly value: Value }
  | { readonly kind: "below all" }
  | { readonly kind: "above all" }
  /** The order of keys does not tell: a range by it is open, and the condition has to be checked. */
  | { readonly kind: "unknown" };

export const BELOW_ALL: Place = { kind: "below all" };
export const ABOVE_ALL: Place = { kind: "above all" };
export const UNKNOWN_PLACE: Place = { kind: "unknown" };

export function placeAt(value: Value): Place {
  return { kind: "at", value };
}

export function placeAbove(value: Value): Place {
  return { kind: "above", value };
}
