import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LOCK_PREFIX } from "../../src/io/folder-lock.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { identityToText, livenessOf, ownIdentity } from "../../src/io/process-identity.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const LOCK_MODULE = new URL("../../src/io/folder-lock.ts", import.meta.url).href;
const HOLDER = `
  const { acquireFolderLock } = await import(${JSON.stringify(LOCK_MODULE)});
  try {
    await acquireFolderLock(process.argv[1]);
    console.log("held");
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(error.code);
  }`;

const children: ChildProcess[] = [];
let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  folder[Symbol.dispose]();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function startHolder(): Promise<{ child: ChildProcess; answer: string }> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", HOLDER, folder.path],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  const [answer] = (await once(child.stdout!, "data")) as [Buffer];
  return { child, answer: answer.toString().trim() };
}

describe("a folder lock", () => {
  test("keeps another process out until that one is killed", async () => {
    const files = new NodeFileSystem();
    const { child, answer } = await startHolder();
    expect(answer).toBe("held");
    await expect(files.lockFolder(folder.path)).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining(`pid ${child.pid}`),
    });
    await kill(child);
    const lock = await files.lockFolder(folder.path);
    expect(lock.isHeld()).toBe(true);
    expect((await startHolder()).answer).toBe("locked");
    await lock.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("is given to at most one of several processes that want it at once", async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => startHolder()));
    const held = answers.filter(({ answer }) => answer === "held");
    expect(held.length).toBeLessThanOrEqual(1);
    expect(answers.length - held.length).toBe(answers.filter(({ answer }) => answer === "locked").length);
  });

  test("of a process number that now belongs to another process is taken over", async () => {
    const reused = identityToText({ ...ownIdentity(), startTime: "1" });
    writeFileSync(join(folder.path, LOCK_PREFIX + reused), "");
    const lock = await new NodeFileSystem().lockFolder(folder.path);
    expect(readdirSync(folder.path)).toHaveLength(1);
    await lock.release();
  });

  test("of an earlier boot of this machine is taken over", () => {
    expect(livenessOf({ ...ownIdentity(), boot: "0123456789abcdef" })).toBe("dead");
  });

  test("of another machine or container cannot be judged by process numbers", () => {
    expect(livenessOf({ ...ownIdentity(), host: "abcd1234" })).toBe("unknown");
    expect(livenessOf({ ...ownIdentity(), namespace: "1" })).toBe("unknown");
    expect(livenessOf(ownIdentity())).toBe("alive");
  });
});
