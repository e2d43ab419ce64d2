/**
 * A folder that only one live process holds, without help of the kernel's locks (Node has none).
 *
 * Each process that wants the folder creates a file `LOCK.<identity>` in it and only then lists the others. Whoever
 * lists second sees both files, so two processes can never both believe they are alone; both may give up, and then try
 * again after a random pause. Identities are in the file's name, so creating the lock and signing it is one atomic step.
 * Files of dead processes are removed. A process of another machine or container cannot be asked whether it
 * lives: it touches its file every {@link HEARTBEAT_MS}, and counts as dead after {@link SILENCE_MS} without a touch.
 */
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock, type Timer } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type { FolderLock } from "./file-system.ts";
import {
  identityFromText,
  identityToText,
  livenessOf,
  ownIdentity,
  type ProcessIdentity,
} from "./process-identity.ts";
import { StorageError } from "./storage-error.ts";

export const LOCK_PREFIX = "LOCK.";
const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 10_000;
const ATTEMPT_COUNT_MAX = 5;
const PAUSE_MS_MAX = 60;

/** Throws `locked` when a live process holds `folder`. */
export async function acquireFolderLock(folder: string, clock: Clock = systemClock): Promise<FolderLock> {
  const own = ownIdentity();
  const path = join(folder, LOCK_PREFIX + identityToText(own));
  for (let attempt = 1; ; attempt++) {
    createOwnFile(path, folder);
    const holder = await findLiveHolder(folder, path, clock);
    if (holder === undefined) return new HeldLock(path, clock);
    rmSync(path, { force: true });
    if (attempt === ATTEMPT_COUNT_MAX) throw lockedError(folder, holder);
    await clock.sleep(systemRandom.integer(PAUSE_MS_MAX) + 1);
  }
}

function createOwnFile(path: string, folder: string): void {
  try {
    closeSync(openSync(path, "wx"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new StorageError("locked", "already open in this process", { path: folder });
    if (code === "ENOENT")
      throw new StorageError("not_found", "no such folder", { path: folder, cause: error });
    if (code === "ENOSPC") throw new StorageError("disk_full", "no space left", { path, cause: error });
    throw new StorageError("io_failed", "cannot create the lock file", { path, cause: error });
  }
}

interface Holder {
  readonly path: string;
  readonly identity: ProcessIdentity;
}

async function findLiveHolder(folder: string, ownPath: string, clock: Clock): Promise<Holder | undefined> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!name.startsWith(LOCK_PREFIX) || path === ownPath) continue;
    const identity = identityFromText(name.slice(LOCK_PREFIX.length));
    if (identity === undefined) continue; // Not a lock of ours.
    const liveness = livenessOf(identity);
    if (liveness === "alive") return { path, identity };
    if (liveness === "unknown" && (await isTouched(path, clock))) return { path, identity };
    rmSync(path, { force: true });
  }
  return undefined;
}

/** Watches a lock file of a process that cannot be asked; true as soon as it changes. */
async function isTouched(path: string, clock: Clock): Promise<boolean> {
  const first = modifiedMs(path);
  const deadlineMs = clock.monotonicMs() + SILENCE_MS;
  while (clock.monotonicMs() < deadlineMs) {
    await clock.sleep(HEARTBEAT_MS / 4);
    const now = modifiedMs(path);
    if (now === undefined) return false; // Released.
    if (now !== first) return true;
  }
  return false;
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function lockedError(folder: string, { path, identity }: Holder): StorageError {
  const message = `in use by another process (pid ${identity.pid}, lock file ${path})`;
  return new StorageError("locked", message, { path: folder });
}

class HeldLock implements FolderLock {
  readonly #path: string;
  readonly #clock: Clock;
  #timer: Timer;
  #released = false;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#timer = this.#scheduleTouch();
  }

  isHeld(): boolean {
    return !this.#released && existsSync(this.#path);
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#timer.cancel();
    rmSync(this.#path, { force: true });
  }

  #scheduleTouch(): Timer {
    return this.#clock.startTimer(HEARTBEAT_MS, () => {
      if (!this.isHeld()) return;
      const now = new Date(this.#clock.now());
      try {
        utimesSync(this.#path, now, now);
      } catch {
        // The file went away between the check and the touch: isHeld() tells whoever writes next.
      }
      this.#timer = this.#scheduleTouch();
    });
  }
}
