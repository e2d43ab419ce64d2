import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PacketReader } from "../../src/wire/packet-reader.ts";
import { PacketWriter } from "../../src/wire/packet-writer.ts";
import { PACKET_PAYLOAD_MAX } from "../../src/wire/protocol.ts";

/** All messages that a reader gives when the stream arrives in the given pieces. */
function readAll(pieces: readonly Buffer[], sizeMax = 1 << 30): Buffer[] {
  const reader = new PacketReader(sizeMax);
  const messages: Buffer[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    while (reader.next()) messages.push(Buffer.from(reader.bytes.subarray(reader.start, reader.end)));
  }
  expect(reader.bufferedSize).toBe(0);
  return messages;
}

function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const place of [...sorted, stream.length]) {
    if (place > start) pieces.push(stream.subarray(start, place));
    start = place;
  }
  return pieces;
}

function encode(messages: readonly Uint8Array[]): Buffer {
  const writer = new PacketWriter();
  for (const message of messages) {
    writer.begin();
    writer.writeBytes(message, 0, message.length);
    writer.end();
  }
  return Buffer.from(writer.take());
}

describe("packets", () => {
  test("any split of the byte stream gives the same messages", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        (messages, places) => {
          const stream = encode(messages);
          expect(readAll(cut(stream, places))).toEqual(messages.map((message) => Buffer.from(message)));
        },
      ),
    );
  });

  test("a stream that arrives byte by byte gives the same messages", () => {
    const messages = [Buffer.from("abc"), Buffer.alloc(0), Buffer.from("x".repeat(700))];
    const stream = encode(messages);
    expect(readAll([...stream].map((byte) => Buffer.of(byte)))).toEqual(messages);
  });

  test.each([
    PACKET_PAYLOAD_MAX - 1,
    PACKET_PAYLOAD_MAX,
    PACKET_PAYLOAD_MAX + 1,
    2 * PACKET_PAYLOAD_MAX,
    2 * PACKET_PAYLOAD_MAX + 77,
  ])("a message of %i bytes is split and joined again", (size) => {
    const message = Buffer.alloc(size);
    for (let i = 0; i < size; i += 4093) message[i] = i & 0xff;
    const stream = encode([Buffer.from("before"), message, Buffer.from("after")]);
    const packets = 3 + Math.floor(size / PACKET_PAYLOAD_MAX);
    expect(stream.length).toBe("beforeafter".length + size + packets * 4);
    const [before, joined, after] = readAll(cut(stream, [10, 70_000, 16_000_000, 17_000_000]));
    expect(before?.toString()).toBe("before");
    expect(after?.toString()).toBe("after");
    expect(joined?.equals(message)).toBe(true);
  });

  test("a packet out of sequence is refused", () => {
    const stream = encode([Buffer.from("a"), Buffer.from("b")]);
    stream[8] = 9;
    expect(() => readAll([stream])).toThrow("out of order");
  });

  test("a message over the limit is refused when its header comes, before its bytes do", () => {
    const reader = new PacketReader(1000);
    reader.push(Buffer.of(0xe9, 0x03, 0, 0));
    expect(() => reader.next()).toThrow("max_allowed_packet");
  });

  test("a long message is refused at the part that goes over the limit", () => {
    const reader = new PacketReader(PACKET_PAYLOAD_MAX + 10);
    reader.push(Buffer.of(0xff, 0xff, 0xff, 0));
    reader.push(Buffer.alloc(PACKET_PAYLOAD_MAX));
    expect(reader.next()).toBe(false);
    reader.push(Buffer.of(11, 0, 0, 1));
    expect(() => reader.next()).toThrow("max_allowed_packet");
  });

  test("taken bytes never change, however much is written later", () => {
    const writer = new PacketWriter();
    const taken: { readonly bytes: Buffer; readonly copy: Buffer }[] = [];
    for (let i = 0; i < 500; i++) {
      writer.sequence = 0;
      writer.begin();
      writer.writeText(`message ${i} `.repeat((i % 97) * 10 + 1));
      writer.end();
      const bytes = writer.take();
      taken.push({ bytes, copy: Buffer.from(bytes) });
    }
    for (const { bytes, copy } of taken) expect(bytes.equals(copy)).toBe(true);
  });

  test("an abandoned packet leaves nothing behind", () => {
    const writer = new PacketWriter();
    writer.begin();
    writer.writeText("kept");
    writer.end();
    writer.begin();
    writer.writeText("lost".repeat(50_000));
    writer.abandon();
    expect(readAll([Buffer.from(writer.take())]).map(String)).toEqual(["kept"]);
  });
});
