import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DateTime } from "../../src/values/datetime.ts";
import type { RowWriter } from "../../src/values/row-writer.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import { BinaryRowWriter } from "../../src/wire/binary-row-writer.ts";
import { PacketWriter } from "../../src/wire/packet-writer.ts";
import { PayloadReader } from "../../src/wire/payload-reader.ts";
import { TextRowWriter } from "../../src/wire/text-row-writer.ts";
import { toWireColumn } from "../../src/wire/wire-column.ts";
import { column, VARCHAR } from "../server/fake-sql-session.ts";

const BIGINT: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };

function textRow(
  type: SqlType,
  write: (row: RowWriter) => void,
  charset: string | undefined = "utf8mb4",
): Buffer {
  const packets = new PacketWriter();
  const row = new TextRowWriter(packets, [toWireColumn(column("c", type), charset)], () => {});
  row.beginRow();
  write(row);
  row.endRow();
  return Buffer.from(packets.take().subarray(4));
}

function textOf(type: SqlType, write: (row: RowWriter) => void): string {
  const bytes = textRow(type, write);
  const reader = new PayloadReader(bytes, 0, bytes.length);
  const text = reader.lengthText();
  expect(reader.remaining).toBe(0);
  return text;
}

function binaryRow(types: readonly SqlType[], write: (row: RowWriter) => void): string {
  const packets = new PacketWriter();
  const columns = types.map((type) => toWireColumn(column("c", type), "utf8mb4"));
  const row = new BinaryRowWriter(packets, columns, () => {});
  row.beginRow();
  write(row);
  row.endRow();
  return Buffer.from(packets.take().subarray(4)).toString("hex");
}

describe("the block of a packet writer", () => {
  function write(packets: PacketWriter, text: string): Buffer {
    packets.begin();
    packets.writeText(text);
    packets.end();
    return packets.take();
  }

  test("is not written over before it is given back", () => {
    const packets = new PacketWriter();
    const first = write(packets, "first");
    const second = write(packets, "second");
    expect(first.toString("latin1", 4)).toBe("first");
    packets.reuse();
    const third = write(packets, "third");
    expect(third.toString("latin1", 4)).toBe("third");
    expect(third.buffer).toBe(second.buffer);
    expect(third.byteOffset).toBe(first.byteOffset);
  });

  test("is kept while a packet is open or bytes of it are not yet taken", () => {
    const packets = new PacketWriter();
    packets.begin();
    packets.writeText("begun");
    packets.reuse();
    packets.writeText(" and ended");
    packets.end();
    packets.reuse();
    expect(packets.take().toString("latin1", 4)).toBe("begun and ended");
  });

  test("that grew for a huge answer is let go", () => {
    const packets = new PacketWriter();
    const huge = write(packets, "x".repeat(10_000_000));
    packets.reuse();
    expect(write(packets, "small").buffer.byteLength).toBeLessThan(huge.buffer.byteLength / 50);
  });
});

