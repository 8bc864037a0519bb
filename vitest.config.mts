import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

const everything = "{infra,stacks,components,gitops,policies,engine,report,testbed,rehearsal,operate,scripts}/**/*";

/** Milliseconds. The longest test of a drill takes a minute where nothing else runs, and four where as much again as ten do. */
const patience = (mode: string) => (mode === "drills" ? 20 : 5) * 60_000;

/** Files that take minutes each: begun last, they would run alone at the end. */
const longest = [
    "deployed.golden.drill.test.ts",
    "environments.drill.test.ts",
    "fullFailover.drill.test.ts",
    "anySystem.drill.test.ts",
    "userOwnedNats.drill.test.ts",
    "streams.drill.test.ts",
    "streamsOfAllKinds.drill.test.ts",
    "failbackLease.drill.test.ts",
    "failedUpdates.drill.test.ts",
    "regionLoss.drill.test.ts",
];

class LongestFirst extends BaseSequencer {
    override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
        const rank = ({ moduleId }: (typeof files)[number]) => {
            const place = longest.findIndex((name) => moduleId.endsWith(`/${name}`));
            return place < 0 ? longest.length : place;
        };
        return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
    }
}

// `npm run test:drills` (mode "drills") repeats the rehearsal's drills as tests, one sabotage after the other, and what takes the engine
// minutes: its own life and the language host's, kills in the middle, a phase by all its wrong orders.
export default defineConfig(({ mode }) => ({
    test: {
        include: [mode === "drills" ? `${everything}.drill.test.ts` : `${everything}.test.ts`],
        exclude: [
            "**/node_modules/**",
            "policies/dist/**",
            "rehearsal/out/**",
            ...(mode === "drills" ? [] : ["**/*.drill.test.ts"]),
        ],
        // Pulumi's runtime keeps its state in globals: each file has a process of its own.
        pool: "forks",
        // Generous, so that a slow machine never decides a test; a hang still ends. No file sets less for itself.
        testTimeout: patience(mode),
        hookTimeout: patience(mode),
        // One more than the smallest machine has processors: a test that waits for an engine or a server leaves its own idle.
        maxWorkers: 3,
        sequence: { sequencer: LongestFirst },
        // Warnings that a test provokes on purpose are read by the test.
        silent: "passed-only",
        // No test on record disappears without a word.
        reporters: [
            "default",
            ["./rehearsal/goldens/titlesReporter.ts", { of: mode === "drills" ? "drills" : "tests" }],
        ],
    },
}));
