import {
  args,
  bigint,
  defineProcedure,
  flag,
  type Procedure,
  type ProcedureSession,
  rest,
  SqlError,
  short,
  text,
} from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_checkout",
  summary: "Moves the session to a branch, or restores tables from the staged state.",
  privilege: "read",
  args: args({
    positionals: { target: rest(text) },
    options: {
      b: short("b", text),
      B: short("B", text),
      track: short("t", text),
      force: short("f", flag),
    },
  }),
  columns: { status: bigint, message: text },
  async run(session, { target, b, B, track }) {
    await session.commitTransaction();
    const created = b ?? B;
    const message =
      created === undefined
        ? await switchTo(session, target, track)
        : await createAndSwitch(session, created, {
            start: target[0] ?? track,
            force: B !== undefined,
            track,
          });
    return [{ status: 0n, message }];
  },
});

async function createAndSwitch(
  session: ProcedureSession,
  name: string,
  options: {
    readonly start: string | undefined;
    readonly force: boolean;
    readonly track: string | undefined;
  },
): Promise<string> {
  if (name === "") throw new SqlError("ER_WRONG_ARGUMENTS", "error: cannot checkout empty string");
  session.requireWrite();
  await session.database.branches.create(name, {
    start: options.start ?? session.branch,
    current: session.branch,
    force: options.force,
  });
  if (options.track !== undefined) await session.database.branches.setUpstream(name, options.track);
  await session.checkout(name);
  return `Switched to branch '${name}'`;
}

async function switchTo(
  session: ProcedureSession,
  target: readonly string[],
  track: string | undefined,
): Promise<string> {
  const { branches } = session.database;
  const [name] = target;
  if (name === undefined && track !== undefined) {
    const local = track.slice(track.indexOf("/") + 1);
    return createAndSwitch(session, local, {
      start: track,
      force: false,
      track,
    });
  }
  if (name === undefined || name === "")
    throw new SqlError("ER_WRONG_ARGUMENTS", "error: cannot checkout empty string");
  if (target.length === 1 && branches.has(name)) {
    const already = name === session.branch;
    // Also then: the current database may be a tag or a commit of this one.
    await session.checkout(name);
    return already ? `Already on branch '${name}'` : `Switched to branch '${name}'`;
  }
  const remote = target.length === 1 ? branches.findRemote(name) : undefined;
  if (remote !== undefined) {
    await createAndSwitch(session, name, {
      start: remote,
      force: false,
      track: remote,
    });
    return `Switched to branch '${name}'\nbranch '${name}' set up to track '${remote}'.`;
  }
  if (target.length === 1 && branches.hasRevision(name, session.branch)) {
    throw new SqlError(
      "ER_WRONG_ARGUMENTS",
      `'${name}' is not a branch, and a session is always on one. To make a branch there: CALL dolt_checkout('-b', <new_branch>, '${name}')`,
    );
  }
  session.requireWrite();
  await session.database.checkoutTables(session.branch, target);
  return "";
}
