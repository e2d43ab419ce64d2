import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_HASH, type Hash } from "../../src/bytes/hash.ts";
import type { ChunkReader } from "../../src/chunks/chunk-store.ts";
import { StorageError } from "../../src/io/storage-error.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { storeBranch } from "../../src/vcs/branch.ts";
import { checkRepository, type RepositoryReport } from "../../src/vcs/check.ts";
import { readRefs, writeRefs } from "../../src/vcs/refs.ts";
import type { TableRecord } from "../../src/vcs/root-value.ts";
import { PEOPLE, SampleRepository } from "./sample-repository.ts";

const rows = Array.from({ length: 500 }, (_, id) => [id, id % 9, `name ${id}`]);

function repositoryOf(change: (record: TableRecord, repository: SampleRepository) => TableRecord): {
  readonly repository: SampleRepository;
  readonly root: Hash;
} {
  const repository = new SampleRepository();
  const first = repository.commit(repository.root({}));
  const table = change(repository.table(rows), repository);
  const second = repository.commit(repository.root({ people: table }), first);
  const refs = readRefs(repository.nodes, EMPTY_HASH);
  const root = writeRefs(repository.chunks, refs, storeBranch(repository.chunks, repository.branch(second)));
  return { repository, root };
}

function run(nodes: NodeReader, root: Hash): RepositoryReport {
  const steps = checkRepository(nodes, root, { allCommits: true });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

describe("checkRepository", () => {
  test("finds nothing wrong with a sound repository, and has seen all of it", () => {
    const { repository, root } = repositoryOf((record) => record);
    const report = run(repository.nodes, root);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ refCount: 2, commitCount: 2, tableCount: 1 });
    expect(report.chunkCount).toBe(repository.chunks.chunkCount);
  });

  test("names the missing chunk, for every chunk there is", () => {
    const { repository, root } = repositoryOf((record) => record);
    const all: Hash[] = [];
    const recording: ChunkReader = {
      getChunk: (hash) => repository.chunks.getChunk(hash),
      hasChunk: (hash) => repository.chunks.hasChunk(hash),
      mustGetChunk: (hash) => {
        all.push(hash);
        return repository.chunks.mustGetChunk(hash);
      },
    };
    run(new NodeReader(recording), root);
    for (const missing of new Set(all)) {
      const damaged: ChunkReader = {
        ...recording,
        mustGetChunk: (hash) => {
          if (hash === missing) throw new StorageError("chunk_missing", "chunk not in the store", { hash });
          return repository.chunks.mustGetChunk(hash);
        },
      };
      expect(run(new NodeReader(damaged), root).problems.length).toBeGreaterThan(0);
    }
  });

  test("finds indexes that do not belong to the rows", () => {
    const swapped = repositoryOf((record) => ({ ...record, indexes: [...record.indexes].reverse() }));
    expect(run(swapped.repository.nodes, swapped.root).problems.length).toBeGreaterThan(0);
    const short = repositoryOf((record, repository) => ({
      ...record,
      indexes: repository.table(rows.slice(1), PEOPLE).indexes,
    }));
    const [problem] = run(short.repository.nodes, short.root).problems;
    expect(problem?.message).toBe("index by_k has 499 entries for 500 rows");
    const stale = repositoryOf((record, repository) => ({
      ...record,
      indexes: repository.table(rows.map(([id, k, name]) => [id!, (k as number) + 1, name!])).indexes,
    }));
    expect(run(stale.repository.nodes, stale.root).problems[0]?.message).toBe(
      "index by_k: entry 0 differs from its row",
    );
  });
});

