/** The kinds of remote store that this server can open. */
import type { FileSystem } from "../../io/file-system.ts";
import { FileRemoteStore } from "../../remotes/file-remote-store.ts";
import { parseRemoteUrl } from "../../remotes/remote-url.ts";
import { parseS3Location } from "../../remotes/s3-location.ts";
import { S3RemoteStore } from "../../remotes/s3-remote-store.ts";
import type { RemoteOpener } from "./remote-opener.ts";

export function createRemoteOpener(files: FileSystem): RemoteOpener {
  const schemes = ["file", "s3"];
  const trusted = new Set<string>();
  return {
    schemes,
    open: (text, signal) => {
      const { scheme, url } = parseRemoteUrl(text, schemes);
      if (scheme !== "s3") return new FileRemoteStore(url, files);
      return new S3RemoteStore(parseS3Location(url), {
        trusted,
        connect: async (location) => {
          // Loaded when first used: the SDK takes 0.2 s, which every start of the server and of a command would pay.
          const { S3Objects } = await import("../../remotes/s3-objects.ts");
          return new S3Objects(location, signal);
        },
      });
    },
  };
}
