import {
  args,
  bigint,
  defineProcedure,
  flag,
  type Procedure,
  parseAuthor,
  rest,
  SqlError,
  short,
  text,
} from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_tag",
  summary: "Names a commit for good, or deletes such names.",
  privilege: "write",
  args: args({
    positionals: { name: rest(text) },
    options: {
      message: short("m", text),
      author: text,
      delete: short("d", flag),
      force: short("f", flag),
    },
  }),
  columns: { success: bigint },
  async run(session, { name, ...options }) {
    const [tag, revision] = name;
    if (tag === undefined)
      throw new SqlError("ER_WRONG_ARGUMENTS", "error: name the tag; 'dolt_tags' lists them");
    if (options.delete === true) {
      await session.database.tags.delete(name);
    } else {
      if (name.length > 2)
        throw new SqlError("ER_WRONG_ARGUMENTS", "error: invalid usage; give a tag name and a revision");
      await session.database.tags.create(tag, {
        revision: revision ?? "HEAD",
        current: session.branch,
        message: options.message ?? "",
        tagger: options.author === undefined ? session.identity : parseAuthor(options.author),
        force: options.force === true,
      });
    }
    return [{ success: 1n }];
  },
});
