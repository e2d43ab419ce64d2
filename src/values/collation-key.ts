/** How the weights of a text become its key; collation.ts says what a key is. */
import { assert } from "../base/assert.ts";
import type { FieldWriter } from "./codec/field-writer.ts";
import type { WeightBuffer } from "./weight-table.ts";

/** How the weights of one level are written into a key. */
interface KeyWriter {
  append(weights: WeightBuffer, into: FieldWriter): void;
  terminate(into: FieldWriter): void;
  skip(bytes: Uint8Array, at: number, mask: number): number;
}

export function plainKeyWriter(): KeyWriter {
  return {
    append({ weights, size }, into) {
      into.reserve(size * 2);
      for (let i = 0; i < size; i++) into.writeUint16(weights[i] as number);
    },
    terminate: (into) => into.writeUint16(0),
    skip(bytes, at, mask) {
      let end = at;
      while (bytes[end] !== mask || bytes[end + 1] !== mask) {
        end += 2;
        assert(end < bytes.length, "a collation key ends within its key");
      }
      return end + 2;
    },
  };
}

export function paddedKeyWriter(unitBytes: 1 | 2, space: number): KeyWriter {
  const top = unitBytes === 1 ? 0xff : 0xffff;

  function writeUnit(unit: number, into: FieldWriter): void {
    if (unitBytes === 1) into.writeByte(unit);
    else into.writeUint16(unit);
  }

  function writeWeight(weight: number, into: FieldWriter): void {
    if (weight < space) writeUnit(weight, into);
    else if (weight + 2 < top) writeUnit(weight + 2, into);
    else {
      writeUnit(top, into);
      writeUnit(weight + 2 - top, into);
    }
  }

  return {
    append({ weights, size }, into) {
      let end = size;
      while (end > 0 && weights[end - 1] === space) end--;
      for (let i = 0; i < end; i++) {
        const weight = weights[i] as number;
        if (weight !== space) {
          writeWeight(weight, into);
          continue;
        }
        let next = i + 1;
        while (weights[next] === space) next++;
        const unit = (weights[next] as number) < space ? space : space + 2;
        for (; i < next; i++) writeUnit(unit, into);
        i--;
      }
    },
    terminate: (into) => writeUnit(space + 1, into),
    skip(bytes, at, mask) {
      let end = at;
      for (;;) {
        assert(end < bytes.length, "a collation key ends within its key");
        let unit = (bytes[end] as number) ^ mask;
        if (unitBytes === 2) unit = (unit << 8) | ((bytes[end + 1] as number) ^ mask);
        end += unitBytes;
        if (unit === space + 1) return end;
        if (unit === top) end += unitBytes;
      }
    },
  };
}

/**
 * The whole key of plain ASCII text under PAD SPACE: what the padded key writer makes of its weights. False, and nothing
 * appended, when something else is in it.
 */
export function appendPaddedAscii(
  ascii: Uint16Array,
  unitBytes: 1 | 2,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: FieldWriter,
): boolean {
  const space = ascii[32] as number;
  const weightMax = (unitBytes === 1 ? 0xff : 0xffff) - 3;
  into.reserve((end - start + 1) * unitBytes);
  const target = into.bytes;
  let size = into.size;
  let last = end;
  while (last > start && bytes[last - 1] === 0x20) last--;
  // From the end on, for what a space becomes depends on what follows it.
  let spaceUnit = space;
  let at = size + (last - start) * unitBytes;
  size = at;
  for (let i = last - 1; i >= start; i--) {
    const byte = bytes[i] as number;
    const weight = byte < 0x80 ? (ascii[byte] as number) : 0;
    if (weight === 0 || weight > weightMax) return false;
    let unit = spaceUnit;
    if (weight === space) {
      // Another character that weighs as a space may stand at the end.
      if (i === last - 1) return false;
    } else {
      unit = weight < space ? weight : weight + 2;
      spaceUnit = weight < space ? space : space + 2;
    }
    target[--at] = unit;
    if (unitBytes === 2) target[--at] = unit >>> 8;
  }
  if (unitBytes === 2) target[size++] = (space + 1) >>> 8;
  target[size++] = space + 1;
  into.size = size;
  return true;
}
