import { describe, expect, test } from "vitest";
import { EMPTY_HASH, type Hash, hashToText } from "../../src/bytes/hash.ts";
import { readSchema, writeSchema } from "../../src/tables/schema-codec.ts";
import { Decimal } from "../../src/values/decimal.ts";
import { readCommit } from "../../src/vcs/commit.ts";
import { countDivergence, findMergeBase, isAncestor, walkCommits } from "../../src/vcs/commit-graph.ts";
import { commitStaged, resetBranch } from "../../src/vcs/create-commit.ts";
import { isValidRefName } from "../../src/vcs/ref-name.ts";
import { type RefChanges, readDocument, readRefs, writeDocument, writeRefs } from "../../src/vcs/refs.ts";
import { resolveCommit, resolveRevision } from "../../src/vcs/revision.ts";
import { stageAll, stageModified, stageTables, unstageTables } from "../../src/vcs/staging.ts";
import { readStatus } from "../../src/vcs/status.ts";
import { readTag, writeTag } from "../../src/vcs/tag.ts";
import { VersionError } from "../../src/vcs/version-error.ts";
import { walkAddresses } from "../../src/vcs/walk-addresses.ts";
import { readWorkingSet, writeWorkingSet } from "../../src/vcs/working-set.ts";
import { column, INT, PEOPLE, SampleRepository, signature } from "./sample-repository.ts";

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof VersionError) return error.code;
    throw error;
  }
  return "no error";
};
const request = { author: signature(5000), committer: signature(6000), allowEmpty: false, amend: false };

describe("refs", () => {
  test("read back what was written, list by prefix, forget what was deleted", () => {
    const repository = new SampleRepository();
    const commit = repository.commit(repository.root({}));
    const write = (root: Hash, changes: RefChanges) =>
      writeRefs(repository.chunks, readRefs(repository.nodes, root), changes);
    let root = write(
      EMPTY_HASH,
      new Map([
        ["refs/heads/main", commit],
        ["refs/heads/b", commit],
        ["meta/x", commit],
      ]),
    );
    expect(
      readRefs(repository.nodes, root)
        .list("refs/heads/")
        .map(({ name }) => name),
    ).toEqual(["refs/heads/b", "refs/heads/main"]);
    root = write(root, new Map([["refs/heads/b", undefined]]));
    expect(readRefs(repository.nodes, root).get("refs/heads/b")).toBeUndefined();
    expect(readRefs(repository.nodes, root).get("meta/x")).toBe(commit);
  });

  test("documents read back", () => {
    const { chunks } = new SampleRepository();
    const document = { a: [1, "x", null], b: { c: true } };
    expect(readDocument(chunks, writeDocument(chunks, document))).toEqual(document);
  });
});

