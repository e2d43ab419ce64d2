/**
 * A file system in memory that can lose power. It keeps for each file what was synced and the writes since, and for
 * each folder the names that were synced and the changes since. {@link SimulatedFileSystem.cutAt} makes the n-th operation
 * that touches the disk the last one; {@link SimulatedFileSystem.afterPowerCut} is the disk found afterwards: every unsynced
 * sector and name change is kept or lost by chance.
 */
import { basename, dirname } from "node:path";
import type { Random } from "../../src/base/random.ts";
import type {
  FileStatus,
  FileSystem,
  FolderEntry,
  FolderLock,
  OpenMode,
  StoredFile,
} from "../../src/io/file-system.ts";
import { StorageError, type StorageErrorCode } from "../../src/io/storage-error.ts";

const SECTOR_SIZE = 512;

/** Thrown by every operation from the cut on. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

export type OperationKind =
  | "read"
  | "write"
  | "truncate"
  | "sync"
  | "create"
  | "rename"
  | "remove"
  | "makeFolder"
  | "syncFolder";

export interface Operation {
  readonly kind: OperationKind;
  readonly path: string;
  readonly number: number;
}

interface FileNode {
  readonly kind: "file";
  bytes: Uint8Array;
  synced: Uint8Array;
  unsynced: ({ readonly position: number; readonly bytes: Uint8Array } | { readonly size: number })[];
}

interface FolderNode {
  readonly kind: "folder";
  entries: Map<string, Node>;
  synced: Map<string, Node>;
  unsynced: ((entries: Map<string, Node>) => void)[];
}

type Node = FileNode | FolderNode;

function newFolder(): FolderNode {
  return { kind: "folder", entries: new Map(), synced: new Map(), unsynced: [] };
}

function newFile(bytes: Uint8Array = new Uint8Array(0)): FileNode {
  return { kind: "file", bytes, synced: bytes, unsynced: [] };
}

export class SimulatedFileSystem implements FileSystem {
  readonly #root: FolderNode;
  readonly #locks = new Set<string>();
  #operationCount = 0;
  /** The number of the operation during which the power goes. */
  cutAt = Number.POSITIVE_INFINITY;
  /** Called before each operation; a code it returns becomes the operation's error. */
  fault: ((operation: Operation) => StorageErrorCode | undefined) | undefined;
  /** Called after a read, to change what was read. */
  onRead: ((path: string, bytes: Uint8Array, position: number) => number) | undefined;

  constructor(root?: unknown) {
    this.#root = (root as FolderNode | undefined) ?? newFolder();
  }

  /** Operations that change the disk, so far. */
  get operationCount(): number {
    return this.#operationCount;
  }

  get isCut(): boolean {
    return this.#operationCount >= this.cutAt;
  }

  /** The disk as the next start finds it. */
  afterPowerCut(random: Random): SimulatedFileSystem {
    return new SimulatedFileSystem(settle(this.#root, random, new Map()));
  }

  /** The disk when only the process dies: everything written is there. */
  afterKill(): SimulatedFileSystem {
    return new SimulatedFileSystem(copyNow(this.#root, new Map()));
  }

  openFile(path: string, mode: OpenMode): StoredFile {
    this.#checkPower();
    const folder = this.#folderOf(path);
    let node = folder.entries.get(basename(path));
    if (node !== undefined && mode === "create")
      throw new StorageError("already_exists", "file exists", { path });
    if (node?.kind === "folder") throw new StorageError("io_failed", "not a file", { path });
    if (node === undefined) {
      if (mode === "read") throw new StorageError("not_found", "no such file", { path });
      this.#begin("create", path);
      const created = newFile();
      node = created;
      this.#change(folder, (entries) => entries.set(basename(path), created));
    }
    return new SimulatedFile(path, node, mode !== "read", (kind) => this.#begin(kind, path), this);
  }

  status(path: string): FileStatus | undefined {
    this.#checkPower();
    const node = this.#find(path);
    if (node === undefined) return undefined;
    return { kind: node.kind, sizeBytes: node.kind === "file" ? node.bytes.length : 0, modifiedMs: 0 };
  }

  list(path: string): readonly FolderEntry[] {
    this.#checkPower();
    const node = this.#find(path);
    if (node?.kind !== "folder") throw new StorageError("not_found", "no such folder", { path });
    return [...node.entries]
      .map(([name, { kind }]) => ({ name, kind }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  readFile(path: string): Uint8Array {
    const file = this.openFile(path, "read");
    const bytes = new Uint8Array(file.size());
    return bytes.subarray(0, file.readInto(bytes, 0));
  }

  async rename(from: string, to: string): Promise<void> {
    await Promise.resolve();
    this.#checkPower();
    const source = this.#folderOf(from);
    const target = this.#folderOf(to);
    const node = source.entries.get(basename(from));
    if (node === undefined) throw new StorageError("not_found", "no such file", { path: from });
    const old = target.entries.get(basename(to));
    if (old?.kind === "folder" && old.entries.size > 0) {
      throw new StorageError("io_failed", "folder not empty", { path: to });
    }
    this.#begin("rename", from);
    if (source === target) {
      this.#change(source, (entries) => {
        entries.delete(basename(from));
        entries.set(basename(to), node);
      });
      return;
    }
    this.#change(target, (entries) => entries.set(basename(to), node));
    this.#change(source, (entries) => entries.delete(basename(from)));
  }

  async removeFile(path: string): Promise<void> {
    await Promise.resolve();
    this.#checkPower();
    const folder = this.#folderOf(path);
    if (folder.entries.get(basename(path))?.kind !== "file") {
      throw new StorageError("not_found", "no such file", { path });
    }
    this.#begin("remove", path);
    this.#change(folder, (entries) => entries.delete(basename(path)));
  }

  async removeFolder(path: string): Promise<void> {
    await Promise.resolve();
    this.#checkPower();
    if (this.#find(path) === undefined) return;
    this.#begin("remove", path);
    this.#change(this.#folderOf(path), (entries) => entries.delete(basename(path)));
  }

  async makeFolder(path: string): Promise<void> {
    await Promise.resolve();
    this.#checkPower();
    if (path === "/" || path === ".") return;
    const found = this.#find(path);
    if (found?.kind === "folder") return;
    if (found !== undefined) throw new StorageError("already_exists", "not a folder", { path });
    await this.makeFolder(dirname(path));
    this.#begin("makeFolder", path);
    const folder = newFolder();
    const parent = this.#folderOf(path);
    parent.entries.set(basename(path), folder);
    parent.synced.set(basename(path), folder);
  }

  async syncFolder(path: string): Promise<void> {
    await Promise.resolve();
    this.#begin("syncFolder", path);
    const folder = this.#find(path);
    if (folder?.kind !== "folder") throw new StorageError("not_found", "no such folder", { path });
    folder.synced = new Map(folder.entries);
    folder.unsynced = [];
  }

  async lockFolder(path: string): Promise<FolderLock> {
    await Promise.resolve();
    this.#checkPower();
    if (this.#find(path)?.kind !== "folder") throw new StorageError("not_found", "no such folder", { path });
    if (this.#locks.has(path)) throw new StorageError("locked", "already open in this process", { path });
    this.#locks.add(path);
    let held = true;
    return {
      isHeld: () => held,
      release: async () => {
        held = false;
        this.#locks.delete(path);
      },
    };
  }

  #begin(kind: OperationKind, path: string): void {
    this.#checkPower();
    if (kind !== "read") this.#operationCount++;
    const code = this.fault?.({ kind, path, number: this.#operationCount });
    if (code !== undefined) throw new StorageError(code, `injected fault in ${kind}`, { path });
    if (this.isCut && kind !== "write") throw new PowerCut(`the power went during ${kind} of ${path}`);
  }

  #checkPower(): void {
    if (this.isCut) throw new PowerCut("there is no power");
  }

  #change(folder: FolderNode, change: (entries: Map<string, Node>) => void): void {
    change(folder.entries);
    folder.unsynced.push(change);
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of path.split("/").filter((name) => name !== "" && name !== ".")) {
      if (node?.kind !== "folder") return undefined;
      node = node.entries.get(part);
    }
    return node;
  }

  #folderOf(path: string): FolderNode {
    const folder = this.#find(dirname(path));
    if (folder?.kind !== "folder")
      throw new StorageError("not_found", "no such folder", { path: dirname(path) });
    return folder;
  }
}

class SimulatedFile implements StoredFile {
  readonly path: string;
  readonly #node: FileNode;
  readonly #writable: boolean;
  readonly #begin: (kind: OperationKind) => void;
  readonly #system: SimulatedFileSystem;

  constructor(
    path: string,
    node: FileNode,
    writable: boolean,
    begin: (kind: OperationKind) => void,
    system: SimulatedFileSystem,
  ) {
    this.path = path;
    this.#node = node;
    this.#writable = writable;
    this.#begin = begin;
    this.#system = system;
  }

  size(): number {
    return this.#node.bytes.length;
  }

  readInto(target: Uint8Array, position: number): number {
    this.#begin("read");
    const part = this.#node.bytes.subarray(position, position + target.length);
    target.set(part);
    return this.#system.onRead?.(this.path, target, position) ?? part.length;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#checkWritable();
    this.#begin("write");
    const copy = new Uint8Array(bytes);
    this.#node.bytes = applyWrite(this.#node.bytes, position, copy);
    this.#node.unsynced.push({ position, bytes: copy });
    if (this.#system.isCut) throw new PowerCut(`the power went during a write of ${this.path}`);
  }

  truncate(sizeBytes: number): void {
    this.#checkWritable();
    this.#begin("truncate");
    if (sizeBytes === this.#node.bytes.length) return;
    this.#node.bytes = applyTruncate(this.#node.bytes, sizeBytes);
    this.#node.unsynced.push({ size: sizeBytes });
  }

  async sync(): Promise<void> {
    // What is written after the call is not covered.
    const bytes = this.#node.bytes;
    const count = this.#node.unsynced.length;
    await Promise.resolve();
    this.#begin("sync");
    this.#node.synced = bytes;
    this.#node.unsynced = this.#node.unsynced.slice(count);
  }

  close(): void {}

  #checkWritable(): void {
    if (!this.#writable) throw new StorageError("io_failed", "opened for reading", { path: this.path });
  }
}

function applyWrite(bytes: Uint8Array, position: number, written: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.max(bytes.length, position + written.length));
  result.set(bytes);
  result.set(written, position);
  return result;
}

function applyTruncate(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size));
  return result;
}

function settle(node: Node, random: Random, done: Map<Node, Node>): Node {
  const earlier = done.get(node);
  if (earlier !== undefined) return earlier;
  if (node.kind === "file") {
    const file = newFile(settleFile(node, random));
    done.set(node, file);
    return file;
  }
  const folder = newFolder();
  done.set(node, folder);
  const entries = new Map(node.synced);
  // Some file systems keep the order of name changes, others keep any of them.
  const ordered = random.integer(2) === 0;
  const keptCount = random.integer(node.unsynced.length + 1);
  for (const [i, change] of node.unsynced.entries()) {
    if (ordered ? i < keptCount : random.integer(2) === 0) change(entries);
  }
  for (const [name, child] of entries) folder.entries.set(name, settle(child, random, done));
  folder.synced = new Map(folder.entries);
  return folder;
}

function settleFile(node: FileNode, random: Random): Uint8Array {
  let bytes = node.synced;
  // Sometimes everything made it, sometimes nothing, sometimes any of the sectors.
  const mood = random.integer(4);
  for (const change of node.unsynced) {
    if ("size" in change) {
      if (mood === 0 || (mood > 1 && random.integer(2) === 0)) bytes = applyTruncate(bytes, change.size);
      continue;
    }
    for (let at = 0; at < change.bytes.length; ) {
      const position = change.position + at;
      const size = Math.min(SECTOR_SIZE - (position % SECTOR_SIZE), change.bytes.length - at);
      const kept = mood === 0 || (mood > 1 && random.integer(2) === 0);
      if (kept) bytes = applyWrite(bytes, position, change.bytes.subarray(at, at + size));
      at += size;
    }
  }
  return bytes;
}

function copyNow(node: Node, done: Map<Node, Node>): Node {
  const earlier = done.get(node);
  if (earlier !== undefined) return earlier;
  if (node.kind === "file") {
    const file = newFile(node.bytes);
    done.set(node, file);
    return file;
  }
  const folder = newFolder();
  done.set(node, folder);
  for (const [name, child] of node.entries) folder.entries.set(name, copyNow(child, done));
  folder.synced = new Map(folder.entries);
  return folder;
}
