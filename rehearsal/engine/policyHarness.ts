import { afterAll, beforeAll } from "vitest";
import { startDoubles } from "../doubles/doubles";
import { describeWithTools } from "../toolchain/testTools";
import "./policyMatchers";
import { ProgramRunner, type ProgramOptions, type ProgramResult } from "./programRunner";

/**
 * A `describe` whose tests run small programs through the real engine under a policy pack: by default the shipped one.
 * About a second a run. Brings the matchers `toBeRedFor` and `toBeGreen`.
 *
 * @example
 * describePolicies("own-region", (run) => {
 *     it("refuses a bucket in another region", async () => {
 *         const result = await run({ stack: "dr", program: () => void new aws.s3.Bucket("b", {}, { provider: usEast1() }) });
 *         expect(result).toBeRedFor("own-region", /us-east-1/);
 *     });
 * });
 */
export function describePolicies(title: string, body: (run: (options: ProgramOptions) => Promise<ProgramResult>) => void, policyPack?: string): void {
    describeWithTools(title, ["pulumi"], (tools) => {
        let runner: ProgramRunner | undefined;
        let stopDoubles = async () => {};
        beforeAll(async () => {
            const doubles = await startDoubles();
            stopDoubles = () => doubles.stop();
            runner = await ProgramRunner.start({ tools, doubles, policyPack });
        });
        afterAll(async () => {
            await runner?.stop();
            await stopDoubles();
        });
        body((options) => {
            if (runner === undefined) throw new Error("a program can only run inside a test");
            return runner.run(options);
        });
    });
}
