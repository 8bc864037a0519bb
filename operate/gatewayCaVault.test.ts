import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { awsSecretVault } from "./gatewayCaVault";

/** As much of Secrets Manager's protocol as the vault speaks, on loopback. */
let server: Server;
let secrets: Map<string, { value: string; replicas: string[] }>;
let calls: { operation: string; body: Record<string, any> }[];

const answers: Record<string, (body: Record<string, any>) => Record<string, unknown> | undefined> = {
    GetSecretValue: ({ SecretId }) =>
        secrets.has(SecretId) ? { Name: SecretId, SecretString: secrets.get(SecretId)!.value } : undefined,
    DescribeSecret: ({ SecretId }) =>
        secrets.has(SecretId)
            ? { Name: SecretId, ReplicationStatus: secrets.get(SecretId)!.replicas.map((Region) => ({ Region })) }
            : undefined,
    CreateSecret: ({ Name, SecretString, AddReplicaRegions }) => {
        secrets.set(Name, {
            value: SecretString,
            replicas: AddReplicaRegions.map(({ Region }: { Region: string }) => Region),
        });
        return { Name };
    },
    ReplicateSecretToRegions: ({ SecretId, AddReplicaRegions }) => {
        secrets.get(SecretId)!.replicas.push(...AddReplicaRegions.map(({ Region }: { Region: string }) => Region));
        return {};
    },
    PutSecretValue: ({ SecretId, SecretString }) => {
        secrets.get(SecretId)!.value = SecretString;
        return {};
    },
};

beforeEach(async () => {
    secrets = new Map();
    calls = [];
    server = createServer((request, response) => {
        let text = "";
        request.on("data", (chunk) => (text += chunk));
        request.on("end", () => {
            const operation = String(request.headers["x-amz-target"]).split(".").at(-1)!;
            const body = JSON.parse(text) as Record<string, any>;
            calls.push({ operation, body });
            const answer = answers[operation]?.(body);
            response.writeHead(answer ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
            response.end(
                JSON.stringify(
                    answer ?? {
                        __type: "ResourceNotFoundException",
                        message: "Secrets Manager can't find the specified secret.",
                    },
                ),
            );
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
});

afterEach(() => {
    server.closeAllConnections();
    server.close();
});

function vault() {
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    return awsSecretVault(
        "us-east-1",
        new SecretsManagerClient({ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials }),
    );
}

describe("awsSecretVault", () => {
    it("finds nothing where there is nothing", async () => {
        expect(await vault().read("kgents/x")).toBeUndefined();
    });

    it("makes a secret with its replicas, and reads it", async () => {
        await vault().write("kgents/x", "first", ["us-west-2", "us-east-2"]);
        expect(secrets.get("kgents/x")).toEqual({ value: "first", replicas: ["us-west-2", "us-east-2"] });
        expect(await vault().read("kgents/x")).toBe("first");
    });

    it("gives a secret a new value and the replicas that it lacks", async () => {
        secrets.set("kgents/x", { value: "first", replicas: ["us-west-2"] });
        await vault().write("kgents/x", "second", ["us-west-2", "us-east-2"]);
        expect(secrets.get("kgents/x")).toEqual({ value: "second", replicas: ["us-west-2", "us-east-2"] });
        expect(calls.map(({ operation }) => operation)).toEqual([
            "DescribeSecret",
            "ReplicateSecretToRegions",
            "PutSecretValue",
        ]);
    });

    it("does not take a refusal for an absence", async () => {
        const refusing = awsSecretVault("us-east-1", {
            send: () => Promise.reject(new Error("AccessDeniedException")),
        } as never);
        await expect(refusing.read("kgents/x")).rejects.toThrow("AccessDeniedException");
    });
});
