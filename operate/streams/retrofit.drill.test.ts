import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applicationAccount, systemAccount } from "../../components/nats/natsAccounts";
import { originStream, without } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { kgents } from "../../infra/kgents";
import type { Deployment } from "../../engine/state/deployment";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { isNatsRelease } from "../../testbed/nats/chartConfig";
import { loginOf } from "../../testbed/nats/client";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { regionServers, type RegionServers } from "../../rehearsal/kit/environments/singleRegion";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { Publisher } from "../../testbed/nats/publisher";
import { accountFor } from "../../testbed/nats/messageAccount";
import { readStream } from "../../testbed/nats/streamReader";
import { primaryFixture } from "../../rehearsal/testing/fixtureDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { runDr } from "../commands/testing/runDr";
import { serversThatMap, takeScopedSubjectOnly } from "./retrofit";
import { StreamApi, untilDone } from "./streamApi";

const stream = kgents.streams[0] as StreamProfile;

/** A cluster as found: the same accounts, without mappings. */
function asFound(deployment: Deployment): Deployment {
    return deployment.withInputs(
        isNatsRelease,
        ({ values }) => delete values.config.merge.accounts[applicationAccount].mappings,
    );
}

describeWithTools("a live stream that gets its region's subjects", ["nats-server"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-retrofit-"));
    let deployment: Deployment;
    let run: DrillRun;
    let region: RegionServers;
    beforeAll(async () => {
        deployment = await primaryFixture();
        run = drillRun("retrofit", { deployments: { primary: deployment }, tools, workDir: dir });
        region = await regionServers(run, asFound(deployment));
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    it("loses and doubles nothing under load, while the servers get the mappings one by one", async () => {
        const { member, servers } = region;
        const [operator, system, client] = await Promise.all([
            region.connect("operator"),
            region.connect("system", systemAccount),
            region.connect("client"),
        ]);
        const api = new StreamApi(operator);
        const plain = without(originStream(kgents, stream), "subject_transform", "republish");
        await untilDone("a stream as found", () => api.create({ ...plain, subjects: [stream.subject] }));
        const where = { run: "retrofit", subject: "agentese.rehearsal" };
        const publisher = new Publisher(client, { ...where, window: 16, perSecond: 200 });
        const published = publisher.run(Number.POSITIVE_INFINITY);
        const more = (count: number) => {
            const wanted = publisher.acked.size + count;
            return waitFor(`${wanted} acknowledgements`, () => publisher.acked.size >= wanted || undefined);
        };
        await more(100);

        const logins = {
            application: loginOf(deployment, applicationAccount),
            system: loginOf(deployment, systemAccount),
        };
        const env = {
            NATS_URL: member.servers.map((server) => server.url).join(","),
            NATS_USER: logins.application.user,
            NATS_PASSWORD: logins.application.pass,
            NATS_SYS_USER: logins.system.user,
            NATS_SYS_PASSWORD: logins.system.pass,
        };
        const transcript = process.env.DRKIT_TRANSCRIPT;
        const retrofit = async () => {
            const run = await runDr(["streams", "retrofit", "--yes", "--stream", "AGENTESE"], { env });
            if (transcript)
                fs.appendFileSync(
                    transcript,
                    `$ npm run dr -- streams retrofit --yes --stream AGENTESE\n${run.output}=> ${run.code}\n\n`,
                );
            return run;
        };
        // What would be served otherwise than before is named, and nothing is changed.
        const service = client.subscribe("$SRV.INFO", {
            callback: (_error, message) =>
                void message.respond(JSON.stringify({ endpoints: [{ name: "price", subject: "agentese.rpc.price" }] })),
        });
        const raw = { ...plain, name: "RAW", subjects: ["raw.>"], republish: { src: "raw.>", dest: "agentese.raw.>" } };
        await untilDone("a stream that republishes", () => api.create(raw));
        for (const run of [await retrofit(), await runDr(["streams", "status"], { env })]) {
            expect(run.code).toBe(1);
            expect(run.said).toContain("AGENTESE: a service answers requests on agentese.rpc.price");
            expect(run.said).toContain("AGENTESE: another stream republishes to agentese.raw.>");
        }
        expect((await untilDone("its settings", () => api.existing(stream.name))).config.subjects).toEqual([
            stream.subject,
        ]);
        service.unsubscribe();
        await untilDone("the republish gone", () => api.update(without(raw, "republish")));

        expect(await retrofit()).toMatchObject({
            code: 1,
            said: expect.stringMatching(
                /BOTH AGENTESE takes agentese\.> and use1\.agentese\.>.*WAITS AGENTESE: 0 of 3/,
            ),
        });
        expect(await retrofit()).toMatchObject({
            code: 1,
            said: expect.stringMatching(/^AGENTESE: takes agentese\.> and use1\.agentese\.> WAITS/),
        });
        await more(100);
        const early = takeScopedSubjectOnly(api, system, kgents, stream, { account: applicationAccount, servers: 3 });
        await expect(early).rejects.toThrow(
            /AGENTESE: 0 of 3 servers map agentese\.>, not nats-.*add the mappings to all of them first/,
        );

        await servers.reconfigure(member, deployment);
        await servers.rollingRestart(member);
        await waitFor("three servers that map", async () => {
            const mapping = await serversThatMap(system, applicationAccount, stream.subject);
            return [...mapping.values()].filter(Boolean).length === 3 || undefined;
        });
        await more(100);
        // Run again as it says itself, where a server's answer came late.
        const done = await waitFor("the last step", async () => {
            const run = await retrofit();
            if (run.code !== 0) throw new Error(run.output);
            return run;
        });
        expect(done.said).toContain("DONE AGENTESE takes use1.agentese.> only.");
        await more(100);
        expect(await retrofit()).toMatchObject({ code: 0, said: expect.stringContaining("nothing to do") });
        publisher.stop();
        await published;

        const { config } = await untilDone("its settings", () => api.existing(stream.name));
        expect(config).toMatchObject(originStream(kgents, stream));
        const account = accountFor(publisher, await readStream(operator, stream.name), where);
        expect(account).toMatchObject({
            stored: publisher.acked.size,
            missing: [],
            duplicated: [],
            misnamed: 0,
            corrupted: 0,
        });
    });
});
