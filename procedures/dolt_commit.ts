import {
  args,
  defineProcedure,
  flag,
  optional,
  type Procedure,
  parseAuthor,
  parseDate,
  short,
  text,
} from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_commit",
  summary: "Records the staged tables as a new commit of the current branch.",
  privilege: "write",
  args: args({
    options: {
      message: short("m", text),
      all: short("a", flag),
      ALL: short("A", flag),
      allowEmpty: flag,
      skipEmpty: flag,
      amend: flag,
      author: text,
      date: text,
      force: short("f", flag),
    },
  }),
  columns: { hash: optional(text) },
  async run(session, options) {
    await session.commitTransaction();
    const hash = await session.database.commit(session.branch, {
      message: options.message,
      stageModified: options.all === true,
      stageAll: options.ALL === true,
      allowEmpty: options.allowEmpty === true,
      skipEmpty: options.skipEmpty === true,
      amend: options.amend === true,
      author: options.author === undefined ? session.identity : parseAuthor(options.author),
      dateMs: options.date === undefined ? undefined : parseDate(options.date),
    });
    return hash === undefined ? [] : [{ hash }];
  },
});
