import { defineConfig } from "vitest/config";

export default defineConfig({
    test: {
        include: ["{infra,stacks,components,gitops,policies,rehearsal,operate}/**/*.test.ts"],
        exclude: ["**/node_modules/**", "policies/dist/**", "rehearsal/out/**"],
        // Pulumi's runtime keeps its state in globals: each file has a process of its own.
        pool: "forks",
        // Generous, so that a slow machine never decides a test; a hang still ends.
        testTimeout: 120_000,
        hookTimeout: 180_000,
        // Two, like the smallest machine we support: servers and engines started by tests want the rest.
        maxWorkers: 2,
    },
});
