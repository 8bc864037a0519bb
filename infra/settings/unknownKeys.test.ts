import { describe, expect, it } from "vitest";
import { kgents } from "../kgents";
import { testRoadmap } from "../testing/roadmap";
import { formerKeys, successorOf } from "./former";
import { readSettings } from "./index";
import { SettingsError, type SettingsIssue } from "./issue";
import { settingDocs } from "./reference";

/** The mistakes of a stack of project shop-dr; full keys, as the engine hands them over. */
function issuesIn(values: Record<string, unknown>, secrets: string[] = []): readonly SettingsIssue[] {
    const texts = Object.entries(values).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const config = { values: Object.fromEntries(texts), isSecret: (key: string) => secrets.includes(key) };
    try {
        readSettings("primary", "shop-dr", config, kgents, testRoadmap);
    } catch (error) {
        if (error instanceof SettingsError) return error.issues;
        throw error;
    }
    return [];
}

const own = (values: Record<string, unknown>) => ({
    "shop-dr:phase": 10,
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [`shop-dr:${key}`, value])),
});
const remove = "pulumi config rm --stack primary";
const set = "pulumi config set --stack primary";

describe("a key that moved", () => {
    it("is refused with the commands that move its values, single ones and whole sections", () => {
        const issues = issuesIn(
            own({
                prometheusOperator: true,
                dns: { pages: [{ protocol: "email", endpoint: "oncall@example.com" }], cutover: "done" },
                standby: {
                    nats: { url: "nats://n:4222", gateways: true },
                    imageArchitectures: { "shop/api": ["arm64"] },
                },
                backup: { schedule: "0 */6 * * *" },
            }),
        );
        expect(issues.map(({ key, allowed, remedy }) => [key, allowed, remedy])).toEqual([
            [
                "shop-dr:prometheusOperator",
                "moved to shop-dr:alerts.prometheus.operator",
                `${set} --path shop-dr:alerts.prometheus.operator true, then ${remove} shop-dr:prometheusOperator`,
            ],
            [
                "shop-dr:dns.pages",
                "moved to shop-dr:alerts.subscribers[0].protocol, shop-dr:alerts.subscribers[0].endpoint",
                `${set} --path 'shop-dr:alerts.subscribers[0].protocol' email, then ` +
                    `${set} --path 'shop-dr:alerts.subscribers[0].endpoint' oncall@example.com, then ${remove} --path shop-dr:dns.pages`,
            ],
            [
                "shop-dr:backup.schedule",
                "moved to shop-dr:nats.backup.schedule",
                `${set} --path shop-dr:nats.backup.schedule '0 */6 * * *', then ${remove} --path shop-dr:backup.schedule`,
            ],
            [
                "shop-dr:standby.nats",
                "moved to shop-dr:nats.access.url, shop-dr:nats.patched",
                `${set} --path shop-dr:nats.access.url nats://n:4222, then ${set} --path shop-dr:nats.patched true, then ${remove} --path shop-dr:standby.nats`,
            ],
            [
                "shop-dr:standby.imageArchitectures",
                'moved to shop-dr:standby.images.architectures["shop/api"][0]',
                `${set} --path 'shop-dr:standby.images.architectures["shop/api"][0]' arm64, then ${remove} --path shop-dr:standby.imageArchitectures`,
            ],
        ]);
    });

    it("keeps a secret to itself", () => {
        const [issue] = issuesIn(own({ standby: { nats: { url: "nats://hunter2" } } }), ["shop-dr:standby"]);
        expect(issue?.remedy).toBe(
            `${set} --secret --path shop-dr:nats.access.url <value>, then ${remove} --path shop-dr:standby.nats`,
        );
    });

    it.each(formerKeys)("%s leads to a key that exists, and exists no more itself", (former) => {
        const keys = settingDocs(kgents, testRoadmap).map(({ path }) => path);
        expect(keys).toContain(successorOf(former.split("."))!.join("."));
        expect(keys).not.toContain(former);
    });
});

