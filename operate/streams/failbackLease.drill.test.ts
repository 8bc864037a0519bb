import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failbackLeaseName, failbackStore } from "../../components/nats/failbackLeaseStore";
import { isWritable, parked, writable, type StreamConfig } from "../../components/nats/natsStreamConfig";
import type { StreamProfile } from "../../components/model/profile";
import { describeWithTools } from "../../engine/toolchain/testTools";
import { kgents } from "../../infra/kgents";
import type { DrillRun } from "../../rehearsal/kit/drillRun";
import { superCluster } from "../../rehearsal/kit/environments/startSuperCluster";
import type { SuperCluster } from "../../rehearsal/kit/environments/superCluster";
import { drillRun } from "../../rehearsal/kit/testing/drillContext";
import { superClusterFixture } from "../../rehearsal/testing/fixtureDeployment";
import { LocalDeployment } from "../../testbed/nats/localDeployment";
import { waitFor } from "../../testbed/nats/waitFor";
import { fenceOrigin } from "./fence";
import { StandbyLease } from "./failbackLease";
import { promote } from "./promote";
import { StreamApi, untilDone } from "./streamApi";

const stream = kgents.streams[0] as StreamProfile;
const { primary, dr } = kgents.regions;

/** Shorter than the deployed lease, so that the tests need not wait for a minute. In seconds. */
const leaseSeconds = 10;
/** The same of the time in which a withdrawn opening may still arrive. */
const guardSeconds = 20;

