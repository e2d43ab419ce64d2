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
  async run({ server, signal }, { url, name, remote, branch }) {
    await server.clone(url, {
      remote: remote ?? "origin",
      signal,
      ...(name === undefined ? {} : { name }),
      ...(branch === undefined ? {} : { branch }),
    });
    return [{ success: 1n }];
  },
});
