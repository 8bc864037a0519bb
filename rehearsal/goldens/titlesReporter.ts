import path from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { expectOnRecord } from "./golden";

/** Ends a run red in which a test on record is no more: renamed without a word, dropped, or hidden behind a condition. */
export default class TitlesReporter implements Reporter {
    #vitest: Vitest | undefined;

    constructor(private readonly options: { readonly of: string }) {}

    onInit(vitest: Vitest): void {
        this.#vitest = vitest;
    }

    async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
        const vitest = this.#vitest!;
        // A run of some files or some titles says nothing of the others.
        if (vitest.config.watch || vitest.config.testNamePattern) return;
        if (modules.length < (await vitest.globTestSpecifications()).length) return;
        try {
            expectOnRecord(`titles/${this.options.of}`, modules.flatMap(titlesOf));
        } catch (error) {
            console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
            process.exitCode = 1;
        }
    }
}

/** A file may move to another folder: its tests go with it. */
function titlesOf(module: TestModule): string[] {
    return [...module.children.allTests()].map((test) => `${path.basename(module.moduleId)}: ${test.fullName}`);
}
