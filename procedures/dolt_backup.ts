import {
  args,
  bigint,
  defineProcedure,
  flag,
  oneOf,
  type Procedure,
  short,
  type TransferResult,
  text,
  unreachable,
} from "#plugin";

const name = args({ positionals: { name: text } });
const force = short("f", flag);

export const procedure: Procedure = defineProcedure({
  name: "dolt_backup",
  summary: "Adds, removes, syncs and restores backups; the dolt_backups table lists them.",
  privilege: "admin",
  args: oneOf({
    add: args({ positionals: { name: text, url: text } }),
    remove: name,
    rm: name,
    sync: args({ positionals: { name: text }, options: { force } }),
    "sync-url": args({ positionals: { url: text }, options: { force } }),
    restore: args({
      positionals: { url: text, database: text },
      options: { force },
    }),
  }),
  columns: { success: bigint },
  async run(session, call) {
    const { signal } = session;
    let transferred: TransferResult | undefined;
    switch (call.command) {
      case "add":
        await session.database.backups.add(call.name, call.url);
        break;
      case "remove":
      case "rm":
        await session.database.backups.remove(call.name);
        break;
      case "sync":
        transferred = await session.database.backups.sync(call.name, {
          force: call.force === true,
          signal,
        });
        break;
      case "sync-url":
        transferred = await session.database.backups.syncUrl(call.url, {
          force: call.force === true,
          signal,
        });
        break;
      case "restore":
        session.requireWrite();
        transferred = await session.server.restore(call.url, call.database, {
          force: call.force === true,
          signal,
        });
        break;
      default:
        unreachable(call);
    }
    if (transferred !== undefined) session.warn(transferred.message);
    return [{ success: 1n }];
  },
});
