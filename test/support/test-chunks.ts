/** Trees of small chunks for storage tests: a node chunk is "N" and addresses, a leaf chunk is "L" and text. */

import { HASH_SIZE, type Hash, hashFromBytes, hashToBytes } from "../../src/bytes/hash.ts";
import type { ChunkStore, WalkAddresses } from "../../src/chunks/chunk-store.ts";

export function leafChunk(text: string): Uint8Array {
  return Buffer.from(`L${text}`);
}

export function nodeChunk(children: readonly Hash[]): Uint8Array {
  return Buffer.concat([Buffer.from("N"), ...children.map(hashToBytes)]);
}

export const walkTestChunk: WalkAddresses = (chunk, visit) => {
  if (chunk[0] !== "N".charCodeAt(0)) return;
  for (let at = 1; at < chunk.length; at += HASH_SIZE) visit(hashFromBytes(chunk, at));
};

/** Puts a node over leaves with these texts. */
export function putTree(store: ChunkStore, texts: readonly string[]): Hash {
  return store.putChunk(nodeChunk(texts.map((text) => store.putChunk(leafChunk(text)))));
}

/** The texts of the leaves below `root`; throws when a chunk is missing. */
export function readTree(store: Pick<ChunkStore, "mustGetChunk">, root: Hash): string[] {
  const chunk = store.mustGetChunk(root);
  if (chunk[0] === "L".charCodeAt(0)) return [Buffer.from(chunk.subarray(1)).toString()];
  const texts: string[] = [];
  walkTestChunk(chunk, (child) => texts.push(...readTree(store, child)));
  return texts;
}
