import { args, bigint, defineProcedure, flag, type Procedure, rest, SqlError, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_reset",
  summary: "Unstages tables, or moves the current branch to a revision (--soft, --hard).",
  privilege: "write",
  args: args({
    positionals: { target: rest(text) },
    options: { soft: flag, hard: flag },
  }),
  columns: { success: bigint },
  async run(session, { target, soft, hard }) {
    if (soft === true && hard === true) {
      throw new SqlError("ER_WRONG_ARGUMENTS", "error: --hard and --soft are mutually exclusive options.");
    }
    await session.commitTransaction();
    const { database, branch } = session;
    const [first] = target;
    if (soft === true || hard === true) {
      if (target.length > 1) {
        throw new SqlError(
          "ER_WRONG_ARGUMENTS",
          `--${soft === true ? "soft" : "hard"} supports at most one additional param`,
        );
      }
      await database.reset(branch, soft === true ? "soft" : "hard", first);
    } else if (
      target.length === 1 &&
      first !== undefined &&
      first !== "." &&
      database.branches.hasRevision(first, branch)
    ) {
      await database.reset(branch, "mixed", first);
    } else {
      await database.unstage(branch, first === "." ? [] : target);
    }
    return [{ success: 1n }];
  },
});
