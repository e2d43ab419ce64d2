import { describe, expect, test } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { ByteWriter } from "../../src/bytes/byte-writer.ts";
import { keyToText } from "../../src/engine/key-text.ts";
import type { LoggedTable } from "../../src/engine/log-record.ts";
import {
  appendRecord,
  beginFrame,
  encodeSegmentHeader,
  finishFrame,
  readSegment,
} from "../../src/engine/log-segment.ts";
import { OwnDelta } from "../../src/engine/own-delta.ts";
import {
  type LogFlushMode,
  openWriteAheadLog,
  type WriteAheadLog,
} from "../../src/engine/write-ahead-log.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

function encodeFrame(records: readonly Uint8Array[], durableLsn: number): Uint8Array {
  const writer = new ByteWriter();
  beginFrame(writer);
  for (const each of records) appendRecord(writer, (into) => into.writeBytes(each));
  return finishFrame(writer, durableLsn);
}

function record(...keys: string[]) {
  const delta = new OwnDelta();
  for (const key of keys)
    delta.put(keyToText(bytes(key)), bytes(key), key === "gone" ? undefined : bytes(`value of ${key}`));
  return {
    tables: [
      { branch: "main", name: "t", autoIncrement: 2n ** 63n, nextRowId: 5, indexes: [{ index: 0, delta }] },
    ],
  };
}

interface ReplayedTable {
  readonly table: LoggedTable;
  readonly edits: (readonly [string, string | undefined])[];
}

interface Replayed {
  readonly lsn: number;
  readonly tables: readonly ReplayedTable[];
}

async function open(
  files: SimulatedFileSystem,
  { position = 0, mode = 1 as LogFlushMode, clock = new ManualClock() } = {},
) {
  const replayed: Replayed[] = [];
  let tables: ReplayedTable[] = [];
  const options = { files, folder: "/wal", clock, flushMode: () => mode, position };
  const log = await openWriteAheadLog(options, {
    beginTable: (table) => tables.push({ table, edits: [] }),
    beginIndex: (index) => expect(index).toBe(0),
    addEdit: (each, keyStart, keyEnd, valueStart, valueEnd) =>
      tables[tables.length - 1]?.edits.push([
        keyToText(each.subarray(keyStart, keyEnd)),
        valueEnd < valueStart ? undefined : keyToText(each.subarray(valueStart, valueEnd)),
      ]),
    endRecord: (lsn) => {
      replayed.push({ lsn, tables });
      tables = [];
      return undefined;
    },
  });
  return { log, replayed, clock };
}

