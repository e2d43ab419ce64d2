/**
 * What version control needs from a database: its chunks, its refs, and one way to change them. The engine implements
 * it; everything in this folder is written against it and knows nothing of logs, deltas and locks.
 */
import type { ExportSource, ImportTarget } from "../../chunks/chunk-import.ts";
import type { ChunkStore } from "../../chunks/chunk-store.ts";
import type { NodeReader } from "../../prolly/node-reader.ts";
import type { ChunkPacker } from "../../remotes/pack-chunks.ts";
import type { RefChanges, Refs } from "../../vcs/refs.ts";
import type { Problem } from "../procedures/repository.ts";

export interface VersionStore {
  readonly databaseName: string;
  /** 32 hexadecimal digits: what makes a backup this database's. */
  readonly databaseId: string;
  readonly chunks: ChunkStore & ExportSource & ImportTarget;
  readonly nodes: NodeReader;
  /** Packs what is to be sent in another thread. */
  readonly packChunks?: ChunkPacker;
  /** An existing folder for the temporary files of large sorts. */
  readonly spillFolder: string;
  /** The refs as last stored. Rows that SQL transactions committed since the last checkpoint are not in their working
   *  sets; see {@link checkpoint}. */
  refs(): Refs;
  /** Folds everything that SQL transactions have committed into the working sets: {@link refs} then tells all. */
  checkpoint(): Promise<void>;
  /**
   * Changes refs, one caller at a time: checkpoints, calls `change` with the refs (again when somebody else moved the
   * root meanwhile), stores its answer and makes it durable. Branches whose working root may be replaced, or that may be
   * removed, are named in `exclusive`: transactions that wrote to them are waited for, and sessions on them read
   * the new root from their next transaction on. An error thrown by
   * `change` leaves everything as it was.
   */
  updateRefs(change: (refs: Refs) => RefChanges, exclusive?: readonly string[]): Promise<void>;
  /** How many sessions are on a branch of this database. */
  sessionsOnBranch(branch: string): number;
  collectGarbage(options: { readonly full: boolean; readonly signal?: AbortSignal }): Promise<number>;
  /** Reads and checks everything; an empty list is good news. */
  check(signal?: AbortSignal): Promise<readonly Problem[]>;
}
