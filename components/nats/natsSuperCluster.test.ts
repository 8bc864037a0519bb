import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { NatsSuperCluster, validateNatsPassword, type NatsSuperClusterArgs } from "./natsSuperCluster";
import { natsChartValues } from "./natsChartValues";
import { record } from "../testing/record";

const args: NatsSuperClusterArgs = { profile: fixtureSystem, role: "primary", namespace: "atlas-messaging" };
const credentials = { system: "SystemPasswordOfTests", application: "ApplicationPasswordOfTests" };

describe("NatsSuperCluster", () => {
    it("makes two passwords, a Secret and the release", async () => {
        const recording = await record(() => new NatsSuperCluster("nats", args), {
            outputs: {
                "random:index/randomPassword:RandomPassword": () => ({
                    result: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
                }),
            },
        });
        expect(recording.children).toEqual([
            "drkit:index:NatsSuperCluster nats",
            "kubernetes:core/v1:Secret nats-auth",
            "kubernetes:helm.sh/v3:Release nats-release",
            "random:index/randomPassword:RandomPassword nats-application-password",
            "random:index/randomPassword:RandomPassword nats-system-password",
        ]);
        for (const user of ["application", "system"]) {
            // A leading digit would make the server read a number: letters only.
            expect(recording.one("random:index/randomPassword:RandomPassword", `nats-${user}-password`).inputs).toEqual(
                {
                    length: 40,
                    special: false,
                    numeric: false,
                },
            );
        }
    });

    it("uses the passwords it is given, and keeps them secret", async () => {
        const recording = await record(() => new NatsSuperCluster("nats", { ...args, credentials }));
        expect(recording.children).toEqual([
            "drkit:index:NatsSuperCluster nats",
            "kubernetes:core/v1:Secret nats-auth",
            "kubernetes:helm.sh/v3:Release nats-release",
        ]);
        const secret = recording.one("kubernetes:core/v1:Secret");
        expect(secret.inputs).toMatchObject({
            metadata: { name: "nats-auth", namespace: "atlas-messaging" },
            stringData: { SYS_PASSWORD: credentials.system, APP_PASSWORD: credentials.application },
        });
        expect(secret.secretInputs).toEqual(["stringData"]);
        expect(recording.dependencies("kubernetes:helm.sh/v3:Release")).toContain(
            "kubernetes:core/v1:Secret nats-auth",
        );
        expect(JSON.stringify(recording.one("kubernetes:helm.sh/v3:Release").inputs)).not.toMatch(/PasswordOfTests/);
    });

    it("installs the pinned chart under the name that the primary's servers have", async () => {
        const recording = await record(() => new NatsSuperCluster("nats", { ...args, credentials }));
        expect(recording.one("kubernetes:helm.sh/v3:Release").inputs).toEqual({
            name: "nats",
            namespace: "atlas-messaging",
            chart: "nats",
            version: "2.14.2",
            repositoryOpts: { repo: "https://nats-io.github.io/k8s/helm/charts/" },
            timeout: 1800,
            atomic: false,
            compat: "true",
            values: natsChartValues(args),
        });
    });

    it("refuses bad settings before anything is registered, all at once", async () => {
        await expect(
            record(
                () =>
                    new NatsSuperCluster("nats", {
                        ...args,
                        servers: 2,
                        storageSize: "20GB",
                        image: { repository: "nats", tag: "latest" },
                    }),
            ),
        ).rejects.toThrow(
            "nats: NATS member of primary:\n" +
                "- servers: 2 found; allowed are odd numbers from 3, so that a majority outlives one server\n" +
                '- image.tag: "latest" found; allowed are tags that begin with a version from 2.14.7\n' +
                '- storageSize: "20GB" found; allowed is a whole number of Gi or Ti, such as "20Gi"\n' +
                "- streams.ORDERS.replicas: 5 found, with 2 servers; allowed are at most as many\n" +
                "- streams.audit-log.replicas: 3 found, with 2 servers; allowed are at most as many\n" +
                "- streams.Readings.replicas: 3 found, with 2 servers; allowed are at most as many",
        );
    });
});

describe("validateNatsPassword", () => {
    it.each(["abcdefghijklmnop", "A1234567890-_abcdef"])("accepts %s", (password) => {
        expect(validateNatsPassword("credentials.system", password)).toEqual([]);
    });

    it.each([
        ["begins with a digit, so the server reads a number", "1234567890123456e5"],
        ["is short", "abc"],
        ["holds a space", "abcdefgh ijklmnopq"],
        ["holds a sign of the configuration's own", "abcdefgh}ijklmnopq"],
    ])("refuses one that %s, without showing it", (_, password) => {
        const issues = validateNatsPassword("credentials.system", password);
        expect(issues).toHaveLength(1);
        expect(issues[0]).toMatch(/^credentials\.system: a value of \d+ characters found; allowed are 16 or more/);
        expect(issues[0]).not.toContain(password);
    });
});
