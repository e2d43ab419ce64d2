/**
 * When answers are sent. Handing bytes to the system is the dearest part of a short statement, and dearer still when it
 * wakes a client on an idle processor; answers sent back to back share that cost. So the answers to what came in together
 * wait for each other: until the event loop has been through all that was ready, or for a moment at most. When few come
 * together, waiting only costs them time: then most are sent at once, and one now and then tries anew.
 */
import { type Clock, whenThisTurnEnds } from "../base/clock.ts";
import type { ClientStream } from "./client-stream.ts";

/** How old the first answer may grow, in milliseconds, before the next one sends them all. */
const WAIT_MAX_MS = 0.25;
/** Fewer answers than this are not worth waiting for. */
const TOGETHER_MIN = 2;
/** Answers sent at once after too few had come together. */
const SENT_AT_ONCE = 24;

export class AnswerQueue {
  readonly #clock: Clock;
  #waiting: ClientStream[] = [];
  #sent: ClientStream[] = [];
  #sinceMs = 0;
  #toSendAtOnce = SENT_AT_ONCE;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends what the stream has written, now or very soon. */
  send(stream: ClientStream): void {
    if (this.#toSendAtOnce > 0) {
      this.#toSendAtOnce--;
      stream.flush();
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    if (this.#waiting.push(stream) === 1) {
      this.#sinceMs = nowMs;
      whenThisTurnEnds(this.#sendAll);
    } else if (nowMs - this.#sinceMs > WAIT_MAX_MS) {
      this.#sendAll();
    }
  }

  readonly #sendAll = (): void => {
    const streams = this.#waiting;
    if (streams.length === 0) return;
    this.#waiting = this.#sent;
    for (let at = 0; at < streams.length; at++) streams[at]?.flush();
    if (streams.length < TOGETHER_MIN) this.#toSendAtOnce = SENT_AT_ONCE;
    streams.length = 0;
    this.#sent = streams;
  };
}
