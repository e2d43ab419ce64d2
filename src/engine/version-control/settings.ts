/**
 * The settings of a database that live among its refs, as JSON documents: `meta/` ones travel with backups, `local/` ones
 * stay. Changing one is a ref change like any other, so it is atomic and durable.
 */
import { z } from "zod";
import type { Hash } from "../../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../../chunks/chunk-store.ts";
import {
  type Json,
  LOCAL_PREFIX,
  META_PREFIX,
  type RefChanges,
  type Refs,
  readDocument,
  writeDocument,
} from "../../vcs/refs.ts";
import { VersionError } from "../../vcs/version-error.ts";

/** One document: where it is and what it looks like. */
export interface Setting<T> {
  readonly ref: string;
  readonly schema: z.ZodType<T>;
  readonly initial: T;
}

// Type aliases, because an interface is not assignable to the index signature of `Json`.
export type RemoteEntry = { readonly url: string; readonly fetchSpecs: string[] };
export type BackupEntry = { readonly url: string };
export type Upstream = { readonly remote: string; readonly branch: string };

const remoteSchema: z.ZodType<RemoteEntry> = z.object({ url: z.string(), fetchSpecs: z.array(z.string()) });
const upstreamSchema: z.ZodType<Upstream> = z.object({ remote: z.string(), branch: z.string() });

export const REMOTES: Setting<Readonly<Record<string, RemoteEntry>>> = {
  ref: `${LOCAL_PREFIX}remotes`,
  schema: z.record(z.string(), remoteSchema),
  initial: {},
};

export const BACKUPS: Setting<Readonly<Record<string, BackupEntry>>> = {
  ref: `${LOCAL_PREFIX}backups`,
  schema: z.record(z.string(), z.object({ url: z.string() })),
  initial: {},
};

/** Local branch → the remote branch it follows. */
export const UPSTREAMS: Setting<Readonly<Record<string, Upstream>>> = {
  ref: `${LOCAL_PREFIX}upstreams`,
  schema: z.record(z.string(), upstreamSchema),
  initial: {},
};

/** The branch that new sessions start on. */
export const DEFAULT_BRANCH: Setting<string> = {
  ref: `${META_PREFIX}default-branch`,
  schema: z.string(),
  initial: "main",
};

export function readSetting<T>(chunks: ChunkReader, refs: Refs, setting: Setting<T>): T {
  const address = refs.get(setting.ref);
  if (address === undefined) return setting.initial;
  const parsed = setting.schema.safeParse(readDocument(chunks, address));
  if (!parsed.success) {
    throw new VersionError(
      "corrupted",
      setting.ref,
      `the settings in '${setting.ref}' are damaged: ${parsed.error.message}`,
    );
  }
  return parsed.data;
}

/** The ref change that stores a setting. */
export function writeSetting<T extends Json>(
  chunks: ChunkStore,
  setting: Setting<T>,
  value: T,
): readonly [string, Hash] {
  return [setting.ref, writeDocument(chunks, value)];
}

/** Several changes as one; later ones win. */
export function joinChanges(
  ...changes: readonly (RefChanges | readonly (readonly [string, Hash | undefined])[])[]
): RefChanges {
  return new Map(changes.flatMap((part) => [...part]));
}
