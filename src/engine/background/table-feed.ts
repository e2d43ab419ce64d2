/**
 * Table files on their way from the thread that packs them to the one that sends them. Each is handed over without being
 * copied; the next is packed meanwhile, and handed over when the one before was taken.
 */
import type { MessagePort } from "node:worker_threads";
import type { EmitTable, PackedTable } from "../../remotes/pack-chunks.ts";

/** The packing end. */
export class TableFeed {
  readonly #port: MessagePort;
  #waiting = 0;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", () => {
      this.#waiting--;
      this.#wake?.();
    });
    port.on("close", () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  async give(table: PackedTable): Promise<void> {
    await this.finish();
    this.#waiting++;
    this.#port.postMessage(table, [table.bytes.buffer]);
  }

  /** Resolves when all tables given were taken. */
  async finish(): Promise<void> {
    while (this.#waiting > 0) {
      if (this.#closed) throw new Error("nobody takes the table files any more");
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}

/** The sending end: gives each table to `emit`. When that throws the port is closed, and `failure` tells why. */
export class TableReceiver {
  failure: { readonly error: unknown } | undefined;

  constructor(port: MessagePort, emit: EmitTable) {
    port.on("message", (table: PackedTable) => {
      emit(table).then(
        () => port.postMessage("taken"),
        (error: unknown) => {
          this.failure ??= { error };
          port.close();
        },
      );
    });
  }
}
