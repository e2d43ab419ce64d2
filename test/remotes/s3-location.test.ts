import { describe, expect, test } from "vitest";
import { parseRemoteUrl } from "../../src/remotes/remote-url.ts";
import { parseS3Location } from "../../src/remotes/s3-location.ts";

describe("an s3 URL", () => {
  test("names bucket, prefix, endpoint and region", () => {
    const text = "s3://backups/team/my%20db?region=eu-west-1&endpoint=https://minio.example:9000/";
    expect(parseS3Location(text)).toEqual({
      url: "s3://backups/team/my%20db?endpoint=https://minio.example:9000&region=eu-west-1",
      bucket: "backups",
      prefix: "team/my db/",
      endpoint: "https://minio.example:9000",
      region: "eu-west-1",
      pathStyle: true,
    });
    expect(parseS3Location("s3://backups")).toMatchObject({ prefix: "", pathStyle: false });
  });

  test.each([
    ["S3://bucket/path/", "s3://bucket/path"],
    ["s3://bucket/", "s3://bucket"],
    ["s3://bucket/a/../b", "s3://bucket/b"],
    ["s3://bucket/p?path-style=false", "s3://bucket/p"],
    ["s3://bucket/p?path-style=true", "s3://bucket/p?path-style=true"],
    ["s3://bucket/p?endpoint=http%3A%2F%2Fh%3A1&path-style=true", "s3://bucket/p?endpoint=http://h:1"],
    [
      "s3://bucket/p?path-style=false&endpoint=http://h:1",
      "s3://bucket/p?endpoint=http://h:1&path-style=false",
    ],
  ])("%s is %s", (text, url) => {
    expect(parseRemoteUrl(text, ["s3"])).toEqual({ scheme: "s3", url });
    expect(parseRemoteUrl(url, ["s3"]).url).toBe(url);
  });

  test.each([
    [
      "s3://bucket/p?foo=secret",
      'unknown s3 url parameter "foo"; supported parameters are endpoint, path-style, region',
    ],
    ["s3://key:secret@bucket/p", "credentials"],
    ["s3://bucket/p?endpoint=http://u:secret@h", "credentials"],
    ["s3://bucket/p?endpoint=minio:9000", "http://host:port"],
    ["s3://bucket/p?endpoint=http://h/path", "http://host:port"],
    ["s3://bucket/p?path-style=yes", "true or false"],
    ["s3://bucket/p?region=a&region=b", "twice"],
    ["s3://bucket/p?region=", "empty"],
    ["s3://bucket:9000/p", "endpoint"],
    ["s3://bucket//p", "empty"],
    ["s3://bucket/a%2Fb", "slash"],
    ["s3://bucket/p#x", "%23"],
    ["s3://b!/p", "no bucket name"],
    ["s3:///p", "no bucket name"],
  ])("%s is refused at once", (text, part) => {
    const refused = expect.objectContaining({ code: "bad_url", message: expect.stringContaining(part) });
    expect(() => parseRemoteUrl(text, ["s3"])).toThrow(refused);
    expect(() => parseRemoteUrl(text, ["s3"])).not.toThrow(/secret/);
  });
});
