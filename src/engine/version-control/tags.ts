/** Tags: names of commits that do not move. */
import { systemClock } from "../../base/clock.ts";
import { checkTagName } from "../../vcs/ref-name.ts";
import { TAGS_PREFIX } from "../../vcs/refs.ts";
import { resolveCommit } from "../../vcs/revision.ts";
import { writeTag } from "../../vcs/tag.ts";
import { VersionError } from "../../vcs/version-error.ts";
import type { Identity, Tags } from "../procedures/repository.ts";
import type { VersionStore } from "./version-store.ts";

export class StoredTags implements Tags {
  readonly #store: VersionStore;

  constructor(store: VersionStore) {
    this.#store = store;
  }

  async create(
    name: string,
    options: {
      readonly revision: string;
      readonly current: string;
      readonly message: string;
      readonly tagger: Identity;
      readonly force: boolean;
    },
  ): Promise<void> {
    checkTagName(name);
    const { chunks } = this.#store;
    await this.#store.updateRefs((refs) => {
      if (!options.force && refs.get(TAGS_PREFIX + name) !== undefined) {
        throw new VersionError("ref_exists", name, `fatal: tag '${name}' already exists`);
      }
      const commit = resolveCommit({ chunks, refs, branch: options.current }, options.revision);
      const tagger = { ...options.tagger, dateMs: systemClock.now() };
      return new Map([[TAGS_PREFIX + name, writeTag(chunks, { commit, tagger, message: options.message })]]);
    });
  }

  async delete(names: readonly string[]): Promise<void> {
    await this.#store.updateRefs((refs) => {
      for (const name of names) {
        if (refs.get(TAGS_PREFIX + name) === undefined) {
          throw new VersionError("ref_not_found", name, `tag not found: ${name}`);
        }
      }
      return new Map(names.map((name) => [TAGS_PREFIX + name, undefined]));
    });
  }
}