describe("text rows", () => {
  test("integers are printed as JavaScript prints them", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n })),
        (value) => {
          expect(textOf(BIGINT, (row) => row.writeInteger(value))).toBe(String(value === 0 ? 0 : value));
        },
      ),
    );
  });

  test("zerofill pads to the display width and no further", () => {
    const type: SqlType = {
      kind: "integer",
      name: "bigint",
      unsigned: true,
      zerofill: true,
      displayWidth: 20,
    };
    const print = (value: number | bigint) => textOf(type, (row) => row.writeInteger(value));
    expect(print(7)).toBe("00000000000000000007");
    expect(print(9007199254740991)).toBe("00009007199254740991");
    expect(print(18446744073709551615n)).toBe("18446744073709551615");
    const narrow: SqlType = { ...type, displayWidth: 3 };
    expect(textOf(narrow, (row) => row.writeInteger(12345))).toBe("12345");
  });

  test("dates and times have all their digits", () => {
    const date = new DateTime(24, 2, 9, 1, 2, 3, 40);
    expect(textOf({ kind: "date" }, (row) => row.writeDateTime(date))).toBe("0024-02-09");
    expect(textOf({ kind: "datetime", fraction: 0 }, (row) => row.writeDateTime(date))).toBe(
      "0024-02-09 01:02:03",
    );
    expect(textOf({ kind: "datetime", fraction: 6 }, (row) => row.writeDateTime(date))).toBe(
      "0024-02-09 01:02:03.000040",
    );
    expect(textOf({ kind: "datetime", fraction: 4 }, (row) => row.writeDateTime(date))).toBe(
      "0024-02-09 01:02:03.0000",
    );
    const time = (micros: number, fraction: number) =>
      textOf({ kind: "time", fraction }, (row) => row.writeTime(micros));
    expect(time(0, 0)).toBe("00:00:00");
    expect(time(-3_020_399_000_000, 0)).toBe("-838:59:59");
    expect(time(-1, 6)).toBe("-00:00:00.000001");
    expect(time(3_723_500_000, 1)).toBe("01:02:03.5");
  });

  test("BIT values are bytes, high one first", () => {
    const bytes = textRow({ kind: "bit", width: 10 }, (row) => row.writeInteger(513));
    expect(bytes.toString("hex")).toBe("020201");
    const wide = textRow({ kind: "bit", width: 64 }, (row) => row.writeInteger(2n ** 64n - 1n));
    expect(wide.toString("hex")).toBe("08ffffffffffffffff");
  });

  test("text of any length and script comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 700 }), (value) => {
        expect(textOf(VARCHAR, (row) => row.writeText(value))).toBe(value);
        const stored = Buffer.from(`..${value}..`);
        expect(textOf(VARCHAR, (row) => row.writeUtf8(stored, 2, stored.length - 2))).toBe(value);
      }),
    );
  });

  test("text is converted to the results' character set", () => {
    expect(textRow(VARCHAR, (row) => row.writeText("é"), "latin1").toString("hex")).toBe("01e9");
    const stored = Buffer.from("é");
    expect(textRow(VARCHAR, (row) => row.writeUtf8(stored, 0, 2), "latin1").toString("hex")).toBe("01e9");
    const latin1: SqlType = {
      kind: "string",
      name: "varchar",
      length: 9,
      charset: "latin1",
      collation: "latin1_swedish_ci",
    };
    expect(textRow(latin1, (row) => row.writeText("é"), "binary").toString("hex")).toBe("01e9");
  });

  test("a row with too few or too many fields is a bug that shows", () => {
    expect(() => textRow(VARCHAR, () => {})).toThrow("one field for each column");
    expect(() =>
      textRow(VARCHAR, (row) => {
        row.writeText("a");
        row.writeText("b");
      }),
    ).toThrow("no more fields");
  });
});

describe("binary rows", () => {
  test("NULLs are bits from the third on, and take no bytes", () => {
    const types = Array.from({ length: 9 }, () => BIGINT);
    const row = binaryRow(types, (writer) => {
      for (let i = 0; i < 9; i++) {
        if (i === 8) writer.writeInteger(-2);
        else writer.writeNull();
      }
    });
    expect(row).toBe(`00fc03feffffffffffffff`);
  });

  test("dates leave out the parts that are zero", () => {
    const datetime: SqlType = { kind: "datetime", fraction: 6 };
    const date = (value: DateTime) => binaryRow([datetime], (row) => row.writeDateTime(value)).slice(4);
    expect(date(new DateTime(0, 0, 0))).toBe("00");
    expect(date(new DateTime(2024, 2, 29))).toBe("04e807021d");
    expect(date(new DateTime(2024, 2, 29, 1, 2, 3))).toBe("07e807021d010203");
    expect(date(new DateTime(2024, 2, 29, 1, 2, 3, 4))).toBe("0be807021d01020304000000");
  });

  test("times are split into days and the time of day", () => {
    const time = (micros: number) =>
      binaryRow([{ kind: "time", fraction: 6 }], (row) => row.writeTime(micros)).slice(4);
    expect(time(0)).toBe("00");
    expect(time(-3_020_399_000_000)).toBe("080122000000163b3b");
    expect(time(1)).toBe("0c0000000000000000" + "01000000");
  });
});
