/**
 * Lets each combination of values through once, in input order while the combinations may be held in memory. Rows with
 * others are then set aside in temporary files and looked at file by file at the end.
 */
import type { SpillShare } from "../../tables/spill-space.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";
import type { RowShape } from "./row-buffer.ts";
import { RowPartitions } from "./row-partitions.ts";

const ROWS_PER_SLICE = 4096;
/** Memory is asked for after so many more keys. */
const KEYS_PER_CLAIM = 256;

export class Distinct implements Operator {
  readonly #input: Operator;
  readonly #key: GroupKey;
  readonly #shape: RowShape;
  readonly #seen: KeyNumbers;
  #share: SpillShare | undefined;
  /** Set once not all keys could be held. */
  #partitions: RowPartitions | undefined;
  #isFull = false;
  #inputOver = false;

  constructor(input: Operator, key: GroupKey, shape: RowShape) {
    this.#input = input;
    this.#key = key;
    this.#shape = shape;
    this.#seen = new KeyNumbers(key);
  }

  open(frame: Frame): void {
    this.#forget();
    this.#input.open(frame);
  }

  next(frame: Frame): Step {
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#nextInput(frame);
      if (step !== STEP_ROW) return step;
      if (this.#isFull) this.#setAside(frame);
      else if (this.#isNew(frame)) return STEP_ROW;
    }
    return STEP_AGAIN;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
    this.#forget();
  }

  #nextInput(frame: Frame): Step {
    if (!this.#inputOver) {
      const step = this.#input.next(frame);
      if (step !== STEP_DONE) return step;
      this.#inputOver = true;
    }
    const partitions = this.#partitions;
    if (partitions === undefined) return STEP_DONE;
    while (!partitions.next(frame)) {
      if (!partitions.openNext()) return STEP_DONE;
      this.#seen.clear();
      this.#isFull = false;
    }
    return STEP_ROW;
  }

  #isNew(frame: Frame): boolean {
    const seen = this.#seen;
    seen.numberOf(frame);
    if (!seen.added) return false;
    if (seen.count % KEYS_PER_CLAIM === 0 && this.#partitions?.isDivisible !== false) {
      this.#share ??= frame.context.spill.open();
      if (!this.#share.holds(seen.sizeBytes)) {
        this.#partitions ??= new RowPartitions(this.#share, this.#shape);
        this.#isFull = true;
      }
    }
    return true;
  }

  #setAside(frame: Frame): void {
    if (this.#seen.find(frame, this.#key) < 0) this.#partitions?.write(frame, this.#seen.lastHash);
  }

  #forget(): void {
    this.#seen.clear();
    this.#partitions?.close();
    this.#partitions = undefined;
    this.#share?.release();
    this.#share = undefined;
    this.#isFull = false;
    this.#inputOver = false;
  }
}
