/** `dolt_remotes`: names and addresses. The address is shown only to accounts that may use remotes. */
import { parseJson } from "../../values/json-parse.ts";
import { REMOTES, readSetting } from "../version-control/settings.ts";
import { jsonColumn, type SystemTable, textColumn } from "./system-table.ts";

export const doltRemotes: SystemTable = {
  name: "dolt_remotes",
  columns: [
    textColumn("name", { primaryKey: true }),
    textColumn("url", { nullable: true }),
    jsonColumn("fetch_specs"),
    jsonColumn("params"),
  ],
  *rows({ store, seesAddresses }) {
    const entries = Object.entries(readSetting(store.chunks, store.refs(), REMOTES));
    for (const [name, { url, fetchSpecs }] of entries.sort(([left], [right]) => (left < right ? -1 : 1))) {
      yield [name, seesAddresses ? url : null, parseJson(JSON.stringify(fetchSpecs)), parseJson("{}")];
    }
  },
};
