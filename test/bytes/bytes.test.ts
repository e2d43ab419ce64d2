import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader } from "../../src/bytes/byte-reader.ts";
import { ByteWriter } from "../../src/bytes/byte-writer.ts";
import { compareBytes } from "../../src/bytes/compare.ts";
import { crc32 } from "../../src/bytes/crc32.ts";
import {
  hashFromBytes,
  hashFromText,
  hashOf,
  hashToBytes,
  hashToText,
  writeHash,
} from "../../src/bytes/hash.ts";

const field = fc.oneof(
  fc.record({ kind: fc.constant("uint8" as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant("uint16" as const), value: fc.integer({ min: 0, max: 65535 }) }),
  fc.record({ kind: fc.constant("uint32" as const), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ kind: fc.constant("uint64" as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant("varint" as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant("string" as const), value: fc.string({ unit: "grapheme" }) }),
  fc.record({ kind: fc.constant("bytes" as const), value: fc.uint8Array() }),
);

describe("ByteWriter and ByteReader", () => {
  test("give back any sequence of fields", () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new ByteWriter(1);
        for (const { kind, value } of fields) {
          if (kind === "uint8") writer.writeUint8(value);
          else if (kind === "uint16") writer.writeUint16(value);
          else if (kind === "uint32") writer.writeUint32(value);
          else if (kind === "uint64") writer.writeUint64(value);
          else if (kind === "varint") writer.writeVarint(value);
          else if (kind === "string") writer.writeString(value);
          else writer.writeSizedBytes(value);
        }
        const reader = new ByteReader(writer.finish());
        for (const { kind, value } of fields) {
          if (kind === "uint8") expect(reader.readUint8()).toBe(value);
          else if (kind === "uint16") expect(reader.readUint16()).toBe(value);
          else if (kind === "uint32") expect(reader.readUint32()).toBe(value);
          else if (kind === "uint64") expect(reader.readUint64()).toBe(value);
          else if (kind === "varint") expect(reader.readVarint()).toBe(value);
          else if (kind === "string") expect(reader.readString()).toBe(value);
          else expect([...reader.readSizedBytes()]).toEqual([...value]);
        }
        reader.expectEnd();
      }),
    );
  });

  test("end in a DecodeError on any cut or random input", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const reader = new ByteReader(bytes);
        try {
          while (reader.remaining > 0) {
            reader.readVarint();
            reader.readString();
            reader.readUint64();
            reader.readHash();
          }
        } catch (error) {
          expect(error).toMatchObject({ name: "DecodeError" });
        }
      }),
    );
    expect(() => new ByteReader(new Uint8Array(3)).expectEnd()).toThrow("3 bytes too many");
  });
});

describe("hashes", () => {
  test("have a text form that reads back, and are the truncated SHA-256", () => {
    const hash = hashOf(Buffer.from("abc"));
    expect(Buffer.from(hashToBytes(hash)).toString("hex")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a3");
    expect(hashToText(hash)).toMatch(/^[0-9a-v]{32}$/);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 25, maxLength: 25 }), (bytes) => {
        const read = hashFromBytes(bytes, 5);
        expect(hashFromText(hashToText(read))).toBe(read);
        const written = new Uint8Array(25);
        writeHash(read, written, 5);
        expect(compareBytes(written.subarray(5), bytes.subarray(5))).toBe(0);
      }),
    );
    expect(hashFromText("w".repeat(32))).toBeUndefined();
    expect(hashFromText("0")).toBeUndefined();
  });
});

describe("crc32", () => {
  test("is the usual one and can be continued", () => {
    expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
    expect(crc32(Buffer.from("6789"), crc32(Buffer.from("12345")))).toBe(0xcbf43926);
  });
});