describe("a key that does not exist", () => {
    it.each<[what: string, values: Record<string, unknown>, key: string, said: RegExp]>([
        ["a slip", { aletrs: {} }, "aletrs", /^did you mean alerts\?/],
        ["a slip far below", { nats: { found: { userz: [] } } }, "nats.found.userz", /^did you mean users\?/],
        [
            "a slip in an item of a list",
            { alerts: { subscribers: [{ protocol: "email", endpoint: "a@b.c", protocl: 1 }] } },
            "alerts.subscribers[0].protocl",
            /^did you mean protocol\?/,
        ],
        [
            "a key of another section",
            { cluster: { nat: "gateway" } },
            "cluster.nat",
            /^did you mean shop-dr:network\.nat\?/,
        ],
        [
            "a key without its section",
            { subscribers: [] },
            "subscribers",
            /^did you mean shop-dr:alerts\.subscribers\?/,
        ],
        [
            "a path that was set without --path",
            { "nats.owner": "user" },
            '"',
            /^pulumi config set --stack primary --path shop-dr:nats\.owner user, then pulumi config rm --stack primary shop-dr:nats\.owner$/,
        ],
        [
            "a former path that was set without --path",
            { "dns.pages[0].protocol": "email" },
            '"',
            /--path 'shop-dr:alerts\.subscribers\[0\]\.protocol' email, then pulumi config rm --stack primary 'shop-dr:dns\.pages\[0\]\.protocol'$/,
        ],
        [
            "a dot after the project's name",
            { "shop-dr": { nats: { owner: "user" } } },
            "shop-dr",
            /^pulumi config set --stack primary --path shop-dr:nats\.owner user, then pulumi config rm --stack primary shop-dr:shop-dr$/,
        ],
    ])("is refused with the right one: %s", (_what, values, key, said) => {
        const [issue, ...others] = issuesIn(own(values));
        expect(others).toEqual([]);
        expect(issue?.remedy).toMatch(said);
        if (key !== '"') expect(issue?.key).toBe(`shop-dr:${key}`);
    });
});

describe("a key with another project's name", () => {
    const rename = "sed -i.bak 's/^\\( *\\)kgents-dr:/\\1shop-dr:/' Pulumi.primary.yaml";

    it("is refused with the command that renames it, and its value is held against the schema with all others", () => {
        const issues = issuesIn({ "kgents-dr:phase": 13, "kgents-dr:nats": { owner: "helm" }, "shop-dr:nats": {} });
        expect(issues.map(({ key }) => key)).toEqual(["kgents-dr:phase", "kgents-dr:nats", "shop-dr:nats.owner"]);
        for (const issue of issues.slice(0, 2)) {
            expect(issue.allowed).toBe("keys of this project begin with its name, shop-dr:");
            expect(issue.remedy).toContain(rename);
        }
    });

    it("goes where the project's own key is set", () => {
        expect(issuesIn({ "kgents-dr:phase": 13, "shop-dr:phase": 10 })).toEqual([
            {
                key: "kgents-dr:phase",
                found: "a key of another project",
                allowed: "keys of this project begin with its name, shop-dr:",
                remedy: "pulumi config rm --stack primary kgents-dr:phase (shop-dr:phase is set)",
            },
        ]);
    });

    it.each<[Record<string, unknown>, string]>([
        [{ "shopdr:region": "us-east-1" }, "shopdr:region"],
        [{ "old-name:standby": { wait: true } }, "old-name:standby"],
        [{ "old-name:dns": { pages: [] } }, "old-name:dns"],
        [{ "old-name:prometheusOperator": true }, "old-name:prometheusOperator"],
    ])("shows itself by what no package has, or by its name: %j", (values, key) => {
        expect(issuesIn({ "shop-dr:phase": 10, ...values }).map((issue) => issue.key)).toContain(key);
    });

    it("is never taken from a package, whatever it is called", () => {
        const values = {
            "shop-dr:phase": 10,
            "aws:region": "eu-west-1",
            "aws:defaultTags": { tags: { a: "b" } },
            "pulumi:disable-default-providers": ["aws"],
            "pulumi:tags": { phase: 1 },
            "kubernetes:cluster": "prod",
            "kubernetes:namespace": "x",
            "cloudflare:apiToken": "x",
            "gcp:region": "europe-west1",
            "gcp:network": "default",
            "vault:backup": { interval: 3 },
            "datadog:alerts": ["a"],
            "some-company:secrets": ["a"],
        };
        expect(issuesIn(values)).toEqual([]);
    });
});
