/** Every format of the storage layers reads back what was written, for any content; golden bytes keep them as they are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/bytes/byte-writer.ts";
import { EMPTY_HASH, type Hash, hashFromBytes, hashOf } from "../../src/bytes/hash.ts";
import {
  findLaterGroup,
  readJournalRecord,
  writeChunkRecord,
  writeJournalHeader,
  writeRootRecord,
} from "../../src/chunks/journal-format.ts";
import { decodeManifest, encodeManifest } from "../../src/chunks/manifest.ts";
import { TableFile } from "../../src/chunks/table-file.ts";
import { TableFileBuilder } from "../../src/chunks/table-file-builder.ts";
import { decodeRemoteManifest, encodeRemoteManifest } from "../../src/remotes/remote-manifest.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";

const hash: fc.Arbitrary<Hash> = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes) => hashFromBytes(bytes, 0));
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const count = fc.nat({ max: 2 ** 40 });
const name = fc.string({ minLength: 1, maxLength: 40 });

const manifest = fc.record({
  generation: count,
  databaseId: id,
  root: hash,
  journals: fc.array(fc.record({ number: count, knownSize: count })),
  tables: fc.array(
    fc.record({
      name,
      chunkCount: count,
      sizeBytes: count,
      generation: fc.constantFrom("young" as const, "old" as const),
    }),
  ),
});

const remoteManifest = fc.record({
  kind: fc.constantFrom("remote" as const, "backup" as const),
  generation: count,
  databaseId: id,
  root: hash,
  nonce: id,
  tables: fc.array(fc.record({ name, chunkCount: count, sizeBytes: count })),
  retired: fc.array(fc.record({ name, retiredMs: count })),
  snapshots: fc.array(fc.record({ timeMs: count, root: hash })),
});

describe("manifests", () => {
  test("read back as written, and any flipped bit is noticed", () => {
    fc.assert(
      fc.property(manifest, fc.nat(), (content, at) => {
        const bytes = encodeManifest(content);
        expect(decodeManifest(bytes, "m")).toEqual(content);
        bytes[Math.floor(at / 8) % bytes.length]! ^= 1 << (at % 8);
        expect(() => decodeManifest(bytes, "m")).toThrow(expect.objectContaining({ name: "StorageError" }));
      }),
    );
  });

  test("of remotes read back as written, and any flipped bit or cut is noticed", () => {
    fc.assert(
      fc.property(remoteManifest, fc.nat(), (content, at) => {
        const bytes = encodeRemoteManifest(content);
        expect(decodeRemoteManifest(bytes, "u")).toEqual(content);
        const damaged = expect.objectContaining({ name: "RemoteError" });
        expect(() => decodeRemoteManifest(bytes.subarray(0, at % bytes.length), "u")).toThrow(damaged);
        bytes[Math.floor(at / 8) % bytes.length]! ^= 1 << (at % 8);
        expect(() => decodeRemoteManifest(bytes, "u")).toThrow(damaged);
      }),
    );
  });
});

describe("a table file", () => {
  test("gives back any set of chunks, in any of its codecs, and has none besides", async () => {
    const chunks = fc.uniqueArray(
      fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        fc.nat({ max: 70_000 }).map((size) => new Uint8Array(size).fill(size % 7)),
      ),
      { minLength: 1, maxLength: 30, selector: (bytes) => hashOf(bytes) },
    );
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (contents, compress) => {
        const parts: Uint8Array[] = [];
        const builder = new TableFileBuilder((bytes) => void parts.push(bytes), { compress });
        for (const bytes of contents) await builder.add(hashOf(bytes), bytes);
        const { name: fileName, sizeBytes, chunkCount } = await builder.finish();
        expect(chunkCount).toBe(contents.length);
        const files = new SimulatedFileSystem();
        files.openFile(fileName, "create").write(Buffer.concat(parts), 0);
        expect(files.status(fileName)?.sizeBytes).toBe(sizeBytes);
        const table = TableFile.open(files, "", fileName);
        for (const bytes of contents) expect(Buffer.compare(table.get(hashOf(bytes))!, bytes)).toBe(0);
        expect(table.has(hashOf(Buffer.from("not in there")))).toBe(false);
        expect(table.has(EMPTY_HASH)).toBe(false);
        expect([...table.chunks()].map((chunk) => chunk.hash)).toEqual(
          contents.map((bytes) => hashOf(bytes)),
        );
        expect(table.index.findFaults()).toEqual([]);
        expect(table.index.fileName()).toBe(fileName);
      }),
      { numRuns: 60 },
    );
  });
});

describe("journal records", () => {
  test("read back as written, and none is read where one was damaged", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), hash, fc.nat(), (chunk, root, at) => {
        const writer = new ByteWriter();
        writeChunkRecord(writer, hashOf(chunk), chunk);
        const rootAt = writer.size;
        writeRootRecord(writer, root, rootAt, 0);
        const bytes = writer.finish();
        expect(readJournalRecord(bytes, 0)).toMatchObject({
          kind: "chunk",
          hash: hashOf(chunk),
          end: rootAt,
        });
        expect(readJournalRecord(bytes, rootAt)).toMatchObject({
          kind: "root",
          root,
          groupStart: 0,
          end: bytes.length,
        });
        const position = Math.floor(at / 8) % bytes.length;
        bytes[position]! ^= 1 << (at % 8);
        expect(readJournalRecord(bytes, position < rootAt ? 0 : rootAt)).toBeUndefined();
      }),
    );
  });

  test("in a chunk that is a copy of a journal are not taken for the journal's own", () => {
    const inner = new ByteWriter();
    writeRootRecord(inner, hashOf(Buffer.from("x")), 0, 0);
    const outer = new ByteWriter();
    writeJournalHeader(outer, 1);
    const chunk = Buffer.concat([Buffer.alloc(100), inner.finish()]);
    writeChunkRecord(outer, hashOf(chunk), chunk);
    expect(findLaterGroup(outer.finish(), 20)).toBeUndefined();
  });
});

describe("golden bytes", () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const root = hashOf(Buffer.from("root"));
  const databaseId = "00112233445566778899aabbccddeeff";

  test("of the manifest", () => {
    const tables = [{ name: "t", chunkCount: 3, sizeBytes: 300, generation: "old" as const }];
    const bytes = encodeManifest({
      generation: 2,
      databaseId,
      root,
      journals: [{ number: 1, knownSize: 16 }],
      tables,
    });
    expect(hex(bytes)).toMatchInlineSnapshot(
      `"434149524e4d4631000000000000000200112233445566778899aabbccddeeff4813494d137e1631bba301d5acab6e7bb7aa74ce01011001017403ac0201d82752be"`,
    );
  });

  test("of a remote's manifest", () => {
    const tables = [{ name: "t", chunkCount: 3, sizeBytes: 300 }];
    const snapshots = [{ timeMs: 1_700_000_000_000, root }];
    const bytes = encodeRemoteManifest({
      kind: "backup",
      generation: 2,
      databaseId,
      root,
      nonce: databaseId,
      tables,
      retired: [{ name: "r", retiredMs: 1_700_000_000_000 }],
      snapshots,
    });
    expect(hex(bytes)).toMatchInlineSnapshot(
      `"434149524e524d3101000000000000000200112233445566778899aabbccddeeff4813494d137e1631bba301d5acab6e7bb7aa74ce00112233445566778899aabbccddeeff01017403ac020101720000018bcfe56800010000018bcfe568004813494d137e1631bba301d5acab6e7bb7aa74ceffc6d531"`,
    );
  });

  test("of the journal", () => {
    const writer = new ByteWriter();
    writeJournalHeader(writer, 7);
    writeChunkRecord(writer, hashOf(Buffer.from("chunk")), Buffer.from("chunk"));
    writeRootRecord(writer, root, writer.size, 16);
    expect(hex(writer.finish())).toMatchInlineSnapshot(
      `"434149524e4a5231000000078aea775b00000005010a30c1446c87f68371b28954707ebb92afee7ccffb74c6f76368756e6b0000002802451233eb524f4f54000000000000003200000000000000104813494d137e1631bba301d5acab6e7bb7aa74ce"`,
    );
  });

  test("of a table file", async () => {
    const parts: Uint8Array[] = [];
    const builder = new TableFileBuilder((bytes) => void parts.push(bytes), { compress: false });
    for (const text of ["one", "two"]) await builder.add(hashOf(Buffer.from(text)), Buffer.from(text));
    const { name: fileName } = await builder.finish();
    expect(`${fileName} ${hex(Buffer.concat(parts))}`).toMatchInlineSnapshot(
      `"t9a5tvtioc3t8bg6c9sc5disvp7vle44.table 434149524e5442466f6e6574776f00000000000000080000000600000006003fc4ccfe745870e2c0d99f71f30ff0656c8dedd40000000000000003000000037692c3ad3540bb803c020b3aee66cd8887123234000000000000000000000003000000000000000e000000010000000200000000000000062f2773f6ae9a62e0434149524e544231"`,
    );
  });
});
