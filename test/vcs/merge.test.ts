import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { checkTable } from "../../src/tables/check-table.ts";
import { createRowCodec } from "../../src/tables/row-codec.ts";
import type { TableSchema } from "../../src/tables/schema.ts";
import { readSchema } from "../../src/tables/schema-codec.ts";
import { readCommit } from "../../src/vcs/commit.ts";
import { mergeCommit } from "../../src/vcs/merge-commit.ts";
import { mergeRoots } from "../../src/vcs/merge-roots.ts";
import type { RootValue, TableRecord } from "../../src/vcs/root-value.ts";
import { blobReader, openIndex, openRows } from "../../src/vcs/table-access.ts";
import { VersionError } from "../../src/vcs/version-error.ts";
import { column, INT, NAME, PEOPLE, type Rows, SampleRepository, signature } from "./sample-repository.ts";

const repository = new SampleRepository();
const { nodes, chunks } = repository;
const store = { nodes, chunks, spillFolder: tmpdir() };

function checkSound(root: RootValue): void {
  for (const [name, record] of root.tables) {
    const problems = checkTable({
      name,
      codec: createRowCodec(readSchema(chunks, record.schema)),
      primary: openRows(nodes, record.primary),
      indexes: record.indexes.map((index) => openIndex(nodes, index)),
      readBlob: blobReader(nodes),
    });
    expect(problems).toEqual([]);
  }
}

function mergeTables(
  base: TableRecord | undefined,
  ours: TableRecord | undefined,
  theirs: TableRecord | undefined,
) {
  const root = (record: TableRecord | undefined) =>
    repository.root(record === undefined ? {} : { t: record });
  const merged = mergeRoots(store, { base: root(base), ours: root(ours), theirs: root(theirs) });
  // With a conflict the result is not to be used.
  if (merged.conflicts.length === 0) checkSound(merged.root);
  return {
    rows: repository.rows(merged.root.tables.get("t")),
    record: merged.root.tables.get("t"),
    conflicts: merged.conflicts.map(({ kind, count }) => `${kind} ${count}`),
  };
}
const mergeOf = (base: Rows, ours: Rows, theirs: Rows, schema: TableSchema = PEOPLE) =>
  mergeTables(
    repository.table(base, schema),
    repository.table(ours, schema),
    repository.table(theirs, schema),
  );

const BASE: Rows = [
  [1, 10, "one"],
  [2, 20, "two"],
  [3, 30, "three"],
];

