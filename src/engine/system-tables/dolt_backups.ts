/** `dolt_backups`: names and addresses. The address is shown only to accounts that may use backups. */
import { parseJson } from "../../values/json-parse.ts";
import { BACKUPS, readSetting } from "../version-control/settings.ts";
import { jsonColumn, type SystemTable, textColumn } from "./system-table.ts";

export const doltBackups: SystemTable = {
  name: "dolt_backups",
  columns: [
    textColumn("name", { primaryKey: true }),
    textColumn("url", { nullable: true }),
    jsonColumn("params"),
  ],
  *rows({ store, seesAddresses }) {
    const entries = Object.entries(readSetting(store.chunks, store.refs(), BACKUPS));
    for (const [name, { url }] of entries.sort(([left], [right]) => (left < right ? -1 : 1))) {
      yield [name, seesAddresses ? url : null, parseJson("{}")];
    }
  },
};
