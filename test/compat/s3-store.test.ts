/**
 * The conformance suite against a real S3-compatible store, below `CAIRN_TEST_S3_URL` (`s3://bucket/path?endpoint=…`), with
 * the credentials of the environment. Removes what it wrote.
 */
import { afterAll, describe, test } from "vitest";
import { systemRandom } from "../../src/base/random.ts";
import { parseS3Location } from "../../src/remotes/s3-location.ts";
import { S3Objects } from "../../src/remotes/s3-objects.ts";
import { S3RemoteStore } from "../../src/remotes/s3-remote-store.ts";
import { testRemoteStore } from "../conformance/remote-store.ts";

const base = process.env["CAIRN_TEST_S3_URL"];

if (base === undefined) {
  describe("a real S3 store", () => {
    test.skip("is skipped: set CAIRN_TEST_S3_URL", () => undefined);
  });
} else {
  const places: string[] = [];
  testRemoteStore("A real S3 store", async () => {
    const url = new URL(base);
    url.pathname += `/${Buffer.from(systemRandom.bytes(8)).toString("hex")}`;
    places.push(url.href);
    const location = parseS3Location(url.href);
    return { open: () => new S3RemoteStore(location, { connect: async () => new S3Objects(location) }) };
  });

  afterAll(async () => {
    for (const place of places) {
      const objects = new S3Objects(parseS3Location(place));
      for (const { key } of await objects.list()) await objects.delete(key);
      objects.close();
    }
  });
}
