import { describe, expect, test } from "vitest";
import { DateTime } from "../../src/values/datetime.ts";
import { StatementParameters, skipQueryAttributes } from "../../src/wire/execute-parameters.ts";
import { PayloadReader } from "../../src/wire/payload-reader.ts";
import * as protocol from "../../src/wire/protocol.ts";

interface Sent {
  readonly type: number;
  readonly unsigned?: boolean;
  /** undefined = NULL */
  readonly bytes?: Buffer;
}

/** The part of COM_STMT_EXECUTE after the statement id. */
function execution(sent: readonly Sent[], { types = true, names = false } = {}): Buffer {
  const bitmap = Buffer.alloc((sent.length + 7) >>> 3);
  sent.forEach(({ bytes }, at) => {
    if (bytes === undefined) bitmap[at >>> 3] = (bitmap[at >>> 3] ?? 0) | (1 << (at & 7));
  });
  return Buffer.concat([
    Buffer.of(0, 1, 0, 0, 0),
    names ? Buffer.of(sent.length) : Buffer.alloc(0),
    bitmap,
    Buffer.of(types ? 1 : 0),
    ...(types
      ? sent.map(({ type, unsigned }) => Buffer.of(type, unsigned ? 0x80 : 0, ...(names ? [1, 0x61] : [])))
      : []),
    ...sent.map(({ bytes }) => bytes ?? Buffer.alloc(0)),
  ]);
}

function decode(
  count: number,
  bytes: Buffer,
  withAttributes = false,
  parameters = new StatementParameters(count),
) {
  const reader = new PayloadReader(bytes, 0, bytes.length);
  return parameters.decode(reader, { withAttributes, decodeText: undefined });
}

function decodeOne(sent: Sent): unknown {
  return decode(1, execution([sent]))[0]?.value;
}

