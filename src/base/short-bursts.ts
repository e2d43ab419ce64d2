/**
 * Work in the background in short bursts. A thread of low priority that computes without a break can keep its processor for
 * a whole tick of the system's clock (4 ms) after a thread that answers clients has become ready to run there; one that
 * sleeps for a moment gives it up at once. So jobs in a worker thread rest after each 0.4 ms, for as short as the system can
 * sleep (0.07 ms on Linux), as long as there are clients to answer.
 *
 * Only a thread that has said so rests, and the loops that do its work ask often, because asking costs one look at the clock.
 */
import { workerData } from "node:worker_threads";

const BURST_MS = 0.4;
const REST_MS = 0.01;
/** For so long after a client's last command it is expected to send another one. */
const CLIENTS_STAY_MS = 20;
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** What a worker thread is given to know how busy the thread is that answers clients. */
export interface BurstData {
  readonly clientCommands: SharedArrayBuffer;
}

function given(): SharedArrayBuffer {
  const data = workerData as Partial<BurstData> | null;
  return data?.clientCommands ?? new SharedArrayBuffer(4);
}

/** To be handed to each worker thread as its data. */
export const burstData: BurstData = { clientCommands: given() };
/** How many commands clients have sent, modulo 2^32. */
const clientCommands = new Int32Array(burstData.clientCommands);

/** Of this thread: each has its own copy of the module. */
let restAtMs = Number.POSITIVE_INFINITY;
let seenCommands = 0;
let clientsUntilMs = 0;

/** To be called for each command, by the thread that answers clients. */
export function noteClientCommand(): void {
  clientCommands[0] = (clientCommands[0] as number) + 1;
}

/** To be called once in a thread that works in the background. */
export function beginShortBursts(): void {
  restAtMs = 0;
  seenCommands = Atomics.load(clientCommands, 0);
}

/** Rests when the burst has lasted long enough and there are clients, and says whether it did. Never in a thread that
 *  answers clients. */
export function restAfterBurst(): boolean {
  if (restAtMs === Number.POSITIVE_INFINITY) return false;
  const nowMs = performance.now();
  if (nowMs < restAtMs) return false;
  const commands = Atomics.load(clientCommands, 0);
  if (commands !== seenCommands) {
    seenCommands = commands;
    clientsUntilMs = nowMs + CLIENTS_STAY_MS;
  }
  const rests = nowMs < clientsUntilMs;
  if (rests) Atomics.wait(NEVER_WOKEN, 0, 0, REST_MS);
  restAtMs = (rests ? performance.now() : nowMs) + BURST_MS;
  return rests;
}
