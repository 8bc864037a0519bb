import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { taggableServices, taggableTypes } from "./taggableTypes";

const sdk = path.dirname(require.resolve("@pulumi/aws/package.json"));

function taggableInSdk(service: string): string[] {
    const folder = path.join(sdk, service);
    return readdirSync(folder)
        .filter((file) => file.endsWith(".d.ts") && file !== "index.d.ts")
        .flatMap((file) => {
            const args =
                /export interface \w+Args \{(.*?)\n\}/s.exec(readFileSync(path.join(folder, file), "utf8"))?.[1] ?? "";
            if (!/\n {4}tags\?: /.test(args)) return [];
            const token = /__pulumiType = '([^']+)'/.exec(
                readFileSync(path.join(folder, file.replace(/\.d\.ts$/, ".js")), "utf8"),
            );
            return token?.[1] === undefined ? [] : [token[1]];
        });
}

describe("taggableTypes", () => {
    it("lists exactly the types of its services that the AWS SDK in use lets carry tags", () => {
        const expected = taggableServices.flatMap(taggableInSdk).sort();
        expect([...taggableTypes].sort()).toEqual(expected);
    });
});
