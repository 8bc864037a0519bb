import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { scriptCommand } from "../cluster/scriptCommand";
import { record } from "../testing/record";
import { FailbackLease, failbackLeaseScript, validateFailbackLease, type FailbackLeaseArgs } from "./failbackLease";
import { failbackLease, failbackLeaseStream, failbackSubjects } from "./failbackLeaseStore";

const args: FailbackLeaseArgs = {
    namespace: "atlas-messaging",
    streams: ["ORDERS", "audit-log", "Readings"],
    cluster: "dublin",
    url: "nats://nats.atlas-messaging.svc:4222",
    authSecret: "nats-auth",
};
const deployment = "kubernetes:apps/v1:Deployment";

describe("FailbackLease", () => {
    it("makes a Deployment, its script and the settings of the stream with the records, and no stream as a resource", async () => {
        const recording = await record(() => new FailbackLease("lease", args));
        expect(recording.children).toEqual([
            "drkit:index:FailbackLease lease",
            "kubernetes:apps/v1:Deployment lease-deployment",
            "kubernetes:core/v1:ConfigMap lease-files",
        ]);
        const { metadata, data } = recording.one("kubernetes:core/v1:ConfigMap").inputs;
        expect(metadata).toEqual({ name: "failback-lease", namespace: "atlas-messaging" });
        expect(Object.keys(data).sort()).toEqual(["FAILBACK_LEASES.json", "lease.sh"]);
        expect(data["lease.sh"]).toBe(failbackLeaseScript());
        expect(JSON.parse(data["FAILBACK_LEASES.json"])).toEqual(failbackLeaseStream("dublin"));
    });

    it("runs one pod at a time, which is started again when it ends or hears no requests", async () => {
        const { spec } = (await record(() => new FailbackLease("lease", args))).one(deployment).inputs;
        expect(spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
        expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
        const { containers, restartPolicy, terminationGracePeriodSeconds, tolerations } = spec.template.spec;
        expect(spec.template.metadata.annotations["drkit-script"]).toMatch(/^[0-9a-f]{16}$/);
        expect(tolerations.map(({ key, tolerationSeconds }: any) => [key, tolerationSeconds])).toEqual([
            ["node.kubernetes.io/not-ready", 5],
            ["node.kubernetes.io/unreachable", 5],
        ]);
        expect({ restartPolicy, terminationGracePeriodSeconds }).toEqual({
            restartPolicy: "Always",
            terminationGracePeriodSeconds: 5,
        });
        const [{ readinessProbe, livenessProbe }] = containers;
        const exec = { command: ["/bin/sh", "-c", 'find "$HOME/alive" -mmin -1 | grep -q .'] };
        expect(readinessProbe).toEqual({ exec, periodSeconds: 10 });
        expect(livenessProbe).toEqual({ exec, initialDelaySeconds: 120, periodSeconds: 30 });
    });

    it("has a pod without rights, which gets all that it needs by variables", async () => {
        const { template } = (await record(() => new FailbackLease("lease", args))).one(deployment).inputs.spec;
        const { automountServiceAccountToken, containers, volumes } = template.spec;
        expect(automountServiceAccountToken).toBe(false);
        expect(containers).toHaveLength(1);
        expect(containers[0]).toMatchObject({
            name: "failback-lease",
            image: "natsio/nats-box:0.19.7",
            command: scriptCommand('exec /bin/sh "$LEASE_DIR/lease.sh"'),
            securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            },
        });
        expect(containers[0].env).toEqual([
            { name: "NATS_URL", value: "nats://nats.atlas-messaging.svc:4222" },
            { name: "NATS_USER", value: "app" },
            { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: "nats-auth", key: "APP_PASSWORD" } } },
            { name: "NATS_TIMEOUT", value: "3s" },
            { name: "STREAMS", value: "ORDERS audit-log Readings" },
            { name: "LEASE_SECONDS", value: "50" },
            { name: "GUARD_SECONDS", value: "120" },
            { name: "RECORDS_STREAM", value: "FAILBACK_LEASES" },
            { name: "RECORDS_SUBJECT", value: "drkit.failback-leases" },
            { name: "LEASE_DIR", value: "/etc/failback-lease" },
            { name: "HOME", value: "/tmp" },
        ]);
        expect(volumes).toEqual([
            { name: "files", configMap: { name: "failback-lease" } },
            { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
        ]);
    });

    it("leaves time to take writes again before a minute is over", () => {
        expect(failbackLease).toBe(60);
    });

    it("fails with every mistake before it registers anything", async () => {
        await expect(record(() => new FailbackLease("lease", { ...args, streams: [], cluster: "" }))).rejects.toThrow(
            'FailbackLease "lease":\n- streams: empty; name the streams that a failback gives the writes to\n' +
                "- streams.FAILBACK_LEASES.placement.cluster: absent; name the region's cluster",
        );
        expect(validateFailbackLease({ ...args, streams: ["a b", "FAILBACK_LEASES"] })).toEqual([
            'streams: "a b" is no stream name; allowed are letters, digits, "_" and "-"',
            "streams: FAILBACK_LEASES is where the records of failbacks are kept",
        ]);
        expect(validateFailbackLease(args)).toEqual([]);
    });
});

describe("lease.sh", () => {
    it("is POSIX sh, and takes every request that the command sends", () => {
        execFileSync("/bin/sh", ["-n"], { input: failbackLeaseScript() });
        const steps = /^close \| open \| reopen \| expire\) /m.exec(failbackLeaseScript())?.[0] ?? "";
        expect(Object.keys(failbackSubjects).every((step) => steps.includes(step))).toBe(true);
        expect(Object.entries(failbackSubjects).map(([step, subject]) => subject === `drkit.failback.${step}`)).toEqual(
            [true, true, true, true],
        );
    });
});
