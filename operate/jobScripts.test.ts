import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** The scripts with the machine's own kubectl, against what a cluster's API says: a stand-in for kubectl knows only what it was written for. */
const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
const namespace = "kgents-agents";

type Job = Record<string, any>;

/** As much of an API server as kubectl asks for here, with the CronJob controller's rule that it keeps one finished Job of its own. */
class Cluster {
    readonly jobs = new Map<string, Job>();
    /** Finished Jobs go as soon as they are looked at, if the CronJob owns them: the next run has ended meanwhile. */
    nextRunEnds = false;
    private readonly server: Server;

    constructor() {
        this.server = createServer((request, response) => {
            void this.answer(request).then(([status, body]) => {
                response.writeHead(status, { "content-type": "application/json" });
                response.end(JSON.stringify(body));
            });
        });
    }

    async start(): Promise<string> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    close(): void {
        this.server.closeAllConnections();
        this.server.close();
    }

    add(name: string, owned: boolean, ...conditions: string[]): void {
        const labels = { "app.kubernetes.io/name": "nats-backup" };
        const owner = { apiVersion: "batch/v1", kind: "CronJob", name: "nats-backup", uid: "1-2", controller: true };
        this.jobs.set(name, {
            apiVersion: "batch/v1",
            kind: "Job",
            metadata: { name, namespace, uid: `uid-${name}`, ...(owned && { ownerReferences: [owner] }) },
            spec: { activeDeadlineSeconds: 1800, template: { metadata: { labels } } },
            status: { conditions: conditions.map((type) => ({ type, status: "True" })) },
        });
    }

    private async answer(request: IncomingMessage): Promise<[number, object]> {
        const { pathname } = new URL(request.url!, "http://cluster");
        const batch = `/apis/batch/v1/namespaces/${namespace}`;
        const name = pathname.split("/").at(-1)!;
        if (request.method === "POST" && pathname === `${batch}/jobs`) {
            let body = "";
            for await (const chunk of request) body += String(chunk);
            const job = JSON.parse(body) as Job;
            if (this.jobs.has(job["metadata"].name)) return [409, failure("AlreadyExists", 409, name)];
            job["metadata"].uid = `uid-${job["metadata"].name}`;
            this.jobs.set(job["metadata"].name, job);
            return [201, job];
        }
        if (pathname === `${batch}/cronjobs/nats-backup`) return [200, cronJob];
        if (pathname === `${batch}/jobs`)
            return [200, { apiVersion: "batch/v1", kind: "JobList", items: [...this.jobs.values()] }];
        if (pathname.startsWith(`${batch}/jobs/`)) {
            const job = this.jobs.get(name);
            if (this.nextRunEnds && job?.["metadata"].ownerReferences?.some((one: any) => one.controller))
                this.jobs.delete(name);
            return job === undefined ? [404, failure("NotFound", 404, name)] : [200, job];
        }
        if (pathname.endsWith("/events")) return [200, { apiVersion: "v1", kind: "EventList", items: [] }];
        return [pathname in discovery ? 200 : 404, discovery[pathname] ?? failure("NotFound", 404, name)];
    }
}

function failure(reason: string, code: number, name: string): object {
    const details = { name, group: "batch", kind: "jobs" };
    const message = `jobs.batch "${name}" ${reason}`;
    return { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, details, code };
}

const cronJob = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nats-backup", namespace, uid: "1-2" },
    spec: {
        schedule: "0 * * * *",
        jobTemplate: {
            spec: {
                activeDeadlineSeconds: 1800,
                template: {
                    metadata: { labels: { "app.kubernetes.io/name": "nats-backup" } },
                    spec: {
                        restartPolicy: "Never",
                        terminationGracePeriodSeconds: 5,
                        containers: [
                            { name: "make", image: "box:1", command: ["/bin/sh", "-c", 'echo "$a" \\n $(b)'] },
                        ],
                    },
                },
            },
        },
    },
};

