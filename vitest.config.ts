import { defineConfig } from "vitest/config";

/** `npm test` runs everything but `compat`, which needs real clients and the built server. */
export default defineConfig({
  resolve: { conditions: ["development"] },
  ssr: { resolve: { conditions: ["development"] } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/compat/**"] },
      },
      { extends: true, test: { name: "compat", include: ["test/compat/**/*.test.ts"], fileParallelism: false } },
    ],
  },
});