describe("checkRepository of a history", () => {
  const many = Array.from({ length: 3000 }, (_, id): readonly [number, number, string] => [
    id,
    id % 9,
    `name ${id}`,
  ]);
  const changed = (): [number, number, string][] => {
    const copy = many.map((row): [number, number, string] => [...row]);
    copy[7] = [7, 5, "renamed"];
    copy[2500] = [2500, 3, "name 2500"];
    copy.splice(1200, 3);
    copy.push([9000, 1, "added"]);
    return copy;
  };

  /** A history of versions of one table, in which the last one is changed by `damage`. */
  function check(
    versions: readonly (readonly (readonly [number, number, string])[])[],
    damage: (last: TableRecord, repository: SampleRepository) => TableRecord = (last) => last,
  ): RepositoryReport {
    const repository = new SampleRepository();
    let head = repository.commit(repository.root({}));
    for (const [at, version] of versions.entries()) {
      const sound = repository.table(version);
      const table = at === versions.length - 1 ? damage(sound, repository) : sound;
      head = repository.commit(repository.root({ people: table }), head);
    }
    const refs = readRefs(repository.nodes, EMPTY_HASH);
    const branch = storeBranch(repository.chunks, repository.branch(head));
    return run(repository.nodes, writeRefs(repository.chunks, refs, branch));
  }

  test("proves a sound version by what differs from another one", () => {
    const report = check([many, changed(), many.slice(0, 100), changed().reverse(), many.slice(5)]);
    expect(report).toMatchObject({ problems: [], tableCount: 4, comparedTableCount: 3 });
  });

  const otherIndexes =
    (rowsOfIndexes: () => readonly (readonly [number, number, string])[], which: 0 | 1) =>
    (last: TableRecord, repository: SampleRepository): TableRecord => {
      const other = repository.table(rowsOfIndexes()).indexes;
      return {
        ...last,
        indexes: last.indexes.map((index, at) => (at === which ? (other[at] ?? index) : index)),
      };
    };
  /** As it was before the last change, but for one entry more. */
  const withTwo = (): [number, number, string][] => {
    const copy = changed();
    copy[7] = [7, 6, "renamed"];
    return copy;
  };

  test.each([
    ["are those of the version before", otherIndexes(() => many, 0)],
    ["lack an entry", otherIndexes(() => changed().slice(1), 0)],
    ["hold a stale entry in the place of another", otherIndexes(withTwo, 0)],
    ["hold an entry of no row", otherIndexes(() => [...changed(), [9999, 1, "nobody"]], 1)],
    [
      "hold an entry of no row in the place of another",
      otherIndexes(() => [...changed().slice(1), [9999, 1, "n"]], 1),
    ],
    ["are in the wrong order", (last: TableRecord) => ({ ...last, indexes: [...last.indexes].reverse() })],
    ["are too few", (last: TableRecord) => ({ ...last, indexes: last.indexes.slice(1) })],
  ])("finds that the indexes of a later version %s", (_, damage) => {
    for (const history of [
      [many, changed()],
      [changed(), many, changed()],
    ]) {
      // Checked by itself it is found, and in a history likewise.
      expect(check([[], changed()], damage).problems.length).toBeGreaterThan(0);
      expect(check(history, damage).problems.length).toBeGreaterThan(0);
    }
  });

  test("finds a twin in a unique index of a later version", () => {
    const twins = [...changed(), [9500, 2, "name 40"] as const];
    expect(check([many, twins]).problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^index by_name: entry \d+ is a duplicate$/),
    ]);
  });

  test("finds random damage in whichever version it is, as a check of that version alone does", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.nat(400), k: fc.nat(5) }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.record({ id: fc.nat(400), k: fc.nat(5) }), { maxLength: 4 }),
        fc.constantFrom<0 | 1>(0, 1),
        (changes, strays, which) => {
          const base = many.slice(0, 400);
          const apply = (from: typeof base, list: typeof changes) => {
            const byId = new Map(from.map((row) => [row[0], row]));
            for (const { id, k } of list) {
              if (k === 0) byId.delete(id);
              else byId.set(id, [id, k, `name ${id}.${k}`]);
            }
            return [...byId.values()];
          };
          const next = apply(base, changes);
          const indexed = apply(next, strays);
          const damage = otherIndexes(() => indexed, which);
          const alone = check([next], damage).problems.length;
          expect(check([base, next], damage).problems.length > 0).toBe(alone > 0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
