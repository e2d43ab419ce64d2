import { describe, expect, test } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { mapRefName, parseRefspec } from "../../src/remotes/refspec.ts";
import { RemoteError } from "../../src/remotes/remote-error.ts";
import { parseRemoteUrl } from "../../src/remotes/remote-url.ts";
import { withRetry } from "../../src/remotes/retry.ts";

const SCHEMES = ["file", "s3", "http", "https"];

describe("a remote's URL", () => {
  test.each([
    ["file:///a/b", "file:///a/b"],
    ["FILE:///a/b/", "file:///a/b"],
    ["file:///a/../b//c/./d/", "file:///b/c/d"],
    ["file://localhost/a", "file:///a"],
    ["file:///with%20blank", "file:///with%20blank"],
    ["file:///with blank", "file:///with%20blank"],
    [" file:///a ", "file:///a"],
    ["s3://bucket/path/", "s3://bucket/path"],
    ["https://host:8080/db", "https://host:8080/db"],
  ])("%s is %s", (text, url) => {
    expect(parseRemoteUrl(text, SCHEMES).url).toBe(url);
  });

  test.each([
    ["", "bad_url", "empty"],
    ["/bare/path", "bad_url", "file:///bare/path"],
    ["relative/path", "bad_url", "absolute"],
    ["./x", "bad_url", "absolute"],
    ["name", "bad_url", "absolute"],
    ["host:3306/x", "bad_url", "absolute"],
    ["file:/a", "bad_url", "file:///a"],
    ["file://rel/x", "bad_url", "file:///rel/x"],
    ["file:///", "bad_url", "root folder"],
    ["file:///a?b=c", "bad_url", "%3F"],
    ["file:///a%2Fb", "bad_url", "decoded"],
    ["nosuch://x/y", "unknown_scheme", "'nosuch'"],
    ["mem://x", "unknown_scheme", "'mem'"],
    ["https://user:secret@host/db", "bad_url", "credentials"],
  ])("%s is refused at once (%s)", (text, code, part) => {
    const refused = expect.objectContaining({ code, message: expect.stringContaining(part) });
    expect(() => parseRemoteUrl(text, SCHEMES)).toThrow(refused);
    expect(() => parseRemoteUrl(text, SCHEMES)).not.toThrow(/secret/);
  });
});

describe("refspecs", () => {
  test("map names with and without a star", () => {
    const all = parseRefspec("+refs/heads/*:refs/remotes/origin/*");
    expect(all.force).toBe(true);
    expect(mapRefName(all, "refs/heads/a/b")).toBe("refs/remotes/origin/a/b");
    expect(mapRefName(all, "refs/tags/a")).toBeUndefined();
    expect(mapRefName(parseRefspec("refs/heads/a$&:x*".replace("*", "")), "refs/heads/a$&")).toBe("x");
    expect(parseRefspec(":gone")).toEqual({ force: false, source: "", destination: "gone" });
    expect(parseRefspec("main")).toEqual({ force: false, source: "main", destination: "main" });
  });

  test.each(["", "a:b:c", "a b", "*:x", "x:*", "**:**", "a:"])("'%s' is refused", (text) => {
    expect(() => parseRefspec(text)).toThrow(expect.objectContaining({ code: "invalid_refspec" }));
  });
});

describe("withRetry", () => {
  test("repeats what may succeed later, with growing pauses, and nothing else", async () => {
    const clock = new ManualClock();
    let attempts = 0;
    const work = withRetry(
      async () => {
        attempts++;
        if (attempts < 4) throw new RemoteError("unreachable", "u", "not now");
        return "done";
      },
      { clock, random: new SeededRandom(1), firstPauseMs: 100 },
    );
    for (let i = 0; i < 200; i++) {
      await Promise.resolve();
      clock.advance(10);
    }
    expect(await work).toBe("done");
    expect(attempts).toBe(4);
    const failing = withRetry(async () => {
      attempts++;
      throw new RemoteError("unauthorized", "u", "never");
    });
    await expect(failing).rejects.toMatchObject({ code: "unauthorized" });
    expect(attempts).toBe(5);
  });
});