const verbs = ["create", "delete", "get", "list", "patch"];
const resource = (name: string, kind: string) => ({
    name,
    singularName: kind.toLowerCase(),
    namespaced: true,
    kind,
    verbs,
});
const discovery: Readonly<Record<string, object>> = {
    // By this kubectl knows that the server validates what it is sent.
    "/openapi/v3": { paths: { "apis/batch/v1": { serverRelativeURL: "/openapi/v3/apis/batch/v1" } } },
    "/openapi/v3/apis/batch/v1": {
        openapi: "3.0.0",
        info: { title: "Kubernetes", version: "v1.35.0" },
        paths: {
            "/apis/batch/v1/namespaces/{namespace}/jobs/{name}": {
                patch: {
                    parameters: [{ name: "fieldValidation", in: "query", schema: { type: "string" } }],
                    responses: {},
                    "x-kubernetes-group-version-kind": { group: "batch", version: "v1", kind: "Job" },
                },
            },
        },
    },
    "/version": { major: "1", minor: "35", gitVersion: "v1.35.0" },
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/apis": {
        kind: "APIGroupList",
        apiVersion: "v1",
        groups: [
            {
                name: "batch",
                versions: [{ groupVersion: "batch/v1", version: "v1" }],
                preferredVersion: { groupVersion: "batch/v1", version: "v1" },
            },
        ],
    },
    "/api/v1": {
        kind: "APIResourceList",
        groupVersion: "v1",
        resources: [resource("events", "Event"), resource("pods", "Pod")],
    },
    "/apis/batch/v1": {
        kind: "APIResourceList",
        groupVersion: "batch/v1",
        resources: [resource("jobs", "Job"), resource("cronjobs", "CronJob")],
    },
};

describe.skipIf(!hasKubectl)("the scripts with a real kubectl", () => {
    let cluster: Cluster;
    let address = "";
    let dir = "";
    beforeEach(async () => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-kubectl-"));
        cluster = new Cluster();
        address = await cluster.start();
    });
    afterEach(() => {
        cluster.close();
        fs.rmSync(dir, { recursive: true, force: true });
    });

    function script(name: string, ...args: string[]) {
        const options = ["--server", address, "-n", namespace];
        const env = { PATH: process.env.PATH, HOME: dir, KUBECONFIG: path.join(dir, "none"), EVERY_SECONDS: "0" };
        const child = spawn("sh", [path.join(__dirname, `${name}.sh`), ...args, ...options], { env });
        let output = "";
        child.stdout.on("data", (chunk) => (output += String(chunk)));
        child.stderr.on("data", (chunk) => (output += String(chunk)));
        return new Promise<{ status: number | null; output: string }>((resolve) =>
            child.once("close", (status) => resolve({ status, output })),
        );
    }

    it("make a Job of the CronJob that belongs to nobody", async () => {
        const { status, output } = await script("startJob", "nats-backup", "after-promotion");
        expect(status, output).toBe(0);
        const { metadata, spec } = cluster.jobs.get("after-promotion")!;
        expect(metadata).not.toHaveProperty("ownerReferences");
        expect(spec).toEqual(expect.objectContaining({ activeDeadlineSeconds: 1800 }));
        expect(spec.template.spec).toMatchObject(cronJob.spec.jobTemplate.spec.template.spec);
    });

    it("see which runs go on, and refuse", async () => {
        cluster.add("nats-backup-1", true, "Complete");
        cluster.add("nats-backup-2", true, "FailureTarget", "Failed");
        expect((await script("startJob", "nats-backup", "first")).status).toBe(0);
        const { status, output } = await script("startJob", "nats-backup", "second");
        expect({ status, jobs: [...cluster.jobs.keys()] }).toEqual({
            status: 3,
            jobs: ["nats-backup-1", "nats-backup-2", "first"],
        });
        expect(output).toContain("second: not started: first of CronJob nats-backup runs already");
    });

    it("tell a Job that the history limit deleted from a cluster that does not answer", async () => {
        cluster.add("owned", true);
        cluster.nextRunEnds = true;
        const gone = await script("waitForJob", "owned");
        expect(gone).toMatchObject({ status: 4, output: expect.stringContaining("owned: GONE: it was deleted while") });

        cluster.add("own", false, "SuccessCriteriaMet", "Complete");
        const complete = await script("waitForJob", "own");
        expect(complete).toMatchObject({ status: 0, output: expect.stringContaining("own: complete") });

        cluster.close();
        const silent = await script("waitForJob", "own");
        expect(silent).toMatchObject({
            status: 2,
            output: expect.stringContaining("own: cannot be looked at (above)"),
        });
    });
});
