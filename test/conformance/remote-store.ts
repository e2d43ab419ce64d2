/** What every remote store must do. A store's test gives a way to open the same new place several times. */
import { describe, expect, test } from "vitest";
import type { RemoteStore } from "../../src/remotes/remote-store.ts";

export interface RemotePlace {
  /** A client of the place; each call gives another one. */
  open(): RemoteStore;
}

const NAME_A = `${"a".repeat(32)}.table`;
const NAME_B = `${"b".repeat(32)}.table`;

export function testRemoteStore(name: string, newPlace: () => Promise<RemotePlace>): void {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
  const text = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString();

  describe(`${name} as a remote store`, () => {
    test("has nothing at first, and looking at it makes nothing", async () => {
      const place = await newPlace();
      const store = place.open();
      expect(await store.readManifest()).toBeUndefined();
      expect(await store.listTableFiles()).toEqual([]);
      await expect(store.readTableFile(NAME_A, 0, 1)).rejects.toMatchObject({ code: "not_found" });
      await store.removeTableFile(NAME_A);
      expect(await place.open().readManifest()).toBeUndefined();
      await store.close();
    });

    test("gives ranges of a file back to every client", async () => {
      const place = await newPlace();
      const [writer, reader] = [place.open(), place.open()];
      await writer.putTableFile(NAME_A, bytes("hello world"));
      expect(text(await reader.readTableFile(NAME_A, 6, 5))).toBe("world");
      expect(text(await reader.readTableFile(NAME_A, 0, 11))).toBe("hello world");
      await expect(reader.readTableFile(NAME_A, 6, 6)).rejects.toMatchObject({ code: "corrupted" });
      await expect(reader.readTableFile(NAME_B, 0, 1)).rejects.toMatchObject({ code: "not_found" });
      await writer.close();
      await reader.close();
    });

    test("takes the same file again and again, also at once", async () => {
      const place = await newPlace();
      const [one, two] = [place.open(), place.open()];
      const content = bytes("x".repeat(100_000));
      await Promise.all([one.putTableFile(NAME_A, content), two.putTableFile(NAME_A, content)]);
      await one.putTableFile(NAME_A, content);
      expect(await two.listTableFiles()).toMatchObject([{ name: NAME_A, sizeBytes: 100_000 }]);
      await one.close();
      await two.close();
    });

    test("lists and removes files by name", async () => {
      const store = (await newPlace()).open();
      await store.putTableFile(NAME_B, bytes("b"));
      await store.putTableFile(NAME_A, bytes("a"));
      expect((await store.listTableFiles()).map((file) => file.name)).toEqual([NAME_A, NAME_B]);
      await store.removeTableFile(NAME_A);
      await store.removeTableFile(NAME_A);
      expect((await store.listTableFiles()).map((file) => file.name)).toEqual([NAME_B]);
      await expect(store.readTableFile(NAME_A, 0, 1)).rejects.toMatchObject({ code: "not_found" });
      await store.close();
    });

    test("swaps the manifest only for who saw the current one", async () => {
      const place = await newPlace();
      const [one, two] = [place.open(), place.open()];
      const first = await one.swapManifest(bytes("first"), undefined);
      await expect(two.swapManifest(bytes("other"), undefined)).rejects.toMatchObject({
        code: "precondition_failed",
      });
      const seen = await two.readManifest();
      expect(text(seen?.bytes)).toBe("first");
      expect(seen?.version).toBe(first);
      const second = await two.swapManifest(bytes("second"), first);
      expect(second).not.toBe(first);
      await expect(one.swapManifest(bytes("late"), first)).rejects.toMatchObject({
        code: "precondition_failed",
      });
      expect(text((await one.readManifest())?.bytes)).toBe("second");
      await one.close();
      await two.close();
    });

    test("lets exactly one of many concurrent swaps win, every time", async () => {
      const place = await newPlace();
      const clients = Array.from({ length: 6 }, () => place.open());
      for (let round = 0; round < 4; round++) {
        const before = (await clients[0]!.readManifest())?.version;
        const results = await Promise.allSettled(
          clients.map((client, i) => client.swapManifest(bytes(`round ${round} client ${i}`), before)),
        );
        const winners = results.flatMap((result, i) => (result.status === "fulfilled" ? [i] : []));
        expect(winners).toHaveLength(1);
        for (const result of results) {
          if (result.status === "rejected")
            expect(result.reason).toMatchObject({ code: "precondition_failed" });
        }
        expect(text((await clients[1]!.readManifest())?.bytes)).toBe(`round ${round} client ${winners[0]}`);
      }
      for (const client of clients) await client.close();
    });
  });
}
