import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { standbyScript } from "../components/standby/standbyCanaryPod";
import { describeWithTools } from "../engine/toolchain/testTools";
import { freePorts } from "../testbed/nats/ports";
import { ProcessGuard } from "../testbed/nats/processGuard";
import { waitFor } from "../testbed/nats/waitFor";

const key = 'canary "key" \\ 1';
const auth = "kgents-agents/nats-auth";
const keys = "kgents-triad/api-keys";
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** A region's API and its cluster's API, in one small server. */
interface Region {
    /** Whether the key that was issued in the primary region works here. */
    acceptsKey: boolean;
    /** Whether the API asks for a key at all. */
    asksForKey: boolean;
    /** What a write gets, before anybody asks for its key; undefined where nothing holds writes back. */
    fence?: { status: number; headers?: Record<string, string> };
    /** Writes that came as far as the API, and had a key or needed none. */
    written: number;
    clusterAnswers: boolean;
    images: string[];
    /** Each Secret's values by "namespace/name", as they are before the API encodes them. */
    secrets: Record<string, Record<string, string>>;
}

describeWithTools("the standby's canary, its scripts run as they are deployed", ["nats-server", "nats"], (tools) => {
    const guard = new ProcessGuard();
    let folder: string;
    let nats: ChildProcess;
    let natsUrl: string;
    let primary: Region;
    let standby: Region;
    const servers: http.Server[] = [];
    const urls: Record<"primary" | "standby", string> = { primary: "", standby: "" };

    const cli = (...args: string[]) =>
        execFileSync(tools.nats.path, args, {
            encoding: "utf8",
            env: { ...process.env, HOME: folder, NATS_URL: natsUrl },
            stdio: ["ignore", "pipe", "pipe"],
        });
    const lastSeq = (stream: string): number => JSON.parse(cli("stream", "info", stream, "--json")).state.last_seq;
    const mirrored = () =>
        waitFor("the mirror has what the origin has", () => lastSeq("COPY") === lastSeq("ORIGIN") || undefined);

    beforeAll(async () => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-canary-"));
        const [port] = await freePorts(1);
        natsUrl = `nats://127.0.0.1:${port}`;
        nats = spawn(
            tools["nats-server"].path,
            ["--addr", "127.0.0.1", "--port", String(port), "--jetstream", "--store_dir", path.join(folder, "store")],
            {
                stdio: "ignore",
            },
        );
        guard.watch(nats);
        await waitFor("JetStream answers", () => cli("account", "info"));
        for (const name of ["primary", "standby"] as const) {
            const server = http.createServer((request, response) =>
                answer(name === "primary" ? primary : standby, request, response),
            );
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            servers.push(server);
            urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        }
        fs.writeFileSync(path.join(folder, "token"), "a-token");
    });
    afterAll(async () => {
        for (const server of servers) server.close();
        nats?.kill("SIGKILL");
        fs.rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(() => {
        primary = {
            acceptsKey: true,
            asksForKey: true,
            fence: { status: 503, headers: { "retry-after": "30" } },
            written: 0,
            clusterAnswers: true,
            images: [`api@${digest("a")}`, `web@${digest("b")}`],
            secrets: { [auth]: { APP_PASSWORD: "hush" }, [keys]: { ONE: "first", TWO: "second" } },
        };
        // The same in another order.
        standby = {
            ...primary,
            secrets: { ...primary.secrets, [keys]: { TWO: "second", ONE: "first" } },
            images: [`elsewhere.example:5000/x/web@${digest("b")}`, `api@${digest("a")}`],
        };
        cli("stream", "add", "ORIGIN", "--subjects", "work.>", "--storage", "file", "--defaults");
        cli("stream", "add", "COPY", "--mirror", "ORIGIN", "--storage", "file", "--defaults");
    });
    afterEach(() => {
        for (const stream of ["COPY", "ORIGIN"]) cli("stream", "rm", stream, "--force");
    });

    function answer(region: Region, request: http.IncomingMessage, response: http.ServerResponse) {
        if (request.url?.startsWith("/api/v1/namespaces/kgents-triad/pods?fieldSelector=status.phase%3DRunning")) {
            const statuses = region.images.map((image) => ({
                name: "main",
                imageID: image.includes("/") ? image : `docker.io/kgents/${image}`,
            }));
            const allowed = region.clusterAnswers && request.headers.authorization === "Bearer a-token";
            response.writeHead(allowed ? 200 : 403).end(
                JSON.stringify({
                    items: [{ status: { containerStatuses: statuses, initContainerStatuses: [{ imageID: "" }] } }],
                }),
            );
            return;
        }
        const secret = /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(request.url ?? "");
        if (secret) {
            const values = region.secrets[`${secret[1]}/${secret[2]!.replace(/^own-/, "")}`];
            if (!region.clusterAnswers || values === undefined)
                return void response.writeHead(region.clusterAnswers ? 404 : 403).end('{"kind":"Status"}');
            const data = Object.fromEntries(
                Object.entries(values).map(([name, value]) => [name, Buffer.from(value).toString("base64")]),
            );
            // What else has "data" in it: the last applied configuration, and the fields that somebody manages.
            const metadata = {
                annotations: { applied: JSON.stringify({ data: { OLD: "b2xk" } }) },
                managedFields: [{ fieldsV1: { "f:data": { "f:X": {} } } }],
            };
            return void response.writeHead(200).end(
                JSON.stringify(
                    {
                        kind: "Secret",
                        metadata: { ...metadata, resourceVersion: region === primary ? "1" : "2" },
                        data,
                    },
                    null,
                    2,
                ),
            );
        }
        const write = request.method !== "GET";
        if (write && region.fence) return void response.writeHead(region.fence.status, region.fence.headers).end();
        const authorised = !region.asksForKey || (region.acceptsKey && request.headers.apikey === key);
        if (write && authorised) region.written += 1;
        response.writeHead(authorised ? 200 : 401).end();
    }

    async function run(script: "marker" | "check", name: "primary" | "standby", more: Record<string, string> = {}) {
        const env = {
            PATH: [path.dirname(tools.nats.path), process.env.PATH].join(path.delimiter),
            HOME: folder,
            TMPDIR: folder,
            NATS_URL: natsUrl,
            NATS_TIMEOUT: "30s",
            API_KEY: key,
            KUBERNETES_API: urls[name],
            KUBERNETES_CA: path.join(folder, "ca.crt"),
            KUBERNETES_TOKEN_FILE: path.join(folder, "token"),
            IMAGE_NAMESPACES: "kgents-triad",
            SECRETS: `${auth}=${name === "primary" ? "own-nats-auth" : "nats-auth"} ${keys}=api-keys`,
            MARKER_SUBJECTS: "work.standby-marker",
            CHECKS: "api marker drift fence",
            API_URL: `${urls.standby}/v1/agents`,
            API_KEY_HEADER: "apikey",
            API_CONNECT_TO: "",
            MARKERS: "COPY:work.standby-marker:ORIGIN",
            MAX_AGE_SECONDS: "180",
            ...more,
        };
        return new Promise<{ exitCode: number; lines: string[] }>((resolve, reject) => {
            execFile("/bin/sh", ["-c", standbyScript(script)], { env, encoding: "utf8" }, (error, stdout, stderr) => {
                if (error && typeof error.code !== "number") return reject(error);
                resolve({
                    exitCode: (error?.code as number | undefined) ?? 0,
                    lines: `${stdout}${stderr}`.trim().split("\n"),
                });
            });
        });
    }

    async function marked() {
        expect(await run("marker", "primary")).toEqual({
            exitCode: 0,
            lines: ["marker: stored in work.standby-marker"],
        });
        await mirrored();
    }

    it("is content with a standby that is like the primary, whatever registry it pulls from", async () => {
        await marked();
        expect(await run("check", "standby")).toEqual({
            exitCode: 0,
            lines: ["standby: api marker drift fence as they should be"],
        });
    });

    it("says no secret to anyone: not its key, not a fingerprint that could be guessed", async () => {
        await marked();
        const marker = cli("stream", "get", "COPY", "--last-for", "work.standby-marker");
        expect(marker.match(/^secret .*$/gm)).toEqual([
            expect.stringMatching(/^secret kgents-agents\/nats-auth [0-9a-f]{16}$/),
            expect.stringMatching(/^secret kgents-triad\/api-keys [0-9a-f]{16}$/),
        ]);
        const encoded = Buffer.from("hush").toString("base64");
        for (const told of ["hush", "canary", encoded]) expect(marker).not.toContain(told);
        for (const guess of ["hush", encoded, `"APP_PASSWORD":"${encoded}"\n`])
            expect(marker).not.toContain(createHash("sha256").update(guess).digest("hex").slice(0, 16));
    });

    it("fails where the primary's key is not accepted", async () => {
        standby.acceptsKey = false;
        expect(await run("check", "standby", { CHECKS: "api" })).toEqual({
            exitCode: 1,
            lines: ["standby: api: a key issued in the primary region got status 401, not 200 (000 is no answer)"],
        });
    });

    it("fails where a call without a key would be answered too, and so proves nothing", async () => {
        standby.asksForKey = false;
        expect(await run("check", "standby", { CHECKS: "api" })).toEqual({
            exitCode: 1,
            lines: [
                "standby: api: a call without a key got status 200, not 401 or 403: the address proves nothing about keys",
            ],
        });
    });

    const noFence = "standby: fence: a write got status";
    it.each([
        [
            "nothing holds writes back",
            undefined,
            `${noFence} 401 without Retry-After, not 503 with it: nothing holds writes back from the standby`,
        ],
        [
            "a balancer says 503 because nobody is behind it",
            { status: 503 },
            `${noFence} 503 without Retry-After, not 503 with it: nothing holds writes back from the standby`,
        ],
        [
            "a write is told to come later, by something else",
            { status: 429, headers: { "Retry-After": "30" } },
            `${noFence} 429 with Retry-After, not 503 with it: nothing holds writes back from the standby`,
        ],
    ])("fails where %s", async (_what, fence, line) => {
        standby.fence = fence;
        expect(await run("check", "standby", { CHECKS: "fence" })).toEqual({ exitCode: 1, lines: [line] });
        expect(standby.written).toBe(0);
    });

    it("tries no write where it would be taken: nobody asks for a key", async () => {
        Object.assign(standby, { fence: undefined, asksForKey: false });
        expect(await run("check", "standby", { CHECKS: "fence" })).toEqual({
            exitCode: 1,
            lines: [
                "standby: fence: not tried, a call without a key got status 200, not 401 or 403: a write might be taken",
            ],
        });
        expect(standby.written).toBe(0);
    });

    it("does not ask for the fence once a mirror was promoted, and does again when it is a mirror again", async () => {
        standby.fence = undefined;
        cli("stream", "edit", "COPY", "--no-mirror", "--subjects", "copy.>", "--force");
        expect(await run("check", "standby", { CHECKS: "fence" })).toEqual({
            exitCode: 0,
            lines: [
                "standby: fence as they should be",
                "standby: fence: not tried, COPY is no mirror: the standby takes writes, or is about to",
            ],
        });
        cli("stream", "rm", "COPY", "--force");
        cli("stream", "add", "COPY", "--mirror", "ORIGIN", "--storage", "file", "--defaults");
        expect(await run("check", "standby", { CHECKS: "fence" })).toMatchObject({ exitCode: 1 });
    });

    it("says that it could not look where a mirror does not answer", async () => {
        const { exitCode, lines } = await run("check", "standby", {
            CHECKS: "fence",
            MARKERS: "GONE:work.standby-marker:ORIGIN",
        });
        expect({ exitCode, line: lines[0] }).toEqual({
            exitCode: 1,
            line: expect.stringContaining("standby: fence: unknown, GONE does not answer: "),
        });
    });

    it("fails where nothing answers", async () => {
        const [port] = await freePorts(1);
        const { exitCode, lines } = await run("check", "standby", {
            CHECKS: "api",
            API_URL: `http://127.0.0.1:${port}/`,
        });
        expect({ exitCode, first: lines[0] }).toEqual({
            exitCode: 1,
            first: expect.stringContaining("got status 000, not 200"),
        });
    });

    it("asks the standby itself while DNS still leads to the primary", async () => {
        const { host } = new URL(urls.standby);
        expect(
            await run("check", "standby", {
                CHECKS: "api",
                API_URL: "http://api.invalid/v1/agents",
                API_CONNECT_TO: `::${host}`,
            }),
        ).toMatchObject({ exitCode: 0 });
    });

    it("fails without a marker, and with one that is too old", async () => {
        const without = await run("check", "standby", { CHECKS: "marker" });
        expect({ exitCode: without.exitCode, line: without.lines[0] }).toEqual({
            exitCode: 1,
            line: expect.stringContaining("standby: marker: COPY holds no work.standby-marker: nats: error:"),
        });
        cli("publish", "work.standby-marker", `time ${Math.floor(Date.now() / 1000) - 500}`);
        await mirrored();
        const old = await run("check", "standby", { CHECKS: "marker" });
        expect(old.lines).toEqual([
            expect.stringMatching(/^standby: marker: COPY is 5\d\d s behind its origin; allowed are 180 s$/),
        ]);
    });

    it("fails where the mirror is ahead of an origin that was made anew", async () => {
        cli("publish", "work.a", "1", "--count", "5");
        await mirrored();
        cli("stream", "rm", "ORIGIN", "--force");
        cli("stream", "add", "ORIGIN", "--subjects", "work.>", "--storage", "file", "--defaults");
        await run("marker", "primary");
        // What a mirror that went on by sequence would hold.
        cli("stream", "edit", "COPY", "--no-mirror", "--subjects", "copy.>", "--force");
        cli("publish", "copy.standby-marker", `time ${Math.floor(Date.now() / 1000)}`);
        const { exitCode, lines } = await run("check", "standby", {
            CHECKS: "marker",
            MARKERS: "COPY:copy.standby-marker:ORIGIN",
        });
        expect({ exitCode, lines }).toEqual({
            exitCode: 1,
            lines: [
                "standby: marker: COPY ends at 6, after its origin at 1: they diverged, and the mirror has to be made anew",
            ],
        });
    });

    it("is content with a young marker while the origin's region does not answer", async () => {
        await marked();
        expect(
            await run("check", "standby", { CHECKS: "marker", MARKERS: "COPY:work.standby-marker:GONE" }),
        ).toMatchObject({ exitCode: 0 });
    });

    it("names every image and secret that differs", async () => {
        await marked();
        standby.images = [`api@${digest("c")}`];
        standby.secrets = { [auth]: { APP_PASSWORD: "old" }, [keys]: { ONE: "first", TWO: "other" } };
        const { exitCode, lines } = await run("check", "standby", { CHECKS: "drift" });
        expect(exitCode).toBe(1);
        expect(lines.map((line) => line.replace(/ [0-9a-f]{16}/, " …"))).toEqual([
            `standby: drift: the primary has image api@${digest("a")}, and the standby has not`,
            `standby: drift: the primary has image web@${digest("b")}, and the standby has not`,
            `standby: drift: the primary has secret ${auth} …, and the standby has not`,
            `standby: drift: the primary has secret ${keys} …, and the standby has not`,
            `standby: drift: the standby has image api@${digest("c")}, and the primary has not`,
            `standby: drift: the standby has secret ${auth} …, and the primary has not`,
            `standby: drift: the standby has secret ${keys} …, and the primary has not`,
        ]);
    });

    it("mentions a secret that one region alone names, and does not fail for it", async () => {
        expect(await run("marker", "primary", { SECRETS: `${auth}=nats-auth kgents-triad/here=here` })).toMatchObject({
            exitCode: 0,
        });
        await mirrored();
        const { exitCode, lines } = await run("check", "standby", { CHECKS: "drift" });
        expect({ exitCode, lines: lines.sort() }).toEqual({
            exitCode: 0,
            lines: [
                `standby: drift as they should be`,
                `standby: drift: secret ${keys} is not compared, only one region names it`,
                "standby: drift: secret kgents-triad/here is not compared, only one region names it",
            ],
        });
    });

    it("says that a secret is absent, and that it could not look", async () => {
        await marked();
        standby.secrets = { [auth]: {} };
        const absent = await run("check", "standby", { CHECKS: "drift" });
        for (const name of [auth, keys])
            expect(absent.lines).toContain(
                `standby: drift: the standby has secret ${name} absent, and the primary has not`,
            );
        standby.clusterAnswers = false;
        const blind = await run("check", "standby", { CHECKS: "drift" });
        expect(blind).toMatchObject({ exitCode: 1 });
        expect(blind.lines).toContain("standby: drift: unknown, cannot list what runs here");
        const forbidden = await run("check", "standby", { CHECKS: "drift", IMAGE_NAMESPACES: "" });
        expect(forbidden).toMatchObject({ exitCode: 1 });
        expect(forbidden.lines).toContain("standby: Secret kgents-agents/nats-auth cannot be read: status 403");
    });

    it("fails in the primary where nothing runs, or a stream takes no marker", async () => {
        const parked = await run("marker", "primary", { MARKER_SUBJECTS: "nobody.standby-marker work.standby-marker" });
        expect(parked.exitCode).toBe(1);
        expect(parked.lines).toEqual([expect.stringMatching(/^marker: nobody\.standby-marker is not stored: /)]);
        expect(lastSeq("ORIGIN")).toBe(1);
        primary.images = [];
        expect(await run("marker", "primary")).toEqual({
            exitCode: 1,
            lines: ["marker: no image runs in kgents-triad"],
        });
    });
});
