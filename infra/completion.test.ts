import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { Completion } from "./completion";

class Thing extends pulumi.CustomResource {
    constructor(name: string) {
        super("test:index:Thing", name, {});
    }
}

type Outputs = Record<string, unknown>;

/** What the engine is given as the stack's outputs, in order, and how the program ended. */
async function run(
    build: (begin: () => void) => Promise<Record<string, pulumi.Input<unknown>>>,
    { leftOut = [], preview = false }: { leftOut?: readonly string[]; preview?: boolean } = {},
) {
    const given: Outputs[] = [];
    const registered: string[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => {
                registered.push(name);
                // As the engine does with a resource that is no target: a URN, and no id.
                return { id: leftOut.includes(name) ? "" : `${name}-id`, state: inputs };
            },
            call: ({ inputs }) => inputs,
        },
        "atlas-dr",
        "dr",
        preview,
    );
    const monitor = pulumi.runtime.getMonitor() as unknown as { registerResourceOutputs: Register };
    const register = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResourceOutputs = (request, answer) => {
        given.push(request.getOutputs().toJavaScript());
        register(request, answer);
    };
    const completion = new Completion({ phase: 11, bucket: "b" }, 12);
    let failure: unknown;
    await pulumi.runtime.runInPulumiStack(() =>
        completion.outputsOf(build).catch((error: Error) => {
            failure = error;
            return {};
        }),
    );
    await pulumi.runtime.disconnect();
    return { given, registered, failure };
}

type Register = (request: { getOutputs(): { toJavaScript(): Outputs } }, answer: unknown) => void;

const former = { phase: 11, bucket: "b", unfinished: { phase: 12 } };

describe("the outputs of an update", () => {
    it("are the former ones, marked as unfinished, until every resource is deployed", async () => {
        const { given } = await run(async (begin) => {
            begin();
            new Thing("one");
            return { phase: 12 };
        });
        expect(given).toEqual([former, { phase: 12 }]);
    });

    it("wait for what is registered while others are waited for", async () => {
        const { given, registered } = await run(async (begin) => {
            begin();
            new Thing("one").id.apply(() => new Thing("two").id.apply(() => void new Thing("three")));
            return { phase: 12 };
        });
        expect(registered.filter((name) => /one|two|three/.test(name))).toEqual(["one", "two", "three"]);
        expect(given.at(-1)).toEqual({ phase: 12 });
    });

    it.each(["one", "two"])("stay the former ones where the engine leaves %s out", async (left) => {
        const { given } = await run(
            async (begin) => {
                begin();
                new Thing("one");
                new Thing("two");
                return { phase: 12 };
            },
            { leftOut: [left] },
        );
        expect(given).toEqual([former, former]);
    });

    it.each([new Error("no such zone"), Object.assign(new Error("14 UNAVAILABLE"), { code: 14 })])(
        "stay the former ones where the program fails after it began, and it does fail: %s",
        async (error) => {
            const { given, failure } = await run(async (begin) => {
                begin();
                new Thing("one");
                throw error;
            });
            expect(failure).toBe(error);
            expect(given).toEqual([former]);
        },
    );

    it("are not touched by what is refused before it begins", async () => {
        const { given, failure } = await run(async () => {
            throw new Error("comes too early");
        });
        expect(failure).toMatchObject({ message: "comes too early" });
        expect(given.filter((outputs) => "unfinished" in outputs)).toEqual([]);
    });

    it("are shown by a preview as they will be", async () => {
        const { given } = await run(
            async (begin) => {
                begin();
                new Thing("one");
                return { phase: 12 };
            },
            { leftOut: ["one"], preview: true },
        );
        expect(given).toEqual([{ phase: 12 }]);
    });
});
