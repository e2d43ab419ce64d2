/** BIT_AND, BIT_OR, BIT_XOR over 64-bit integers or byte strings of one length. */
import { canonicalInteger } from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { UINT64_MAX } from "../expression/number-conversion.ts";
import { type Read, readBytes, readInteger } from "../expression/readers.ts";
import type { AggregateFactory, AggregateState } from "./aggregate.ts";

export type BitAggregateName = "bit_and" | "bit_or" | "bit_xor";

export function bitFactory(
  name: BitAggregateName,
  argument: BoundExpression,
  evaluate: Evaluator,
): AggregateFactory {
  if (argument.type.kind === "binary" && argument.binaryLiteral !== true) {
    const read = readBytes(argument, evaluate);
    return () => new BitBytes(name, read, argument.type.kind === "binary" ? argument.type.length : 0);
  }
  const read = readInteger(argument, evaluate);
  return () => new BitIntegers(name, read);
}

class BitIntegers implements AggregateState {
  readonly #name: BitAggregateName;
  readonly #read: Read<SqlInteger>;
  #bits: bigint;

  constructor(name: BitAggregateName, read: Read<SqlInteger>) {
    this.#name = name;
    this.#read = read;
    this.#bits = name === "bit_and" ? UINT64_MAX : 0n;
  }

  add(frame: Frame): void {
    const value = this.#read(frame);
    if (value === null) return;
    const bits = BigInt.asUintN(64, BigInt(value));
    if (this.#name === "bit_and") this.#bits &= bits;
    else if (this.#name === "bit_or") this.#bits |= bits;
    else this.#bits ^= bits;
  }

  result(): Value {
    return canonicalInteger(this.#bits);
  }

  reset(): void {
    this.#bits = this.#name === "bit_and" ? UINT64_MAX : 0n;
  }
}

class BitBytes implements AggregateState {
  readonly #name: BitAggregateName;
  readonly #read: Read<Uint8Array>;
  readonly #emptyLength: number;
  #bytes: Uint8Array | undefined;

  constructor(name: BitAggregateName, read: Read<Uint8Array>, emptyLength: number) {
    this.#name = name;
    this.#read = read;
    this.#emptyLength = emptyLength;
  }

  add(frame: Frame): void {
    const value = this.#read(frame);
    if (value === null) return;
    if (this.#bytes === undefined) {
      this.#bytes = Uint8Array.from(value);
      return;
    }
    if (this.#bytes.length !== value.length)
      throw sqlError("ER_INVALID_BITWISE_AGGREGATE_OPERANDS_SIZE", this.#name);
    for (let i = 0; i < value.length; i++) {
      const [a, b] = [this.#bytes[i] as number, value[i] as number];
      this.#bytes[i] = this.#name === "bit_and" ? a & b : this.#name === "bit_or" ? a | b : a ^ b;
    }
  }

  result(): Value {
    return this.#bytes ?? new Uint8Array(this.#emptyLength).fill(this.#name === "bit_and" ? 255 : 0);
  }

  reset(): void {
    this.#bytes = undefined;
  }
}
