import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/**
 * The transpiler that ts-node uses when Pulumi loads the program (tsconfig.json names it). It is TypeScript's own, with
 * a memory: a file that has not changed is not transpiled again, which is most of a start's time. What is
 * remembered is found by the content of the file, the compiler's version and its options, so nothing can be stale.
 */
export function create({ service }) {
    const { config } = service;
    const folder = path.join(
        path.dirname(config.options.configFilePath ?? process.cwd()),
        "node_modules",
        ".cache",
        "program",
    );
    const typescript = createRequire(import.meta.url)("typescript");
    const setting = JSON.stringify([typescript.version, config.options]);

    return {
        transpile(source, { fileName }) {
            const key = createHash("sha256").update(`${setting}\0${fileName}\0${source}`).digest("hex");
            const file = path.join(folder, `${key}.json`);
            return read(file) ?? write(file, transpile(source, fileName));
        },
    };

    function transpile(source, fileName) {
        const { outputText, sourceMapText, diagnostics } = typescript.transpileModule(source, {
            fileName,
            compilerOptions: config.options,
            reportDiagnostics: true,
        });
        return { outputText, sourceMapText, diagnostics };
    }
}

function read(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch {
        // Not there, or half written by something that was killed: made again.
        return undefined;
    }
}

/** A file with a mistake is not remembered, and where nothing can be written everything still works. */
function write(file, result) {
    if (result.diagnostics?.length > 0) return result;
    try {
        mkdirSync(path.dirname(file), { recursive: true });
        const draft = `${file}.${process.pid}`;
        writeFileSync(draft, JSON.stringify({ outputText: result.outputText, sourceMapText: result.sourceMapText }));
        renameSync(draft, file);
    } catch {
        // A read-only checkout: transpiled every time.
    }
    return result;
}
