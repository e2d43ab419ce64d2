/** How far a transfer is. Counts grow until the end; totals are not known before, because chunks lead to chunks. */
export interface TransferProgress {
  readonly chunkCount: number;
  /** Bytes of those chunks before compression. */
  readonly chunkBytes: number;
  /** Bytes that went over the network or to the disk. */
  readonly transferredBytes: number;
}

export type ReportProgress = (progress: TransferProgress) => void;

export interface TransferOptions {
  readonly onProgress?: ReportProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}
