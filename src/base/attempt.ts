/** The outcome of work whose failure is to be dealt with later, after what must happen either way. */
export type Attempt<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly error: unknown };

export async function attempt<T>(task: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { kind: "done", value: await task() };
  } catch (error) {
    return { kind: "failed", error };
  }
}
