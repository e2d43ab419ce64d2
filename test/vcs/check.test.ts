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
