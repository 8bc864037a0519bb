import * as fs from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";

/**
 * A machine to look for tools on, for tests: a PATH and a cache of its own, tools that are scripts printing a version, and a
 * `go` that "builds" such scripts and counts. Nothing real is found, downloaded or built.
 */
export class FakeMachine {
    readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "drkit-toolchain-"));
    readonly cache = path.join(this.root, "cache");
    readonly bin = path.join(this.root, "bin");
    /** A lock file of its own; not there until a test writes one. */
    readonly sumsFile = path.join(this.root, "toolSums.json");
    readonly lines: string[] = [];
    private readonly servers: Server[] = [];
    env: NodeJS.ProcessEnv;

    constructor() {
        fs.mkdirSync(this.bin);
        // Only what the scripts themselves need; no real tool lives in these folders of a system.
        const system = path.join(this.root, "system");
        fs.mkdirSync(system);
        for (const name of ["sh", "sleep", "cat", "chmod", "env", "tar", "gzip"])
            fs.symlinkSync(realProgram(name), path.join(system, name));
        fs.symlinkSync(process.execPath, path.join(system, "node"));
        this.env = {
            PATH: `${this.bin}${path.delimiter}${system}`,
            HOME: this.root,
            DRKIT_TOOL_CACHE: this.cache,
            // Refuses connections: downloads fail at once unless a test serves them.
            DRKIT_TOOL_MIRROR: "http://127.0.0.1:9",
        };
    }

    readonly progress = (line: string): void => void this.lines.push(line);

    get options() {
        return { env: this.env, progress: this.progress, sumsFile: this.sumsFile };
    }

    /** Puts an executable script on PATH, or in another folder. */
    script(name: string, text: string, folder = this.bin): string {
        fs.mkdirSync(folder, { recursive: true });
        const file = path.join(folder, name);
        fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
        return file;
    }

    /** A tool that prints its version whatever it is asked. */
    tool(name: string, version: string, folder = this.bin): string {
        return this.script(name, `echo "${name}: v${version}"`, folder);
    }

    /**
     * A `go` whose builds give a tool of `version`. Each build is noted in `builds()`.
     * @param before shell text to run in a build before the tool is written.
     */
    go(version: string, before = ""): void {
        this.script(
            "go",
            [
                `if [ "$1" = env ]; then echo go1.99.0; exit 0; fi`,
                `while [ $# -gt 1 ]; do if [ "$1" = -o ]; then out="$2"; fi; shift; done`,
                `echo "$1" >> "${this.buildLog}"`,
                // "mod init" and "get" write no tool.
                `if [ -z "$out" ]; then exit 0; fi`,
                before,
                `printf '#!/bin/sh\\necho v${version}\\n' > "$out"; chmod 755 "$out"`,
            ].join("\n"),
        );
    }

    private get buildLog(): string {
        return path.join(this.root, "builds.log");
    }

    /** The packages that were built, in order; of a module of its own also its steps before. */
    builds(): string[] {
        return fs.existsSync(this.buildLog) ? fs.readFileSync(this.buildLog, "utf8").trim().split("\n") : [];
    }

    /** What lies in the cache, the versions of PATH's tools apart. */
    cached(): string[] {
        return fs.existsSync(this.cache)
            ? fs
                  .readdirSync(this.cache)
                  .filter((name) => name !== "path-versions.json")
                  .sort()
            : [];
    }

    /** Serves files as the mirror for downloads; returns the paths asked for. A path not given is 404; `null` never answers. */
    async serve(files: Record<string, Buffer | string | null>): Promise<string[]> {
        const asked: string[] = [];
        const server = createServer((request, response) => {
            asked.push(request.url ?? "");
            const content = files[request.url ?? ""];
            if (content === null) return;
            response.statusCode = content === undefined ? 404 : 200;
            response.end(content);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        this.servers.push(server);
        this.env.DRKIT_TOOL_MIRROR = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        return asked;
    }

    async remove(): Promise<void> {
        for (const server of this.servers) {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        }
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}

function realProgram(name: string): string {
    for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
        if (fs.existsSync(path.join(folder, name))) return path.join(folder, name);
    }
    throw new Error(`${name} is not on PATH; the toolchain's tests need it.`);
}