describe("mergeRoots", () => {
  test("keeps the rows that each side inserted, changed and deleted, and the indexes with them", () => {
    const ours: Rows = [
      [1, 11, "one"],
      [2, 20, "two"],
      [3, 30, "three"],
      [4, 40, "four"],
    ];
    const theirs: Rows = [
      [1, 10, "one"],
      [2, 20, "TWO!"],
      [5, 50, "five"],
    ];
    const { rows, conflicts, record } = mergeOf(BASE, ours, theirs);
    expect(conflicts).toEqual([]);
    expect(rows).toEqual([
      [1, 11, "one"],
      [2, 20, "TWO!"],
      [4, 40, "four"],
      [5, 50, "five"],
    ]);
    expect(record?.indexes).toEqual(repository.table(rows).indexes);
  });

  test("merges different cells of one row", () => {
    const { rows, conflicts } = mergeOf(
      BASE,
      [[1, 99, "one"]],
      [
        [1, 10, "uno"],
        [2, 20, "two"],
        [3, 30, "three"],
      ],
    );
    expect(conflicts).toEqual([]);
    expect(rows).toEqual([[1, 99, "uno"]]);
  });

  test("reports the same cell changed differently, and deletion against change", () => {
    const ours: Rows = [
      [1, 11, "one"],
      [3, 30, "three"],
    ];
    const theirs: Rows = [
      [1, 12, "one"],
      [2, 21, "two"],
      [3, 30, "three"],
    ];
    expect(mergeOf(BASE, ours, theirs).conflicts).toEqual(["rows 2"]);
  });

  test("does not merge cells where a check constraint or a generated column rules over the row", () => {
    const checked = { ...PEOPLE, checks: [{ name: "c", sql: "`k` > 0", enforced: true }] };
    expect(
      mergeOf(
        BASE,
        [[1, 99, "one"]],
        [
          [1, 10, "uno"],
          [2, 20, "two"],
          [3, 30, "three"],
        ],
        checked,
      ).conflicts,
    ).toEqual(["rows 1"]);
  });

  test("reports two rows with one unique key", () => {
    const { conflicts } = mergeOf([], [[1, 1, "same"]], [[2, 2, "SAME"]]);
    expect(conflicts).toEqual(["unique key 1"]);
    expect(mergeOf([], [[1, 1, null]], [[2, 2, null]]).conflicts).toEqual([]);
  });

  test("keeps long values whole", () => {
    const long = {
      ...PEOPLE,
      indexes: [],
      columns: [
        ...PEOPLE.columns.slice(0, 2),
        column(3, "name", { ...NAME, name: "longtext", length: 4294967295 } as typeof NAME),
      ],
    };
    const text = "long ".repeat(30_000);
    const { rows, conflicts } = mergeOf([[1, 1, "a"]], [[1, 2, "a"]], [[1, 1, text]], long);
    expect(conflicts).toEqual([]);
    expect(rows).toEqual([[1, 2, text]]);
    expect(mergeOf([[1, 1, "a"]], [[1, 2, "a"]], [[1, 1, text]], long).record?.primary).toBe(
      repository.table([[1, 2, text]], long).primary,
    );
  });

  test("takes whole tables that one side added, dropped or changed", () => {
    const t = repository.table(BASE);
    const other = repository.table([[9, 9, "nine"]]);
    expect(mergeTables(undefined, t, undefined).rows).toHaveLength(3);
    expect(mergeTables(undefined, undefined, t).rows).toHaveLength(3);
    expect(mergeTables(t, undefined, t).record).toBeUndefined();
    expect(mergeTables(t, t, other).rows).toEqual([[9, 9, "nine"]]);
    expect(mergeTables(t, undefined, other).conflicts).toEqual(["schema 1"]);
  });

  test("never lets counters go back", () => {
    const t = { ...repository.table(BASE), autoIncrement: 5n };
    const theirs = { ...t, autoIncrement: 9n };
    expect(mergeTables(t, t, theirs).record?.autoIncrement).toBe(9n);
  });

  test("keeps all rows that both sides added to a table without primary key", () => {
    const log: TableSchema = { ...PEOPLE, primaryKey: [], indexes: [] };
    const { rows, conflicts, record } = mergeOf(
      [[1, 1, "a"]],
      [
        [1, 1, "a"],
        [2, 2, "b"],
      ],
      [
        [1, 1, "A"],
        [3, 3, "c"],
      ],
      log,
    );
    expect(conflicts).toEqual([]);
    expect(rows).toEqual([
      [1, 1, "A"],
      [2, 2, "b"],
      [3, 3, "c"],
    ]);
    expect(record?.nextRowId).toBe(4);
  });

  test("joins schema changes of both sides and brings all rows to the joint schema", () => {
    const withColumn: TableSchema = {
      ...PEOPLE,
      columns: [...PEOPLE.columns, column(6, "age", INT, { default: { kind: "literal", value: 7 } })],
      nextId: 7,
    };
    const withIndex: TableSchema = {
      ...PEOPLE,
      indexes: [
        ...PEOPLE.indexes,
        {
          id: 6,
          name: "k_name",
          kind: "index",
          parts: [{ columnId: 2, descending: true }],
          visible: true,
          comment: "",
        },
      ],
      comment: "people",
      nextId: 7,
    };
    const merged = mergeTables(
      repository.table(BASE),
      repository.table(
        [...BASE.map((row) => [...row, row[0] === 1 ? 1 : 7]), [4, 40, "four", 44]],
        withColumn,
      ),
      repository.table(
        [
          [1, 10, "one"],
          [3, 30, "three"],
          [5, 50, "five"],
        ],
        withIndex,
      ),
    );
    expect(merged.conflicts).toEqual([]);
    expect(merged.rows).toEqual([
      [1, 10, "one", 1],
      [3, 30, "three", 7],
      [4, 40, "four", 44],
      [5, 50, "five", 7],
    ]);
    const schema = readSchema(chunks, merged.record!.schema);
    expect(schema.columns.map(({ name }) => name)).toEqual(["id", "k", "name", "age"]);
    expect(schema.indexes.map(({ name }) => name)).toEqual(["by_k", "by_name", "k_name"]);
    expect(new Set([...schema.columns, ...schema.indexes].map(({ id }) => id)).size).toBe(7);
    expect(schema.comment).toBe("people");
  });

  test("reports schemas that both sides changed in one place", () => {
    const renamed = (name: string): TableSchema => ({
      ...PEOPLE,
      columns: PEOPLE.columns.map((c) => (c.id === 2 ? { ...c, name } : c)),
    });
    const merged = mergeTables(
      repository.table(BASE),
      repository.table(BASE, renamed("a")),
      repository.table(BASE, renamed("b")),
    );
    expect(merged.conflicts).toEqual(["schema 1"]);
  });

  test("reports rows that lost the parent they refer to", () => {
    const child: TableSchema = {
      ...PEOPLE,
      indexes: [PEOPLE.indexes[0]!],
      foreignKeys: [{ name: "fk", columnIds: [2], parentTable: "parent", parentColumns: ["id"] }],
    };
    const parent = (rows: Rows) => repository.table(rows);
    const base = repository.root({ parent: parent(BASE), child: repository.table([], child) });
    const ours = repository.root({
      parent: parent(BASE.slice(0, 2)),
      child: repository.table([[1, 1, "x"]], child),
    });
    const theirs = (k: number) =>
      repository.root({ parent: parent(BASE), child: repository.table([[2, k, "y"]], child) });
    expect(mergeRoots(store, { base, ours, theirs: theirs(2) }).conflicts).toEqual([]);
    const [conflict] = mergeRoots(store, { base, ours, theirs: theirs(3) }).conflicts;
    expect(conflict).toMatchObject({ table: "child", kind: "foreign key", count: 1 });
  });
});

