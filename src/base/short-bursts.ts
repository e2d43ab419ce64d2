/**
 * Work in the background in short bursts. A thread of low priority that computes without a break can keep its processor for
 * a whole tick of the system's clock (4 ms) after a thread that answers clients has become ready to run there; one that
 * sleeps gives it up at once. So jobs in a worker thread rest after each fifth of a millisecond, for four times as long, as
 * long as there are clients to answer: they take a fifth of a processor that is wanted, and the whole of one that is not.
 * When clients would have to wait for a job, it does not rest.
 *
 * Only a thread that has said so rests, and the loops that do its work ask often, because asking costs one look at the clock.
 */
import { workerData } from "node:worker_threads";

const BURST_MS = 0.2;
const REST_MS = 0.8;
/** For so long after a client's last command it is expected to send another one. */
const CLIENTS_STAY_MS = 20;
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** What a worker thread is given to know what happens in the thread that answers clients: two numbers, shared. */
export interface BurstData {
  readonly clients: SharedArrayBuffer;
}

function given(): SharedArrayBuffer {
  const data = workerData as Partial<BurstData> | null;
  return data?.clients ?? new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/** To be handed to each worker thread as its data. */
export const burstData: BurstData = { clients: given() };
const clients = new Int32Array(burstData.clients);
/** How many commands clients have sent, modulo 2^32. */
const COMMANDS = 0;
/** How many there are who want no rests. */
const HURRIES = 1;

/** Of this thread: each has its own copy of the module. */
let restAtMs = Number.POSITIVE_INFINITY;
let seenCommands = 0;
let clientsUntilMs = 0;

/** To be called for each command, by the thread that answers clients. */
export function noteClientCommand(): void {
  clients[COMMANDS] = (clients[COMMANDS] as number) + 1;
}

/** Jobs do not rest until the result is called. */
export function hurryJobs(): () => void {
  Atomics.add(clients, HURRIES, 1);
  return () => Atomics.sub(clients, HURRIES, 1);
}

/** To be called once in a thread that works in the background. */
export function beginShortBursts(): void {
  restAtMs = 0;
  seenCommands = Atomics.load(clients, COMMANDS);
}

/** Whether clients have sent commands lately, as far as the thread has noticed by asking to rest. */
export function clientsAreBusy(): boolean {
  return performance.now() < clientsUntilMs;
}

/** Rests when the burst has lasted long enough and there are clients, and says whether it did. Never in a thread that
 *  answers clients. */
export function restAfterBurst(): boolean {
  if (restAtMs === Number.POSITIVE_INFINITY) return false;
  const nowMs = performance.now();
  if (nowMs < restAtMs) return false;
  const commands = Atomics.load(clients, COMMANDS);
  if (commands !== seenCommands) {
    seenCommands = commands;
    clientsUntilMs = nowMs + CLIENTS_STAY_MS;
  }
  const rests = nowMs < clientsUntilMs && Atomics.load(clients, HURRIES) === 0;
  if (rests) Atomics.wait(NEVER_WOKEN, 0, 0, REST_MS);
  restAtMs = (rests ? performance.now() : nowMs) + BURST_MS;
  return rests;
}