describe("stored objects", () => {
  test("root values, working sets and tags read back", () => {
    const repository = new SampleRepository();
    const root = repository.root({ people: repository.table([[1, 2, "x"]]) });
    const address = repository.write(root);
    expect(repository.read(address)).toEqual(root);
    const commit = repository.commit(root);
    const workingSet = {
      working: address,
      staged: address,
      walPosition: 77,
      merge: { commit, workingBefore: address, source: "b" },
    };
    expect(readWorkingSet(repository.chunks, writeWorkingSet(repository.chunks, workingSet))).toEqual(
      workingSet,
    );
    const tag = { commit, tagger: signature(-5), message: "first" };
    expect(readTag(repository.chunks, writeTag(repository.chunks, tag))).toEqual(tag);
  });

  test("equal schemas have equal addresses, whatever the order of their properties and the time of creation", () => {
    const { chunks } = new SampleRepository();
    const reordered = Object.fromEntries(Object.entries(PEOPLE).reverse()) as unknown as typeof PEOPLE;
    expect(writeSchema(chunks, { ...reordered, createdAt: "2026-01-01" })).toBe(writeSchema(chunks, PEOPLE));
  });

  test("a schema reads back with its defaults and the order of its options", () => {
    const { chunks } = new SampleRepository();
    const schema = {
      ...PEOPLE,
      options: { ROW_FORMAT: "DYNAMIC", KEY_BLOCK_SIZE: "8" },
      columns: [
        ...PEOPLE.columns,
        column(7, "d", INT, {
          default: { kind: "literal", value: new Decimal(125, 2) },
          absentValue: 2n ** 63n,
        }),
        column(8, "b", INT, { default: { kind: "literal", value: Uint8Array.of(0, 255) } }),
        column(9, "n", INT, { default: { kind: "now", fraction: 3 } }),
      ],
    };
    const read = readSchema(chunks, writeSchema(chunks, schema));
    expect(read).toEqual(schema);
    expect(Object.keys(read.options)).toEqual(["ROW_FORMAT", "KEY_BLOCK_SIZE"]);
  });

  test("walking all addresses from a commit reaches every chunk it needs", () => {
    const repository = new SampleRepository();
    const long = "long ".repeat(20_000);
    const rows = Array.from({ length: 2000 }, (_, id) => [id, id % 7, id === 5 ? long : `name ${id}`]);
    const schema = {
      ...PEOPLE,
      indexes: [],
      columns: PEOPLE.columns.map((c) =>
        c.id === 3 ? { ...c, type: { ...c.type, name: "longtext" } as typeof c.type } : c,
      ),
    };
    const first = repository.commit(repository.root({}));
    const second = repository.commit(repository.root({ people: repository.table(rows, schema) }), first);
    const reached = new Set<Hash>();
    const visit = (address: Hash): void => {
      if (reached.has(address)) return;
      reached.add(address);
      walkAddresses(repository.chunks.mustGetChunk(address), visit);
    };
    visit(second);
    expect(reached.size).toBe(repository.chunks.chunkCount);
  });
});

describe("the commit graph", () => {
  //      a - b - d(merge of b, c) - e
  //       \- c -/
  const repository = new SampleRepository();
  const root = repository.root({});
  const a = repository.commit(root);
  const b = repository.commit(root, a);
  const c = repository.commit(root, a);
  const d = repository.commit(root, b, c);
  const e = repository.commit(root, d);
  const { chunks } = repository;

  test("logs the highest first and the youngest of equal height first", () => {
    expect([...walkCommits(chunks, [e])].map(({ hash }) => hash)).toEqual([e, d, c, b, a]);
    expect([...walkCommits(chunks, [e], [b])].map(({ hash }) => hash)).toEqual([e, d, c]);
    expect([...walkCommits(chunks, [b], [e])]).toEqual([]);
  });

  test("finds the merge base", () => {
    expect(findMergeBase(chunks, b, c)).toBe(a);
    expect(findMergeBase(chunks, e, c)).toBe(c);
    const unrelated = repository.commit(repository.root({ t: repository.table([]) }));
    expect(findMergeBase(chunks, e, unrelated)).toBeUndefined();
  });

  test("knows ancestors and distances", () => {
    expect(isAncestor(chunks, a, e)).toBe(true);
    expect(isAncestor(chunks, e, e)).toBe(true);
    expect(isAncestor(chunks, e, a)).toBe(false);
    expect(isAncestor(chunks, b, c)).toBe(false);
    expect(countDivergence(chunks, b, c)).toEqual({ ahead: 1, behind: 1 });
    expect(countDivergence(chunks, e, a)).toEqual({ ahead: 4, behind: 0 });
  });

  test("resolves revisions", () => {
    const tag = writeTag(chunks, { commit: b, tagger: signature(1), message: "" });
    const refs = readRefs(
      repository.nodes,
      writeRefs(
        chunks,
        readRefs(repository.nodes, EMPTY_HASH),
        new Map([
          ["refs/heads/main", e],
          ["refs/tags/v1", tag],
          ["refs/remotes/origin/dev", c],
        ]),
      ),
    );
    const context = { chunks, refs, branch: "main" };
    const resolve = (text: string): Hash => resolveCommit(context, text);
    expect(resolve("HEAD")).toBe(e);
    expect(resolve("head~1")).toBe(d);
    expect(resolve("main~^2")).toBe(c);
    expect(resolve("main~2~1")).toBe(a);
    expect(resolve("v1")).toBe(b);
    expect(resolve("v1^0")).toBe(b);
    expect(resolve("origin/dev")).toBe(c);
    expect(resolve("remotes/origin/dev^")).toBe(a);
    expect(resolve(hashToText(d))).toBe(d);
    expect(resolve(`${hashToText(d)}^1`)).toBe(b);
    expect(resolveRevision(context, "WORKING")).toEqual({
      kind: "working",
      root: readCommit(chunks, e).root,
    });
    expect(codeOf(() => resolve("nope"))).toBe("ref_not_found");
    expect(codeOf(() => resolve("HEAD~9"))).toBe("invalid_revision");
    expect(codeOf(() => resolve("v1^2"))).toBe("invalid_revision");
    // A chunk that is no commit is no revision.
    expect(codeOf(() => resolve(hashToText(readCommit(chunks, e).root)))).toBe("ref_not_found");
    expect(codeOf(() => resolveCommit({ ...context, branch: undefined }, "HEAD"))).toBe("invalid_revision");
  });
});

