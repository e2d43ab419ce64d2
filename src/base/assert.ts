/**
 * Assertions state what the code relies on. A failed assertion is a bug of ours, never a fault of a user, a
 * disk or a network: those get an error of their layer with a code.
 */

/** Thrown by a failed assertion: a bug in CairnDB itself. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws {@link AssertionError} unless `condition` holds. The message says what was expected. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The end of an exhaustive switch: compiles only when every case is handled. */
export function unreachable(value: never): never {
  throw new AssertionError(`unexpected value: ${JSON.stringify(value)}`);
}
