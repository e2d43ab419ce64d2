/**
 * The key ranges of one index part behind given values of the parts before it. SQL's order of the part's values is the
 * order of the keys, or its reverse for a descending part; NULL comes before all values.
 */
import type { KeyRange } from "../../prolly/tuple-cursor.ts";
import { prefixSuccessor, type RowCodec } from "../../tables/row-codec.ts";
import type { IndexPart } from "../../tables/schema.ts";
import { FieldWriter } from "../../values/codec/field-writer.ts";
import type { KeyCodec } from "../../values/codec/key-codec.ts";
import type { Value } from "../../values/value.ts";
import type { Place } from "./key-place.ts";

/** A bound of a range: where it lies, and whether what is at that place belongs to the range. */
export interface PlacedBound {
  readonly place: Place;
  readonly inclusive: boolean;
}

/** One side of a range of keys: a key, open, or past everything so that the range is empty. */
type Edge = Uint8Array | "open" | "empty";

export class PartRanges {
  readonly #codec: RowCodec;
  readonly #index: number;
  readonly #part: KeyCodec;
  /** Only the first characters are in the key: a bound's own key is then always inside. */
  readonly #isShortened: boolean;
  readonly #prefixLength: number | undefined;

  constructor(codec: RowCodec, index: number, at: number, definition: IndexPart) {
    this.#codec = codec;
    this.#index = index;
    this.#part = codec.keyCodecs(index)[at] as KeyCodec;
    this.#prefixLength = definition.prefixLength;
    this.#isShortened = definition.prefixLength !== undefined;
  }

  /** All entries whose first parts have these values. */
  equalTo(values: readonly Value[]): KeyRange {
    return rangeOf(...around(this.#codec.encodeKeyPrefix(this.#index, values))) as KeyRange;
  }

  /** Undefined when the range is empty. NULL is in no range. */
  between(
    head: readonly Value[],
    lower: PlacedBound | undefined,
    upper: PlacedBound | undefined,
  ): KeyRange | undefined {
    const [start, end] = this.#notNull(head);
    const first = lower === undefined ? undefined : this.#edge(head, lower, "lower");
    const last = upper === undefined ? undefined : this.#edge(head, upper, "upper");
    if (first === "empty" || last === "empty") return undefined;
    const [from, to] = this.#part.options.descending ? [last, first] : [first, last];
    return rangeOf(
      from === undefined || from === "open" ? start : from,
      to === undefined || to === "open" ? end : to,
    );
  }

  /** Entries whose text (or bytes) begins with `prefix`; for ascending parts. */
  beginningWith(head: readonly Value[], prefix: string | Uint8Array): KeyRange | undefined {
    const writer = new FieldWriter(256);
    writer.writeBytes(this.#codec.encodeKeyPrefix(this.#index, head));
    this.#part.encodePrefix(this.#shortened(prefix), writer);
    return rangeOf(...around(writer.toBytes()));
  }

  #shortened(prefix: string | Uint8Array): string | Uint8Array {
    const length = this.#prefixLength;
    if (length === undefined) return prefix;
    return typeof prefix === "string" ? [...prefix].slice(0, length).join("") : prefix.subarray(0, length);
  }

  /** Where the keys of values that are not NULL begin and end. */
  #notNull(head: readonly Value[]): readonly [Edge, Edge] {
    const key = this.#codec.encodeKeyPrefix(this.#index, head);
    const { nullable, descending } = this.#part.options;
    if (!nullable) return key.length === 0 ? ["open", "open"] : around(key);
    const marked = new Uint8Array(key.length + 1);
    marked.set(key);
    marked[key.length] = descending ? 0xfe : 0x01;
    return around(marked);
  }

  #edge(head: readonly Value[], bound: PlacedBound, side: "lower" | "upper"): Edge {
    const { place } = bound;
    switch (place.kind) {
      case "unknown":
        return "open";
      case "below all":
        return side === "lower" ? "open" : "empty";
      case "above all":
        return side === "upper" ? "open" : "empty";
      default:
        break;
    }
    const isInside = this.#isShortened || (place.kind === "at" ? bound.inclusive : side === "upper");
    const key = this.#codec.encodeKeyPrefix(this.#index, [...head, place.value]);
    // In key order, is this the beginning of the range?
    const isStart = (side === "lower") !== this.#part.options.descending;
    if (isStart === isInside) return key;
    const after = prefixSuccessor(key);
    if (after !== undefined) return after;
    return isStart ? "empty" : "open";
  }
}

/** Keys beginning with `prefix`. */
function around(prefix: Uint8Array): readonly [Edge, Edge] {
  return [prefix, prefixSuccessor(prefix) ?? "open"];
}

function rangeOf(from: Edge, to: Edge): KeyRange | undefined {
  if (from === "empty" || to === "empty") return undefined;
  return {
    ...(from === "open" ? {} : { lower: from }),
    ...(to === "open" ? {} : { upper: to }),
  };
}
