/** The entries of new indexes, sorted in pieces, are those of indexes that grew with their rows: whoever helps, or fails to. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock, yieldToOthers } from "../../src/base/clock.ts";
import { Pause } from "../../src/base/pause.ts";
import { WorkerFailure } from "../../src/base/worker-pool.ts";
import { ThreadedJobs } from "../../src/engine/background/background-jobs.ts";
import { startPartnerThread } from "../../src/engine/background/partner-thread.ts";
import { type Piece, type PieceRuns, PieceSorter } from "../../src/engine/background/piece-sorter.ts";
import { type PiecePartner, SortedPieces } from "../../src/engine/background/sort-pieces.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { StorageError } from "../../src/io/storage-error.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { openTree } from "../../src/prolly/prolly-tree.ts";
import { CONTENT_ROWS } from "../../src/prolly/tree-node.ts";
import type { TupleCursor } from "../../src/prolly/tuple-cursor.ts";
import { column, DB, EngineFixture, finished, INT, index, LONG_TEXT, schema } from "./engine-fixture.ts";

const TABLE = schema(
  [column(1, "id", INT, { nullable: false }), column(2, "a", INT), column(3, "c", LONG_TEXT)],
  {
    indexes: [
      index(10, "ia", "index", [2]),
      { ...index(11, "ca", "index", [3, 2]), parts: [{ columnId: 3, descending: true, prefixLength: 7 }] },
      index(12, "ua", "unique", [2, 1]),
    ],
  },
);
const ROWS = 2_000;
const FILES = new NodeFileSystem();
const NEVER = new Promise<never>(() => undefined);

async function fill(fixture: EngineFixture): Promise<void> {
  await fixture.session().createTable("t", TABLE, 0n);
  await fixture.session().run(async (transaction) => {
    transaction.beginStatement();
    const writer = await transaction.openTableForWrite(DB, "t", { foreignKeyChecks: true });
    for (let id = 0; id < ROWS; id++) {
      const text = `${(id * 7919) % 1009} ${id % 90 === 0 ? "long ".repeat(2000) : ""}`;
      await finished(() => writer.insertRow([id, id % 13 === 0 ? null : (id * 31) % 97, text]));
    }
  });
  await fixture.engine.mustGetDatabase("db").checkpoint();
}

interface Help {
  readonly partner?: PiecePartner | undefined;
  readonly memoryMaxBytes?: number;
  readonly pause?: Pause;
}

function entriesOf(cursor: TupleCursor): string[] {
  const entries: string[] = [];
  while (cursor.next())
    entries.push(Buffer.from(cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd)).toString("hex"));
  return entries;
}

/** Sorts in pieces of 100 rows. `use` gets what is sorted before its files are removed. */
async function sortAll(fixture: EngineFixture, help: Help = {}, use?: () => void): Promise<string[][]> {
  const database = fixture.engine.mustGetDatabase("db");
  const { listing, release } = await database.chunks.listFiles();
  const record = database.mustGetBranch("main").generation.root.tables.get("t") ?? expect.unreachable();
  const tree = openTree(new NodeReader(database.chunks), record.primary, CONTENT_ROWS);
  const source = {
    listing,
    primary: record.primary,
    schemaBefore: record.schema,
    schema: record.schema,
    indexes: [1, 2, 3],
  };
  const pieces = new SortedPieces(tree, source, {
    files: FILES,
    clock: systemClock,
    pause: new Pause(),
    partner: undefined,
    pieceRows: 100,
    ...help,
  });
  try {
    const sorted = await pieces.sort();
    use?.();
    return sorted.map(entriesOf);
  } finally {
    await pieces.close();
    await release();
  }
}

