import { args, bigint, defineProcedure, oneOf, type Procedure, text, unreachable } from "#plugin";

const name = args({ positionals: { name: text } });

export const procedure: Procedure = defineProcedure({
  name: "dolt_remote",
  summary: "Adds and removes remotes of the current database; the dolt_remotes table lists them.",
  privilege: "admin",
  args: oneOf({
    add: args({ positionals: { name: text, url: text } }),
    remove: name,
    rm: name,
  }),
  columns: { success: bigint },
  async run({ database }, call) {
    switch (call.command) {
      case "add":
        await database.remotes.add(call.name, call.url);
        break;
      case "remove":
      case "rm":
        await database.remotes.remove(call.name);
        break;
      default:
        unreachable(call);
    }
    return [{ success: 1n }];
  },
});
