import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startDoubles } from "./doubles";
import { Client } from "./testing/client";

const topicType = "aws:sns/topic:Topic";

describe("the pretend cloud", () => {
    let dir: string;
    const stateFile = () => path.join(dir, "nested", "cloud.jsonl");

    beforeEach(() => {
        dir = mkdtempSync(path.join(tmpdir(), "drkit-cloud-"));
    });
    afterEach(() => rmSync(dir, { recursive: true }));

    it("survives the process, with everything that was made before it ended", async () => {
        const first = await startDoubles({ stateFile: stateFile() });
        const made = await first.seed(topicType, { name: "pager" }, { region: "us-west-2" });
        await first.seed(topicType, { name: "gone" });
        first.cloud.remove(first.cloud.find(topicType, ({ name }) => name === "gone")!);
        const [before] = [first.cloud.objects()];
        // No farewell: a killed process does not say one.
        const second = await startDoubles({ stateFile: stateFile() });
        expect(second.cloud.objects()).toEqual(before);
        expect(second.cloud.objects()).toEqual([made]);
        await expect(second.seed(topicType, { name: "pager" }, { region: "us-west-2" })).rejects.toThrow(
            "already exists",
        );
        await Promise.all([first.stop(), second.stop()]);
    });

    it("reads a file whose last line was cut short, and refuses one that is damaged", async () => {
        const first = await startDoubles({ stateFile: stateFile() });
        await first.seed(topicType, { name: "pager" });
        await first.stop();
        appendFileSync(stateFile(), '{"put":"[\\"aws:s');
        const second = await startDoubles({ stateFile: stateFile() });
        expect(second.cloud.objects()).toHaveLength(1);
        await second.stop();
        appendFileSync(stateFile(), "not json\n{}\n");
        await expect(startDoubles({ stateFile: stateFile() })).rejects.toThrow(
            /cloud\.jsonl, line 2: not a change of the pretend cloud; delete the file/,
        );
    });

    it("lets only its owner read the file", async () => {
        const doubles = await startDoubles({ stateFile: stateFile() });
        await doubles.seed("aws:ssm/parameter:Parameter", {
            name: "/token",
            type: "SecureString",
            value: "correct horse",
        });
        expect(readFileSync(stateFile(), "utf8")).toContain("correct horse");
        expect((statSync(stateFile()).mode & 0o777).toString(8)).toBe("600");
        await doubles.stop();
    });

    it("logs every change that was asked for, refused ones with the reason", async () => {
        const doubles = await startDoubles();
        doubles.cloud.failNext(topicType, "Throttling: rate exceeded");
        await expect(doubles.seed(topicType, { name: "pager" })).rejects.toThrow("Throttling: rate exceeded");
        await doubles.seed(topicType, { name: "pager" }, { region: "us-west-2" });
        expect(doubles.cloud.calls()).toMatchObject([
            {
                package: "aws",
                type: topicType,
                operation: "create",
                region: "us-east-1",
                error: "Throttling: rate exceeded",
            },
            {
                package: "aws",
                type: topicType,
                operation: "create",
                region: "us-west-2",
                id: "arn:aws:sns:us-west-2:123456789012:pager",
            },
        ]);
        expect(doubles.cloud.objects()).toHaveLength(1);
        await doubles.stop();
    });

    it("can hold an answer back after the change was made", async () => {
        const doubles = await startDoubles();
        const client = await Client.connect(doubles, "aws", { region: "us-east-1" });
        const hold = doubles.cloud.holdNext(topicType);
        let answered = false;
        const creating = client.create(topicType, "pager", { name: "pager" }).then(() => (answered = true));
        await hold.reached;
        expect(doubles.cloud.objects()).toHaveLength(1);
        expect(answered).toBe(false);
        hold.release();
        await creating;
        client.close();
        await doubles.stop();
    });

    it("can switch AWS's deletion protection off", async () => {
        const doubles = await startDoubles();
        const client = await Client.connect(doubles, "aws", { region: "us-east-1" });
        const table = {
            name: "keys",
            hashKey: "id",
            attributes: [{ name: "id", type: "S" }],
            billingMode: "PAY_PER_REQUEST",
            deletionProtectionEnabled: true,
        };
        const made = await client.create("aws:dynamodb/table:Table", "keys", table);
        await expect(client.delete("aws:dynamodb/table:Table", "keys", made)).rejects.toThrow(
            'deletion protection of "keys" is on',
        );
        expect(doubles.cloud.liftDeletionProtection().map(({ id }) => id)).toEqual(["keys"]);
        await client.delete("aws:dynamodb/table:Table", "keys", made);
        expect(doubles.cloud.objects()).toEqual([]);
        client.close();
        await doubles.stop();
    });
});
