/**
 * The check of a whole repository: every ref leads to what it should, every chunk that is reachable is there and means
 * something, and every table that a ref shows is sound. A generator, so that a caller may let others run between steps.
 */

import { AssertionError } from "../base/assert.ts";
import { AppError } from "../base/errors.ts";
import { EMPTY_HASH, type Hash, hashToText } from "../bytes/hash.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import { checkTableInSteps, type TableTrees } from "../tables/check-table.ts";
import { isChangeSound, noteSoundNodes } from "../tables/check-table-change.ts";
import { createRowCodec } from "../tables/row-codec.ts";
import { readSchema } from "../tables/schema-codec.ts";
import { isCommitChunk, readCommit } from "./commit.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, readRefs, TAGS_PREFIX, WORKING_SETS_PREFIX } from "./refs.ts";
import { readRootValue, type TableRecord } from "./root-value.ts";
import { blobReader, openIndex, openRows } from "./table-access.ts";
import { readTag } from "./tag.ts";
import { walkAddresses } from "./walk-addresses.ts";
import { readWorkingSet } from "./working-set.ts";

export interface RepositoryProblem {
  /** The ref, commit or table it was met in. */
  readonly where: string;
  readonly message: string;
}

export interface RepositoryReport {
  readonly problems: readonly RepositoryProblem[];
  readonly refCount: number;
  readonly commitCount: number;
  readonly tableCount: number;
  /** Of the versions of tables, those proved by what they changed of another one. */
  readonly comparedTableCount: number;
  readonly chunkCount: number;
}

export interface CheckProgress {
  readonly chunkCount: number;
  readonly tableCount: number;
}

export interface CheckOptions {
  /** Checks the tables of every commit, not only of those that refs name. */
  readonly allCommits: boolean;
}

/** Chunks between two steps. */
const CHUNKS_PER_STEP = 2_000;

export function* checkRepository(
  nodes: NodeReader,
  root: Hash,
  options: CheckOptions,
): Generator<CheckProgress, RepositoryReport> {
  const check = new RepositoryCheck(nodes);
  const roots = check.readRefRoots(root);
  yield* check.walkChunks(root);
  for (const { where, address } of options.allCommits ? [...roots, ...check.commitRoots()] : roots) {
    yield* check.checkRoot(where, address);
  }
  return check.report();
}

interface RootPlace {
  readonly where: string;
  readonly address: Hash;
}

class RepositoryCheck {
  readonly #nodes: NodeReader;
  readonly #problems: RepositoryProblem[] = [];
  readonly #chunksSeen = new Set<Hash>();
  readonly #commits = new Set<Hash>();
  readonly #rootsSeen = new Set<Hash>();
  readonly #tablesSeen = new Set<string>();
  /** The last version found sound, by name and schema. */
  readonly #soundTables = new Map<string, TableTrees>();
  readonly #soundNodes = new Set<Hash>();
  #comparedTableCount = 0;
  #refCount = 0;

  constructor(nodes: NodeReader) {
    this.#nodes = nodes;
  }

  report(): RepositoryReport {
    return {
      problems: this.#problems,
      refCount: this.#refCount,
      commitCount: this.#commits.size,
      tableCount: this.#tablesSeen.size,
      comparedTableCount: this.#comparedTableCount,
      chunkCount: this.#chunksSeen.size,
    };
  }