function append(log: WriteAheadLog, ...keys: string[]): Promise<number> {
  return new Promise((resolve, reject) => log.append(record(...keys), resolve, reject));
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("the log", () => {
  test("gives back what was appended, in order, from a position on", async () => {
    const files = new SimulatedFileSystem();
    const { log } = await open(files);
    expect(await Promise.all([append(log, "a", "gone"), append(log, "b"), append(log, "c")])).toEqual([
      1, 2, 3,
    ]);
    await log.close();
    const { replayed } = await open(files, { position: 1 });
    expect(replayed.map(({ lsn }) => lsn)).toEqual([2, 3]);
    const all = (await open(files)).replayed;
    expect(all[0]?.tables).toEqual([
      {
        table: { branch: "main", name: "t", autoIncrement: 2n ** 63n, nextRowId: 5 },
        edits: [
          ["a", "value of a"],
          ["gone", undefined],
        ],
      },
    ]);
  });

  test("shares one sync between the commits that wait", async () => {
    const { log } = await open(new SimulatedFileSystem());
    await append(log, "first");
    const before = log.syncCount;
    await Promise.all(Array.from({ length: 50 }, (_, at) => append(log, `k${at}`)));
    expect(log.syncCount - before).toBeLessThanOrEqual(2);
    await log.close();
  });

  test("drops segments that a checkpoint covers and keeps the others", async () => {
    const files = new SimulatedFileSystem();
    const { log } = await open(files);
    await append(log, "a");
    log.startSegment();
    await append(log, "b");
    log.startSegment();
    await append(log, "c");
    await log.removeCovered(1);
    expect(files.list("/wal").length).toBe(2);
    await log.removeCovered(3);
    expect(files.list("/wal").length).toBe(1);
    log.startSegment();
    await log.removeCovered(3);
    expect(files.list("/wal").length).toBe(0);
    expect(await append(log, "d")).toBe(4);
    await log.close();
    expect((await open(files, { position: 3 })).replayed.map(({ lsn }) => lsn)).toEqual([4]);
  });

  test("answers at once in mode 0, after the write in mode 2, and syncs both within a second", async () => {
    for (const mode of [0, 2] as const) {
      const files = new SimulatedFileSystem();
      const { log, clock } = await open(files, { mode });
      await append(log, "a");
      await append(log, "b");
      await turns();
      const before = log.syncCount;
      clock.advance(1000);
      await turns();
      expect(log.syncCount).toBe(before + 1);
      await log.close();
      expect((await open(files)).replayed.length).toBe(2);
    }
  });

  test("refuses a gap between segments", async () => {
    const files = new SimulatedFileSystem();
    const { log } = await open(files);
    await append(log, "a");
    log.startSegment();
    await append(log, "b");
    await log.close();
    const [first] = files.list("/wal");
    await files.removeFile(`/wal/${first?.name}`);
    await expect(open(files)).rejects.toThrow(/log records 1 to 1 are missing/);
  });
});

describe("a segment", () => {
  const header = encodeSegmentHeader(7);
  const one = Buffer.from(encodeFrame([bytes("one")], 6));
  const two = Buffer.from(encodeFrame([bytes("two"), bytes("three")], 7));

  test("has the bytes that the format says", () => {
    expect(Buffer.from(header).toString("hex")).toBe("434149524e57414c00000002000000000000000783bc7669");
    expect(one.toString("hex")).toBe("4652414d0000000f8624fa6d0000000000000006000000036f6e65");
  });

  test("cut at any byte gives a prefix of its records, and never an error", () => {
    const whole = Buffer.concat([header, one, two]);
    for (let size = 0; size <= whole.length; size++) {
      const { starts, tornAt } = readSegment({ path: "w", bytes: whole.subarray(0, size), last: true });
      const expected = size >= whole.length ? 3 : size >= header.length + one.length ? 1 : 0;
      expect(starts.length).toBe(expected);
      if (size === whole.length) expect(tornAt).toBeUndefined();
    }
  });

  test("may end with room for further frames, also when a later segment follows", () => {
    const room = Buffer.concat([header, one, two, Buffer.alloc(5000)]);
    for (const last of [true, false]) {
      const { starts, tornAt } = readSegment({ path: "w", bytes: room, last });
      expect([starts.length, tornAt]).toEqual([3, undefined]);
    }
  });

  test("torn before its room is cut where the torn frame begins", () => {
    const torn = Buffer.concat([header, one, two.subarray(0, two.length - 3), Buffer.alloc(5000)]);
    const { starts, tornAt } = readSegment({ path: "w", bytes: torn, last: true });
    expect([starts.length, tornAt]).toEqual([1, header.length + one.length]);
    expect(() => readSegment({ path: "w", bytes: torn, last: false })).toThrow(/damaged/);
  });

  test("of the version before, which had no room, is still read", () => {
    const older = Buffer.concat([
      Buffer.from("434149524e57414c000000010000000000000007ba314aac", "hex"),
      one,
    ]);
    expect(readSegment({ path: "w", bytes: older, last: true }).starts.length).toBe(1);
  });

  test("with any byte changed gives an error or a prefix, never other records", () => {
    const whole = Buffer.concat([header, one, two]);
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      try {
        const { starts, ends } = readSegment({ path: "w", bytes: damaged, last: true });
        const records = starts.map((start, record) => damaged.subarray(start, ends[record]).toString());
        // Only the last frame may be taken for a torn tail: the first one is known to have been durable.
        expect(records).toEqual(["one"]);
      } catch (error) {
        expect(String(error)).toMatch(/write-ahead log|format/);
      }
    }
  });
});