describeWithTools("the lease of a failback, on the servers of three regions", ["nats-server", "nats"], (tools) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-lease-"));
    const rule = path.join(dir, "rule");
    let run: DrillRun;
    let cluster: SuperCluster;
    let api: StreamApi;
    let lease: LocalDeployment;
    let requests: StandbyLease;
    let watch: { readonly both: () => number; readonly stop: () => Promise<void> };

    const config = async (name: string) => (await untilDone(`settings of ${name}`, () => api.existing(name))).config;
    const lastSequence = async () => (await untilDone("its state", () => api.existing(stream.mirror))).state.last_seq;
    const doors = async () => {
        const [standby, origin] = [await config(stream.mirror), await config(stream.name)];
        return [
            { open: writable(standby, dr, stream), parked: parked(standby, dr, stream) },
            { open: writable(origin, primary, stream), parked: parked(origin, primary, stream) },
        ] as const;
    };
    const closes = async () => requests.close(...(await doors()));
    const state = async () => {
        const record = await untilDone("the record", () =>
            api.message(failbackStore.stream, { last_by_subj: `${failbackStore.subject}.${stream.name}` }),
        );
        return record?.data.toString().split("\n")[0];
    };
    const writer = async () => {
        const open = [
            isWritable(await config(stream.name), primary, stream) ? "origin" : [],
            isWritable(await config(stream.mirror), dr, stream) ? "standby" : [],
        ].flat();
        return open.join(" and ") || "no one";
    };
    /** Waits until the record says that the failback is over, and answers who takes writes then. */
    const outcome = () =>
        waitFor("an end of the failback", async () => {
            const [said, who] = [await state(), await writer()];
            if (["done", "reopened", "guarding"].includes(said ?? "") && who !== "no one") return who;
            throw new Error(`${said}, ${who} takes writes`);
        });

    /** A `nats` that ends the lease's whole container at one of its calls, once: before the call is made, or after the server replied. */
    function programThatDies(): string {
        const folder = path.join(dir, "bin");
        fs.mkdirSync(folder);
        const script = `#!/bin/sh
[ -e ${rule} ] || exec ${tools.nats.path} "$@"
body=
case "$*" in *--force-stdin*) body=$(cat) ;; esac
run() { case "$*" in *--force-stdin*) printf '%s\\n' "$body" | ${tools.nats.path} "$@" ;; *) ${tools.nats.path} "$@" ;; esac; }
read -r when what <${rule}
case "$2 $(printf '%s' "$body" | head -n 1)" in
*"$what"*)
    rm ${rule}
    [ "$when" = before ] || run "$@" >/dev/null
    kill -9 0
    ;;
esac
run "$@"
`;
        fs.writeFileSync(path.join(folder, "nats"), script, { mode: 0o755 });
        return folder;
    }

    beforeAll(async () => {
        run = drillRun("failbackLease", { deployments: await superClusterFixture(), tools, workDir: dir });
        ({ cluster } = await superCluster(run));
        api = new StreamApi(await cluster.connect(cluster.standby, "operator"), { patienceMs: 5_000 });
        requests = new StandbyLease(api.connection);
        await promote(api, kgents, stream);
        await fenceOrigin(api, kgents, stream);
        // In place of the one with the deployed lease.
        await cluster.failbackLease!.close();
        const home = path.join(dir, "short");
        lease = new LocalDeployment(run.deployment("dr"), {
            name: failbackLeaseName,
            env: {
                NATS_URL: cluster.standby.servers.map(({ url }) => url).join(","),
                HOME: home,
                LEASE_SECONDS: String(leaseSeconds),
                GUARD_SECONDS: String(guardSeconds),
            },
            programs: [programThatDies(), path.dirname(tools.nats.path)],
            dir: home,
        });
        run.defer(() => lease.close());
    });
    afterAll(async () => {
        await run?.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });
    beforeEach(async () => {
        const [standby, origin] = await doors();
        await untilDone("the origin parked", () => api.update(origin.parked));
        await untilDone("the standby takes writes", () => api.update(standby.open));
        await waitFor("the lease's requests", () => requests.required().then(() => true));
        watch = watchForTwo();
    });
    afterEach(() => watch?.stop());

    /** Looks all the while whether both take writes. The origin is asked on both sides of the standby's answer: readings of two moments prove nothing. */
    function watchForTwo() {
        let seen = 0;
        let stopped = false;
        const open = async (name: string, region: typeof primary) =>
            isWritable((await api.existing(name)).config, region, stream);
        const looking = (async () => {
            while (!stopped) {
                try {
                    if (
                        (await open(stream.name, primary)) &&
                        (await open(stream.mirror, dr)) &&
                        (await open(stream.name, primary))
                    )
                        seen++;
                } catch {
                    // An election is on.
                }
                await new Promise((resolve) => setTimeout(resolve, 10));
            }
        })();
        return { both: () => seen, stop: () => ((stopped = true), looking) };
    }

    /** Closes and opens, and has the container killed at a call of that. On a slow machine the lease may be over before: then once more. */
    async function killedAt(wanted: string): Promise<void> {
        const hasty = new StandbyLease(api.connection, 5_000);
        await waitFor("the kill", async () => {
            const [standby, origin] = await doors();
            fs.writeFileSync(rule, `${wanted}\n`);
            await hasty
                .close(standby, origin)
                .then(async (closing) => closing.open(await lastSequence()))
                .catch(() => undefined);
            if (!fs.existsSync(rule)) return true;
            fs.rmSync(rule, { force: true });
            await outcome();
            await untilDone("the origin parked", () => api.update(origin.parked));
            await untilDone("the standby takes writes", () => api.update(standby.open));
            throw new Error("the lease was over before");
        });
    }

    /** While that goes on, every try to send the origin's opening ends the container. */
    async function sendingNothing(open: StreamConfig, action: () => Promise<void>): Promise<void> {
        const arm = () => {
            // Never half written: an empty rule would match any call.
            fs.writeFileSync(`${rule}.next`, `before "subjects":${JSON.stringify(open.subjects)}\n`);
            fs.renameSync(`${rule}.next`, rule);
        };
        arm();
        const armed = setInterval(arm, 20);
        try {
            await action();
        } finally {
            clearInterval(armed);
            fs.rmSync(rule, { force: true });
        }
    }

    it("parks the standby, and opens the origin when it is asked to", async () => {
        const closing = await closes();
        expect(await writer()).toBe("no one");
        await closing.open(await lastSequence());
        expect(await writer()).toBe("origin");
        expect(await state()).toBe("done");
    });

    it("gives the standby the writes again when the operator's command has gone", async () => {
        await closes();
        expect(await outcome()).toBe("standby");
    });

    it("gives the standby the writes again at once when it is asked to", async () => {
        await (await closes()).reopen();
        expect(await writer()).toBe("standby");
        expect(await state()).toBe("reopened");
    });

    it("refuses to open after the lease, what was closed before, other messages, and a second failback", async () => {
        const late = await closes();
        await expect(closes()).rejects.toThrow(
            `another failback of AGENTESE is under way, its record says closing: it ends by itself within ${guardSeconds} s`,
        );
        await expect(late.open((await lastSequence()) + 1)).rejects.toThrow(
            "AGENTESE_MIRROR has other messages than those that were compared",
        );
        expect(await outcome()).toBe("standby");
        await expect(late.open(await lastSequence())).rejects.toThrow(
            "this failback is not under way any more: its record says reopened",
        );
        expect(await writer()).toBe("standby");
        const [standby, origin] = await doors();
        const other = { open: { ...origin.open, name: "OTHER" }, parked: origin.parked };
        await expect(requests.close(standby, other)).rejects.toThrow(/^OTHER is none of AGENTESE/);
        expect(watch.both()).toBe(0);
    });

    describe.each(["before", "after"])("killed %s", (when) => {
        const lost = when === "before";
        it.each([
            ["the record of the closing", `${failbackStore.subject}.${stream.name} closing`, "standby"],
            ["the park of the standby", `STREAM.UPDATE.${stream.mirror} {`, "standby"],
            [
                "the record of the opening",
                `${failbackStore.subject}.${stream.name} opening`,
                lost ? "standby" : "origin",
            ],
            ["the opening of the origin", `STREAM.UPDATE.${stream.name} {`, "origin"],
            ["the record of its end", `${failbackStore.subject}.${stream.name} done`, "origin"],
        ])("%s, it starts again with one writer, and never two", async (_what, call, expected) => {
            await killedAt(`${when} ${call}`);
            await waitFor("the lease's requests", () => requests.required().then(() => true));
            const who = await outcome();
            // Where a slow machine took longer than the lease to start it again, the opening was withdrawn.
            const withdrawn = ["guarding", "reopened"].includes((await state()) ?? "");
            expect(withdrawn ? "standby" : expected).toBe(who);
            expect(watch.both()).toBe(0);
        });

        it.each([
            ["the standby's opening", `STREAM.UPDATE.${stream.mirror} {`],
            ["the record of it", `${failbackStore.subject}.${stream.name} reopened`],
        ])("%s at the end of the lease, it does it when it starts again", async (_what, call) => {
            await closes();
            fs.writeFileSync(rule, `${when} ${call}\n`);
            await waitFor("the kill", () => !fs.existsSync(rule) || undefined);
            expect(await outcome()).toBe("standby");
            expect(watch.both()).toBe(0);
        });
    });

    it("parks the origin again if its withdrawn opening arrives after all", async () => {
        const [, origin] = await doors();
        const closing = await closes();
        await sendingNothing(origin.open, async () => {
            await closing.open(await lastSequence()).catch(() => undefined);
            await waitFor("the withdrawal", async () => ((await state()) === "guarding" ? true : undefined));
        });
        expect(await writer()).toBe("standby");
        await untilDone("an opening that was on its way", () => api.update(origin.open));
        await waitFor("the standby alone", async () => ((await writer()) === "standby" ? true : undefined));
        await waitFor("the end of the guard", async () => ((await state()) === "reopened" ? true : undefined));
        expect(await writer()).toBe("standby");
    });

    it("closes nothing for an origin that takes writes, nor for a stream that is a mirror", async () => {
        const [standby, origin] = await doors();
        await untilDone("both parked", () => api.update(standby.parked));
        await untilDone("the origin takes writes", () => api.update(origin.open));
        await expect(requests.close(standby, origin)).rejects.toThrow("AGENTESE is not parked, or does not answer");
        expect(await writer()).toBe("origin");
        await untilDone("the origin parked", () => api.update(origin.parked));
        await untilDone("other subjects", () => api.update({ ...standby.parked, subjects: ["elsewhere.>"] }));
        await expect(requests.close(standby, origin)).rejects.toThrow("AGENTESE_MIRROR is no promoted stream");
    });

    it("is alone with the streams: neither a promotion nor a fence gets between", async () => {
        const closing = await closes();
        const once = { seconds: 0 };
        await expect(promote(api, kgents, stream, once)).rejects.toThrow(
            "a failback of AGENTESE is under way (its record says closing)",
        );
        const fence = fenceOrigin(api, kgents, stream, { promoted: true, everyMs: 100 });
        await closing.open(await lastSequence());
        expect((await fence).outcome).toMatch(/^(parked|given back)$/);
        expect(await writer()).toBe("origin");
        expect(await fenceOrigin(api, kgents, stream, { promoted: true })).toMatchObject({ outcome: "given back" });
        await expect(promote(api, kgents, stream, once)).rejects.toThrow("AGENTESE takes writes: a failback has ended");
        expect(await writer()).toBe("origin");
    });

    // Last: the servers of the primary end in it.
    it("lets the standby take writes only after the origin was read back parked, where its opening was sent", async () => {
        // The opening gets no answer: the origin's region is gone.
        const [, origin] = await doors();
        const closing = await closes();
        await sendingNothing(origin.open, async () => {
            void closing.open(await lastSequence()).catch(() => undefined);
            await waitFor("the opening", async () => ((await state()) === "opening" ? true : undefined));
            await Promise.all(cluster.primary.servers.map((server) => server.kill()));
        });
        await waitFor("the lease's requests", () => requests.required().then(() => true));
        await waitFor("the end of the lease", async () => ((await state()) === "withdrawing" ? true : undefined));
        expect(isWritable(await config(stream.mirror), dr, stream)).toBe(false);
        await cluster.returnPrimary();
        const who = await outcome();
        expect(who === "origin" ? ["done"] : ["guarding", "reopened"]).toContain(await state());
        expect(watch.both()).toBe(0);
    });
});