/** Told apart here, for a list of differences would be long. */
function same(left: string[][], right: string[][]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function grownEntries(fixture: EngineFixture): string[][] {
  const database = fixture.engine.mustGetDatabase("db");
  const record = database.mustGetBranch("main").generation.root.tables.get("t") ?? expect.unreachable();
  const nodes = new NodeReader(database.chunks);
  return record.indexes.map((root) => entriesOf(openTree(nodes, root, 0).openCursor({}, "forward")));
}

function runFiles(fixture: EngineFixture): readonly string[] {
  return readdirSync(join(fixture.folder, "db")).filter((name) => name.endsWith(".tmp"));
}

/** Gives way whenever it is asked. */
function givingPause(signal?: AbortSignal): Pause {
  return Object.assign(new Pause(signal), { isDue: () => true });
}

/** Sorts in this thread, beginning with `before` each piece; it can be closed once, as a thread. */
function partnerHere(before: (piece: Piece) => Promise<void>): PiecePartner & { readonly sorted: Piece[] } {
  const sorted: Piece[] = [];
  let sorter: PieceSorter | undefined;
  let closed = false;
  return {
    sorted,
    async sort(source, piece): Promise<PieceRuns> {
      await before(piece);
      if (closed) throw new WorkerFailure("it was closed");
      sorter ??= new PieceSorter(FILES, source);
      sorted.push(piece);
      return await sorter.sort(piece, givingPause());
    },
    close() {
      closed = true;
      sorter?.close();
    },
  };
}

test("pieces give the entries that the indexes have, alone and with another thread, in memory and in files", async () => {
  await using fixture = await EngineFixture.open();
  await fill(fixture);
  const expected = grownEntries(fixture);
  expect(expected.map(({ length }) => length)).toEqual([ROWS, ROWS, ROWS]);
  expect(same(await sortAll(fixture), expected)).toBe(true);
  expect(same(await sortAll(fixture, { partner: startPartnerThread() }), expected)).toBe(true);
  for (const partner of [undefined, startPartnerThread(), partnerHere(yieldToOthers)]) {
    let fileCount = 0;
    const use = () => {
      fileCount = runFiles(fixture).length;
    };
    expect(same(await sortAll(fixture, { memoryMaxBytes: 0, partner }, use), expected)).toBe(true);
    expect(fileCount).toBeGreaterThanOrEqual(60);
    expect(runFiles(fixture)).toEqual([]);
  }
  // The first ones in memory, the others in files.
  expect(same(await sortAll(fixture, { memoryMaxBytes: 20_000 }), expected)).toBe(true);
});

test("a partner shares the pieces", async () => {
  await using fixture = await EngineFixture.open();
  await fill(fixture);
  const partner = partnerHere(yieldToOthers);
  expect(same(await sortAll(fixture, { partner, pause: givingPause() }), grownEntries(fixture))).toBe(true);
  expect(partner.sorted.length).toBeGreaterThan(1);
  expect(partner.sorted.length).toBeLessThan(ROWS / 100);
});

test("what a partner does not do, or not in time, is done without it, and nothing comes twice", async () => {
  await using fixture = await EngineFixture.open();
  await fill(fixture);
  const expected = grownEntries(fixture);
  const dying: PiecePartner = {
    sort: async () => {
      await yieldToOthers();
      throw new WorkerFailure("it died");
    },
    close: () => undefined,
  };
  const silent: PiecePartner = { sort: () => NEVER, close: () => undefined };
  for (const memoryMaxBytes of [0, 1_000_000]) {
    const late = partnerHere(() => systemClock.sleep(30));
    for (const partner of [dying, silent, late]) {
      expect(same(await sortAll(fixture, { partner, memoryMaxBytes }), expected)).toBe(true);
      expect(runFiles(fixture)).toEqual([]);
    }
  }
});

test("a partner's error ends the sort, and so does who stops it, and no file is left", async () => {
  await using fixture = await EngineFixture.open();
  await fill(fixture);
  const damaged = new StorageError("bad_format", "damaged", { path: "x" });
  const failing: PiecePartner = {
    sort: async (source, piece) => {
      const sorter = new PieceSorter(FILES, source);
      await sorter.sort(piece, new Pause());
      sorter.close();
      throw damaged;
    },
    close: () => undefined,
  };
  await expect(sortAll(fixture, { partner: failing, memoryMaxBytes: 0, pause: givingPause() })).rejects.toBe(
    damaged,
  );
  expect(runFiles(fixture)).toEqual([]);
  const stopped = givingPause(AbortSignal.abort(new Error("killed")));
  const partner = startPartnerThread();
  await expect(sortAll(fixture, { partner, pause: stopped, memoryMaxBytes: 0 })).rejects.toThrow("killed");
  expect(runFiles(fixture)).toEqual([]);
});

test("ALTER TABLE with two threads gives the trees that one gives", async () => {
  const roots: string[] = [];
  for (const limits of [{ partnerRowsMin: 1 }, { partnerRowsMin: 1_000_000 }]) {
    const background = new ThreadedJobs(1, { rowsMin: 1, editsMin: 1, pieceRows: 150, ...limits });
    await using fixture = await EngineFixture.open({ services: { background } });
    await fill(fixture);
    const more = [...TABLE.indexes, index(20, "ci", "unique", [3, 1])];
    await fixture
      .session()
      .session.dataDefinition.alterTable(DB, "t", { schema: { ...TABLE, indexes: more } });
    roots.push(fixture.engine.mustGetDatabase("db").mustGetBranch("main").generation.rootAddress);
    expect(await fixture.engine.versionStore("db").check()).toEqual([]);
    expect(runFiles(fixture)).toEqual([]);
    await background.close();
  }
  expect(new Set(roots).size).toBe(1);
});