describe("staging and committing", () => {
  const repository = new SampleRepository();
  const { nodes, chunks } = repository;
  const one = repository.table([[1, 1, "one"]]);
  const two = repository.table([[2, 2, "two"]]);
  const three = repository.table([[3, 3, "three"]]);
  const committed = repository.root({ a: one, b: one, c: three });
  const clean = repository.branch(repository.commit(committed));
  // a modified, b dropped, c renamed to d, e new
  const working = repository.root({ a: two, d: three, e: repository.table([[5, 5, "five"]]) });
  const dirty = repository.withWorking(clean, working);
  const staged = (branch: typeof dirty, root: ReturnType<typeof stageAll>) => ({
    ...branch,
    workingSet: { ...branch.workingSet, staged: repository.write(root) },
  });

  test("a clean branch has an empty status", () => {
    expect(readStatus(nodes, clean)).toEqual([]);
  });

  test("status names every kind of change, staged or not", () => {
    const status = (branch: typeof dirty) =>
      readStatus(nodes, branch).map((entry) => `${entry.tableName} ${entry.staged ? 1 : 0} ${entry.status}`);
    const all = ["a 0 modified", "b 0 deleted", "c -> d 0 renamed", "e 0 new table"];
    expect(status(dirty).sort()).toEqual(all);
    const someStaged = staged(dirty, stageTables(working, committed, ["a", "c"]));
    expect(status(someStaged).sort()).toEqual([
      "a 1 modified",
      "b 0 deleted",
      "c -> d 1 renamed",
      "e 0 new table",
    ]);
    const modified = staged(dirty, stageModified(working, committed));
    expect(status(modified).filter((line) => line.includes(" 0 "))).toEqual(["e 0 new table"]);
  });

  test("staging an unknown table is refused by name", () => {
    expect(codeOf(() => stageTables(working, committed, ["nope"]))).toBe("table_not_found");
  });

  test("unstaging takes tables back to the head", () => {
    const back = unstageTables(committed, stageAll(working), ["a"]);
    expect(back.tables.get("a")).toEqual(one);
    expect(back.tables.has("e")).toBe(true);
    expect(unstageTables(committed, working, [])).toEqual(committed);
  });

  test("a commit takes the staged root and leaves the rest in the working set", () => {
    const branch = staged(dirty, stageTables(working, committed, ["a"]));
    const after = commitStaged(nodes, chunks, branch, { ...request, message: "a only" });
    const commit = readCommit(chunks, after.commit);
    expect(commit).toMatchObject({ message: "a only", height: 2, parents: [clean.commit] });
    expect(repository.rows(repository.read(commit.root).tables.get("a"))).toEqual([[2, 2, "two"]]);
    expect(readStatus(nodes, after).map(({ tableName }) => tableName)).not.toContain("a");
    expect(readStatus(nodes, after)).toHaveLength(3);
  });

  test("nothing staged is nothing to commit; counters alone are nothing", () => {
    expect(codeOf(() => commitStaged(nodes, chunks, dirty, { ...request, message: "m" }))).toBe(
      "nothing_to_commit",
    );
    const counted = staged(clean, repository.root({ a: { ...one, autoIncrement: 9n }, b: one, c: three }));
    expect(codeOf(() => commitStaged(nodes, chunks, counted, { ...request, message: "m" }))).toBe(
      "nothing_to_commit",
    );
    expect(codeOf(() => commitStaged(nodes, chunks, counted, { ...request, message: " " }))).toBe(
      "empty_message",
    );
    const empty = commitStaged(nodes, chunks, clean, { ...request, message: "m", allowEmpty: true });
    expect(readCommit(chunks, empty.commit).parents).toEqual([clean.commit]);
  });

  test("amending replaces the head and keeps its message when none is given", () => {
    const first = commitStaged(nodes, chunks, clean, { ...request, message: "m", allowEmpty: true });
    const amended = commitStaged(nodes, chunks, first, { ...request, message: undefined, amend: true });
    expect(readCommit(chunks, amended.commit)).toMatchObject({ message: "m", parents: [clean.commit] });
  });

  test("a commit in a merge has both parents and ends the merge", () => {
    const other = repository.commit(working, clean.commit);
    const merging = {
      ...clean,
      workingSet: {
        ...clean.workingSet,
        merge: { commit: other, workingBefore: clean.workingSet.working, source: "x" },
      },
    };
    const after = commitStaged(nodes, chunks, merging, { ...request, message: "merge" });
    expect(readCommit(chunks, after.commit).parents).toEqual([clean.commit, other]);
    expect(after.workingSet.merge).toBeUndefined();
    expect(
      codeOf(() => commitStaged(nodes, chunks, merging, { ...request, message: "m", amend: true })),
    ).toBe("uncommitted_changes");
  });

  test("reset soft, mixed and hard keep what they should", () => {
    const next = repository.commit(working, clean.commit);
    const branch = repository.withWorking(
      { ...clean, commit: next, workingSet: repository.branch(next).workingSet },
      {
        ...working,
        tables: new Map([...working.tables, ["untracked", one]]),
      },
    );
    const soft = resetBranch(nodes, chunks, branch, { mode: "soft", commit: clean.commit });
    expect(soft.workingSet).toEqual(branch.workingSet);
    expect(soft.commit).toBe(clean.commit);
    const mixed = resetBranch(nodes, chunks, branch, { mode: "mixed", commit: clean.commit });
    expect(mixed.workingSet.staged).toBe(readCommit(chunks, clean.commit).root);
    expect(mixed.workingSet.working).toBe(branch.workingSet.working);
    const hard = resetBranch(nodes, chunks, branch, { mode: "hard", commit: clean.commit });
    expect([...repository.read(hard.workingSet.working).tables.keys()]).toEqual(["a", "b", "c", "untracked"]);
  });
});

describe("isValidRefName", () => {
  test("takes git's names and refuses what git refuses", () => {
    for (const name of ["main", "feature/x", "a.b", "ümlaut", "x-1", "HEADER"])
      expect(isValidRefName(name)).toBe(true);
    const refused = [
      "",
      "-x",
      "a..b",
      "a b",
      "a~1",
      "a^",
      "a:b",
      "a?",
      "a*",
      "a[",
      "a\\b",
      "a@{1}",
      "/a",
      "a/",
      "a//b",
    ];
    const more = [
      ".a",
      "a/.b",
      "a.",
      "a.lock",
      "a.lock/b",
      "@",
      "HEAD",
      "head",
      "WORKING",
      "a\u0007",
      "0".repeat(32),
    ];
    for (const name of [...refused, ...more]) expect(isValidRefName(name), name).toBe(false);
  });
});
