/** Opens the store behind an address. The engine is given one of these, so that it knows no kind of store by name. */
import type { RemoteStore } from "../../remotes/remote-store.ts";
import type { TransferProgress } from "../../remotes/transfer-progress.ts";

export interface RemoteOpener {
  /** What addresses may begin with, without the colon. */
  readonly schemes: readonly string[];
  /** RemoteError `bad_url` or `unknown_scheme`. Requests under way are given up when the signal is aborted. */
  open(url: string, signal?: AbortSignal): RemoteStore;
}

/** What a transfer tells while it runs. */
export interface TransferWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** `1,234 chunks, 5.6 MB` */
export function describeTransfer({ chunkCount, transferredBytes }: TransferProgress): string {
  const chunks = `${chunkCount.toLocaleString("en-US")} ${chunkCount === 1 ? "chunk" : "chunks"}`;
  return `${chunks}, ${describeSize(transferredBytes)}`;
}

/** `5.6 MB` */
export function describeSize(sizeBytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let size = sizeBytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? String(Math.round(size)) : size.toFixed(1)} ${units[unit] ?? ""}`;
}
