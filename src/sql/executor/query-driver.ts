/**
 * Runs an operator to its end: synchronously as long as nothing has to be waited for, else with awaits for locks, for
 * readers that don't keep up, and every few milliseconds for the other connections.
 */
import { type Clock, yieldToOthers } from "../../base/clock.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Frame, Operator } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import { LockWait } from "./lock-wait.ts";

export interface RowConsumer {
  /** Takes the frame's current row; true to stop early. */
  onRow(frame: Frame): boolean;
  /** Something to await before the next row. */
  backPressure(): Promise<void> | undefined;
  /** Forgets the rows it took, which will come again; false when they are gone already. */
  restart(): boolean;
}

const ROWS_BETWEEN_CHECKS = 256;
const SLICE_MS = 10;

/** Opens, drains and closes the operator. Undefined when it was all done without waiting. */
export function drive(
  operator: Operator,
  frame: Frame,
  consumer: RowConsumer,
  clock: Clock,
): Promise<void> | undefined {
  let pending: Promise<void> | undefined;
  try {
    operator.open(frame);
    pending = advance(operator, frame, consumer, clock);
  } catch (error) {
    operator.close(frame);
    if (error instanceof LockWait) return driveAgain(error, operator, frame, consumer, clock);
    throw error;
  }
  if (pending === undefined) {
    operator.close(frame);
    return undefined;
  }
  return driveSlowly(operator, frame, consumer, { pending, clock });
}

interface Slow {
  readonly pending: Promise<void>;
  readonly clock: Clock;
}

async function driveSlowly(
  operator: Operator,
  frame: Frame,
  consumer: RowConsumer,
  slow: Slow,
): Promise<void> {
  try {
    let pending: Promise<void> | undefined = slow.pending;
    while (pending !== undefined) {
      await pending;
      if (frame.context.signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
      pending = advance(operator, frame, consumer, slow.clock);
    }
  } catch (error) {
    if (!(error instanceof LockWait)) throw error;
    operator.close(frame);
    await driveAgain(error, operator, frame, consumer, slow.clock);
  } finally {
    operator.close(frame);
  }
}

/** After a lock that a subquery waits for. Rows that are sent cannot be read again: then the statement is to be repeated. */
async function driveAgain(
  wait: LockWait,
  operator: Operator,
  frame: Frame,
  consumer: RowConsumer,
  clock: Clock,
): Promise<void> {
  await wait.promise;
  if (frame.context.signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
  if (!consumer.restart()) throw sqlError("ER_LOCK_WAIT_TIMEOUT");
  await drive(operator, frame, consumer, clock);
}

/** Goes on until something must be awaited, which it returns; undefined at the end. */
function advance(
  operator: Operator,
  frame: Frame,
  consumer: RowConsumer,
  clock: Clock,
): Promise<void> | undefined {
  // The clock is first looked at after some work: a point look-up never asks it.
  let sliceEnd = -1;
  for (let rows = 1; ; rows++) {
    const step = operator.next(frame);
    if (step === STEP_ROW) {
      if (consumer.onRow(frame)) return undefined;
      if (rows % ROWS_BETWEEN_CHECKS !== 0) continue;
      const pressure = consumer.backPressure();
      if (pressure !== undefined) return pressure;
    } else if (step === STEP_DONE) {
      return undefined;
    } else if (step !== STEP_AGAIN) {
      const { waitFor } = frame;
      frame.waitFor = undefined;
      return waitFor?.promise;
    }
    const now = clock.monotonicMs();
    if (sliceEnd < 0) sliceEnd = now + SLICE_MS;
    else if (now >= sliceEnd) return yieldToOthers();
  }
}