function lengthCoded(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

describe("StatementParameters", () => {
  test("tells text with a replacement character in it from bytes that are no UTF-8", () => {
    const sent = ["a\uFFFDb", Buffer.of(0x61, 0xff, 0x62), "é😀", ""].map((text) => ({
      type: protocol.TYPE_VAR_STRING,
      bytes: lengthCoded(text),
    }));
    const decoded = decode(4, execution(sent)).map(({ type, value }) => [type.kind, value]);
    expect(decoded).toEqual([
      ["string", "a\uFFFDb"],
      ["binary", Buffer.of(0x61, 0xff, 0x62)],
      ["string", "é😀"],
      ["string", ""],
    ]);
  });

  test.each([
    [protocol.TYPE_TINY, false, "ff", -1],
    [protocol.TYPE_TINY, true, "ff", 255],
    [protocol.TYPE_SHORT, false, "0080", -32768],
    [protocol.TYPE_SHORT, true, "ffff", 65535],
    [protocol.TYPE_LONG, false, "00000080", -2147483648],
    [protocol.TYPE_LONG, true, "ffffffff", 4294967295],
    [protocol.TYPE_INT24, false, "ffffffff", -1],
    [protocol.TYPE_LONGLONG, false, "ffffffffffffffff", -1],
    [protocol.TYPE_LONGLONG, false, "0000000000000080", -(2n ** 63n)],
    [protocol.TYPE_LONGLONG, true, "ffffffffffffffff", 2n ** 64n - 1n],
    [protocol.TYPE_LONGLONG, false, "ffffffffffff1f00", 9007199254740991],
    [protocol.TYPE_FLOAT, false, "0000c03f", 1.5],
    [protocol.TYPE_DOUBLE, false, "000000000000f8bf", -1.5],
    [protocol.TYPE_YEAR, true, "ea07", 2026],
  ])("a number of type %i, unsigned %s, bytes %s is %s", (type, unsigned, hex, expected) => {
    expect(decodeOne({ type, unsigned, bytes: Buffer.from(hex, "hex") })).toBe(expected);
  });

  test("dates and times are read in their short and long forms", () => {
    const date = (hex: string, type = protocol.TYPE_DATETIME) =>
      decodeOne({ type, bytes: Buffer.from(hex, "hex") });
    expect(date("04e807021d", protocol.TYPE_DATE)).toEqual(new DateTime(2024, 2, 29));
    expect(date("07e807021d010203")).toEqual(new DateTime(2024, 2, 29, 1, 2, 3));
    expect(date("0be807021d01020304000000")).toEqual(new DateTime(2024, 2, 29, 1, 2, 3, 4));
    expect(date("00")).toEqual(new DateTime(0, 0, 0));
    expect(date("080122000000163b3b", protocol.TYPE_TIME)).toBe(-3_020_399_000_000);
    expect(date("00", protocol.TYPE_TIME)).toBe(0);
  });

  test("a date that no calendar has is refused", () => {
    expect(() => decodeOne({ type: protocol.TYPE_DATE, bytes: Buffer.from("04e8070d1d", "hex") })).toThrow(
      "out of range",
    );
  });

  test("decimals keep all their digits", () => {
    const bytes = lengthCoded("-12345678901234567890.123456789");
    expect(String(decodeOne({ type: protocol.TYPE_NEWDECIMAL, bytes }))).toBe(
      "-12345678901234567890.123456789",
    );
  });

  test("text is text, binary strings stay bytes, and text that is no UTF-8 is taken as bytes", () => {
    expect(decodeOne({ type: protocol.TYPE_VAR_STRING, bytes: lengthCoded("é😀") })).toBe("é😀");
    expect(decodeOne({ type: protocol.TYPE_BLOB, bytes: lengthCoded("é") })).toEqual(Buffer.from("é"));
    const invalid = Buffer.of(0xff, 0x00, 0xfe);
    expect(decodeOne({ type: protocol.TYPE_STRING, bytes: lengthCoded(invalid) })).toEqual(invalid);
  });

  test("types are remembered for executions that leave them out", () => {
    const parameters = new StatementParameters(2);
    const first = execution([
      { type: protocol.TYPE_LONG, bytes: Buffer.of(1, 0, 0, 0) },
      { type: protocol.TYPE_STRING, bytes: lengthCoded("a") },
    ]);
    expect(decode(2, first, false, parameters).map(({ value }) => value)).toEqual([1, "a"]);
    const second = execution([{ type: 0, bytes: Buffer.of(2, 0, 0, 0) }, { type: 0 }], { types: false });
    expect(decode(2, second, false, parameters).map(({ value }) => value)).toEqual([2, null]);
  });

  test("an execution without types is refused when none were ever sent", () => {
    expect(() => decode(1, execution([{ type: 0, bytes: Buffer.of(1) }], { types: false }))).toThrow(
      "no types yet",
    );
  });

  test("long data takes the place of the parameter, for one execution", () => {
    const parameters = new StatementParameters(1);
    parameters.addLongData(0, Buffer.from("abc"));
    parameters.addLongData(0, Buffer.from("def"));
    const withLongData = execution([{ type: protocol.TYPE_BLOB, bytes: Buffer.alloc(0) }]);
    expect(decode(1, withLongData, false, parameters)[0]?.value).toEqual(Buffer.from("abcdef"));
    parameters.forgetLongData();
    const plain = execution([{ type: protocol.TYPE_STRING, bytes: lengthCoded("x") }]);
    expect(decode(1, plain, false, parameters)[0]?.value).toBe("x");
  });

  test("query attributes after the parameters are read and left out", () => {
    const bytes = execution(
      [
        { type: protocol.TYPE_TINY, bytes: Buffer.of(7) },
        { type: protocol.TYPE_STRING, bytes: lengthCoded("attribute") },
      ],
      { names: true },
    );
    expect(decode(1, bytes, true).map(({ value }) => value)).toEqual([7]);
  });

  test("every way of cutting the message short is a malformed packet", () => {
    const whole = execution([
      { type: protocol.TYPE_LONGLONG, bytes: Buffer.alloc(8) },
      { type: protocol.TYPE_STRING, bytes: lengthCoded("text") },
      { type: protocol.TYPE_DATETIME, bytes: Buffer.from("0be807021d01020304000000", "hex") },
    ]);
    for (let size = 0; size < whole.length; size++) {
      expect(() => decode(3, whole.subarray(0, size)), `cut at ${size}`).toThrow("too short");
    }
  });

  test("a parameter of an unknown type is refused", () => {
    expect(() => decodeOne({ type: 200, bytes: lengthCoded("x") })).toThrow("unknown");
  });
});

describe("skipQueryAttributes", () => {
  test("stops at the text of the statement", () => {
    const none = Buffer.concat([Buffer.of(0, 1), Buffer.from("select 1")]);
    const reader = new PayloadReader(none, 0, none.length);
    skipQueryAttributes(reader);
    expect(reader.rest().toString()).toBe("select 1");
    const one = Buffer.concat([
      Buffer.of(1, 1, 0, 1, protocol.TYPE_STRING, 0, 1, 0x6e),
      lengthCoded("value"),
      Buffer.from("select 2"),
    ]);
    const second = new PayloadReader(one, 0, one.length);
    skipQueryAttributes(second);
    expect(second.rest().toString()).toBe("select 2");
  });
});