  /** The root values that refs show. */
  readRefRoots(root: Hash): readonly RootPlace[] {
    const { chunks } = this.#nodes;
    const refs = this.#guard("refs", () => readRefs(this.#nodes, root).list("")) ?? [];
    this.#refCount = refs.length;
    return refs.flatMap(
      ({ name: where, address }) =>
        this.#guard(where, () => {
          if (where.startsWith(HEADS_PREFIX) || where.startsWith(REMOTES_PREFIX)) {
            return [{ where, address: readCommit(chunks, address).root }];
          }
          if (where.startsWith(TAGS_PREFIX)) {
            return [{ where, address: readCommit(chunks, readTag(chunks, address).commit).root }];
          }
          if (!where.startsWith(WORKING_SETS_PREFIX)) return [];
          const { working, staged } = readWorkingSet(chunks, address);
          return [
            { where, address: working },
            { where: `${where} (staged)`, address: staged },
          ];
        }) ?? [],
    );
  }

  commitRoots(): readonly RootPlace[] {
    return [...this.#commits].flatMap((commit) => {
      const where = `commit ${hashToText(commit)}`;
      const address = this.#guard(where, () => readCommit(this.#nodes.chunks, commit).root);
      return address === undefined ? [] : [{ where, address }];
    });
  }

  /** Reads every reachable chunk once. */
  *walkChunks(root: Hash): Generator<CheckProgress> {
    const { chunks } = this.#nodes;
    const queue: { readonly address: Hash; readonly from: string }[] = [];
    const visit = (address: Hash, from: string): void => {
      if (this.#chunksSeen.has(address)) return;
      this.#chunksSeen.add(address);
      queue.push({ address, from });
    };
    if (root !== EMPTY_HASH) visit(root, "the manifest");
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { address, from } = next;
      const text = hashToText(address);
      this.#guard(`chunk ${text} (needed by ${from})`, () => {
        const chunk = chunks.mustGetChunk(address);
        if (isCommitChunk(chunk)) this.#commits.add(address);
        walkAddresses(chunk, (child) => visit(child, text));
      });
      if (this.#chunksSeen.size % CHUNKS_PER_STEP === 0) yield this.#progress();
    }
  }

  *checkRoot(where: string, address: Hash): Generator<CheckProgress> {
    if (this.#rootsSeen.has(address)) return;
    this.#rootsSeen.add(address);
    const tables = this.#guard(where, () => readRootValue(this.#nodes, address).tables) ?? [];
    for (const [name, record] of tables) yield* this.#checkTable(`${where}, table ${name}`, name, record);
  }

  *#checkTable(where: string, name: string, record: TableRecord): Generator<CheckProgress> {
    const identity = [record.schema, record.primary, ...record.indexes].join("");
    if (this.#tablesSeen.has(identity)) return;
    this.#tablesSeen.add(identity);
    const table = this.#guard(where, () => this.#openTable(name, record));
    if (table === undefined) return;
    const versions = `${record.schema}/${name}`;
    const base = this.#soundTables.get(versions);
    if (base !== undefined && (yield* this.#inSteps(isChangeSound(base, table, this.#soundNodes)))) {
      this.#soundTables.set(versions, table);
      this.#comparedTableCount++;
      return;
    }
    const problems = yield* this.#inSteps(checkTableInSteps(table));
    for (const { message } of problems) this.#problems.push({ where, message });
    if (problems.length > 0) return;
    if (yield* this.#inSteps(noteSoundNodes(table, this.#soundNodes))) this.#soundTables.set(versions, table);
  }

  *#inSteps<T>(steps: Generator<void, T>): Generator<CheckProgress, T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      yield this.#progress();
    }
  }

  #openTable(name: string, record: TableRecord): TableTrees {
    return {
      name,
      codec: createRowCodec(readSchema(this.#nodes.chunks, record.schema)),
      primary: openRows(this.#nodes, record.primary),
      indexes: record.indexes.map((index) => openIndex(this.#nodes, index)),
      readBlob: blobReader(this.#nodes),
    };
  }

  #progress(): CheckProgress {
    return { chunkCount: this.#chunksSeen.size, tableCount: this.#tablesSeen.size };
  }

  /** Turns what lower layers throw about damaged data into a problem. */
  #guard<T>(where: string, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof AppError || error instanceof AssertionError)) throw error;
      this.#problems.push({ where, message: error.message });
      return undefined;
    }
  }
}
