import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareFolder, type EngineFolder } from "./engineFolder";
import { StackConfig } from "./stackConfig";

let root: string;
let projectDir: string;
let folder: EngineFolder;

beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "drkit-config-"));
    projectDir = path.join(root, "checkout");
    mkdirSync(projectDir);
    writeFileSync(path.join(projectDir, "Pulumi.yaml"), "name: fixture\nruntime: nodejs\n");
    folder = prepareFolder(path.join(root, "engine"), projectDir);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ship = (text: string) => writeFileSync(path.join(projectDir, "Pulumi.dr.yaml"), text);
const open = () => new StackConfig(folder, projectDir, "dr");

describe("StackConfig", () => {
    it("begins as the shipped file, comments included", () => {
        ship("config:\n    # the step of the roadmap\n    fixture:phase: 10\n    aws:region: us-west-2\n");
        const config = open();
        expect(config.get("phase")).toBe(10);
        expect(config.get("aws:region")).toBe("us-west-2");
        expect(config.text()).toContain("# the step of the roadmap");
    });

    it("begins empty where no file is shipped", () => {
        expect(open().get("phase")).toBeUndefined();
    });

    it("sets plain values of any shape in the copy and leaves the shipped file alone", () => {
        const shipped = "config:\n  fixture:phase: 10\n";
        ship(shipped);
        const config = open();
        config.set("phase", 11);
        config.set("nats", { owner: "chart", zones: ["a", "b"] });
        expect([config.get("phase"), config.get("nats")]).toEqual([11, { owner: "chart", zones: ["a", "b"] }]);
        expect(readFileSync(path.join(projectDir, "Pulumi.dr.yaml"), "utf8")).toBe(shipped);
    });

    it("leaves out encrypted values and what binds the file to another secrets key, and names the keys", () => {
        ship(
            "secretsprovider: awskms://alias/x\nencryptedkey: abc\nconfig:\n  fixture:password:\n    secure: v1:abc\n  fixture:phase: 12\n",
        );
        const config = open();
        expect(config.leftOut).toEqual(["fixture:password"]);
        expect(config.text()).toBe("config:\n  fixture:phase: 12\n");
    });

    it("keeps the salt of a former run in the folder, so that its state can be read", () => {
        ship("config:\n  fixture:phase: 10\n");
        writeFileSync(open().file, "encryptionsalt: v1:salt\nconfig: {}\n");
        expect(open().text()).toContain("encryptionsalt: v1:salt");
    });

    it("names the file that is not YAML", () => {
        ship("config: [\n");
        expect(open).toThrow(/Pulumi\.dr\.yaml is not YAML: /);
    });
});

describe("prepareFolder", () => {
    it("makes a passphrase that only the owner can read, once", () => {
        const first = readFileSync(folder.passphraseFile, "utf8");
        expect(first.length).toBeGreaterThanOrEqual(32);
        prepareFolder(folder.dir, projectDir);
        expect(readFileSync(folder.passphraseFile, "utf8")).toBe(first);
    });

    it("fails where there is no project", () => {
        expect(() => prepareFolder(path.join(root, "x"), root)).toThrow(
            `${root} holds no Pulumi.yaml: give the folder of a Pulumi project.`,
        );
    });
});
