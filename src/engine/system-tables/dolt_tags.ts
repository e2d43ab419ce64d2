/** `dolt_tags`: names of commits that do not move. */
import { hashToText } from "../../bytes/hash.ts";
import { TAGS_PREFIX } from "../../vcs/refs.ts";
import { readTag } from "../../vcs/tag.ts";
import { dateColumn, dateOfMs, type SystemTable, textColumn } from "./system-table.ts";

export const doltTags: SystemTable = {
  name: "dolt_tags",
  columns: [
    textColumn("tag_name", { primaryKey: true }),
    textColumn("tag_hash", { primaryKey: true }),
    textColumn("tagger"),
    textColumn("email"),
    dateColumn("date"),
    textColumn("message"),
  ],
  *rows({ store }) {
    for (const { name, address } of store.refs().list(TAGS_PREFIX)) {
      const { commit, tagger, message } = readTag(store.chunks, address);
      yield [
        name.slice(TAGS_PREFIX.length),
        hashToText(commit),
        tagger.name,
        tagger.email,
        dateOfMs(tagger.dateMs),
        message,
      ];
    }
  },
};
