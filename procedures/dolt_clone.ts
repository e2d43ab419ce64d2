import { args, bigint, defineProcedure, optional, type Procedure, short, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_clone",
  summary: "Makes a new database from a remote.",
  privilege: "admin",
  args: args({
    positionals: { url: text, name: optional(text) },
    options: { remote: text, branch: short("b", text) },
  }),
  columns: { success: bigint },
  async run(session, { url, name, remote, branch }) {
    const { message } = await session.server.clone(url, {
      remote: remote ?? "origin",
      signal: session.signal,
      ...(name === undefined ? {} : { name }),
      ...(branch === undefined ? {} : { branch }),
    });
    session.warn(message);
    return [{ success: 1n }];
  },
});
