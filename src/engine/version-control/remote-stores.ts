/** The kinds of remote store that this server can open. */
import type { FileSystem } from "../../io/file-system.ts";
import { FileRemoteStore } from "../../remotes/file-remote-store.ts";
import { parseRemoteUrl } from "../../remotes/remote-url.ts";
import type { RemoteOpener } from "./remote-opener.ts";

export function createRemoteOpener(files: FileSystem): RemoteOpener {
  const schemes = ["file"];
  return {
    schemes,
    open: (url) => new FileRemoteStore(parseRemoteUrl(url, schemes).url, files),
  };
}
