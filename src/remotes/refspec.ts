/**
 * Refspecs as git writes them: `[+]source:destination`, with at most one `*` on each side. `+` allows an update that
 * is not a fast-forward.
 */
import { HEADS_PREFIX, REMOTES_PREFIX } from "../vcs/refs.ts";
import { RemoteError } from "./remote-error.ts";

export interface Refspec {
  readonly force: boolean;
  /** Empty: delete the destination (push only). */
  readonly source: string;
  readonly destination: string;
}

/** Throws `invalid_refspec`. Both sides may be short names: the caller knows where to look for them. */
export function parseRefspec(text: string): Refspec {
  const invalid = (): RemoteError => new RemoteError("invalid_refspec", text, `invalid ref spec: '${text}'`);
  const force = text.startsWith("+");
  const parts = (force ? text.slice(1) : text).split(":");
  const [source = "", destination = source] = parts;
  if (parts.length > 2 || destination === "" || /\s/.test(text)) throw invalid();
  const stars = (side: string): number => side.split("*").length - 1;
  if (stars(source) !== stars(destination) || stars(source) > 1) throw invalid();
  return { force, source, destination };
}

/** The refspec that a remote gets when it is added. */
export function defaultFetchSpec(remoteName: string): string {
  return `+${HEADS_PREFIX}*:${REMOTES_PREFIX}${remoteName}/*`;
}

/** Where `name` goes by a refspec of full names; undefined when the refspec is not about it. */
export function mapRefName(spec: Refspec, name: string): string | undefined {
  const star = spec.source.indexOf("*");
  if (star < 0) return name === spec.source ? spec.destination : undefined;
  const before = spec.source.slice(0, star);
  const after = spec.source.slice(star + 1);
  const fits = name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
  if (!fits) return undefined;
  return spec.destination.replace("*", () => name.slice(before.length, name.length - after.length));
}
