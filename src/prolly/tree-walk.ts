/** The addresses that a tree node holds: its children, or what its leaf values refer to. */
import { type Hash, hashFromBytes } from "../bytes/hash.ts";
import { CONTENT_ADDRESSES, CONTENT_ROWS, TreeNode } from "./tree-node.ts";

/** Finds the addresses in a row's value tuple (known to the layer that defines it). */
export type WalkRowValue = (
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (address: Hash) => void,
) => void;

/** The size of an encoded list of addresses: a u8 count, then 20 bytes each. */
export function addressListSize(count: number): number {
  return 1 + 20 * count;
}

export function walkTreeNode(chunk: Uint8Array, visit: (address: Hash) => void, walkRow: WalkRowValue): void {
  const node = new TreeNode(chunk);
  if (node.level > 0) {
    for (let index = 0; index < node.count; index++) visit(node.childHash(index));
    return;
  }
  const { bytes } = node;
  for (let index = 0; index < node.count; index++) {
    const start = node.valueStart(index);
    if (node.content === CONTENT_ROWS) {
      walkRow(bytes, start, node.valueStart(index + 1), visit);
    } else if (node.content === CONTENT_ADDRESSES) {
      const count = bytes[start] as number;
      for (let i = 0; i < count; i++) visit(hashFromBytes(bytes, start + addressListSize(i)));
    }
  }
}