describe("mergeCommit", () => {
  const request = {
    message: "merge",
    author: signature(1),
    committer: signature(1),
    noFastForward: false,
    fastForwardOnly: false,
  };
  const base = repository.commit(repository.root({ t: repository.table(BASE) }));
  const ours = repository.commit(repository.root({ t: repository.table([...BASE, [4, 4, "four"]]) }), base);
  const theirs = repository.commit(repository.root({ t: repository.table([...BASE, [5, 5, "five"]]) }), base);
  const codeOf = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      if (error instanceof VersionError) return error.code;
      throw error;
    }
    return "no error";
  };

  test("has nothing to do for an ancestor", () => {
    expect(mergeCommit(store, repository.branch(ours), { ...request, commit: base })).toEqual({
      kind: "up to date",
    });
  });

  test("moves the branch when it can, and keeps uncommitted changes of other tables", () => {
    const dirty = repository.withWorking(repository.branch(base), {
      ...repository.root({ t: repository.table(BASE), mine: repository.table([]) }),
    });
    const result = mergeCommit(store, dirty, { ...request, commit: ours });
    if (result.kind !== "fast forward") throw new Error(`a ${result.kind} merge`);
    expect(result.branch.commit).toBe(ours);
    expect([...repository.read(result.branch.workingSet.working).tables.keys()]).toEqual(["mine", "t"]);
    expect(result.branch.workingSet.staged).toBe(readCommit(chunks, ours).root);
  });

  test("refuses to overwrite uncommitted changes", () => {
    const dirty = repository.withWorking(
      repository.branch(base),
      repository.root({ t: repository.table([]) }),
    );
    expect(codeOf(() => mergeCommit(store, dirty, { ...request, commit: ours }))).toBe("uncommitted_changes");
  });

  test("makes a commit of two parents when both sides moved", () => {
    const result = mergeCommit(store, repository.branch(ours), { ...request, commit: theirs });
    if (result.kind !== "merged") throw new Error(`a ${result.kind} merge`);
    const commit = readCommit(chunks, result.branch.commit);
    expect(commit.parents).toEqual([ours, theirs]);
    expect(repository.rows(repository.read(commit.root).tables.get("t"))).toHaveLength(5);
    expect(result.branch.workingSet.working).toBe(commit.root);
    const forward = mergeCommit(store, repository.branch(base), {
      ...request,
      commit: ours,
      noFastForward: true,
    });
    if (forward.kind !== "merged") throw new Error(`a ${forward.kind} merge`);
    expect(readCommit(chunks, forward.branch.commit).root).toBe(readCommit(chunks, ours).root);
  });

  test("refuses what was not asked for or cannot be", () => {
    const branch = repository.branch(ours);
    expect(
      codeOf(() => mergeCommit(store, branch, { ...request, commit: theirs, fastForwardOnly: true })),
    ).toBe("not_fast_forward");
    const other = repository.commit(
      repository.root({ t: repository.table([...BASE, [4, 9, "four"]]) }),
      base,
    );
    expect(codeOf(() => mergeCommit(store, branch, { ...request, commit: other }))).toBe("merge_conflict");
    const unrelated = repository.commit(repository.root({ x: repository.table([]) }));
    expect(codeOf(() => mergeCommit(store, branch, { ...request, commit: unrelated }))).toBe(
      "no_common_ancestor",
    );
  });
});
