import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { checksumOf, fetchAll, fetchText, mirrored } from "./fetchRelease";
import type { Filled, InstallContext } from "./installContext";
import { run } from "./run";
import type { ToolSpec } from "./toolSpecs";
import { lockCommand, readSums, SumChanged } from "./toolSums";
import { unzip } from "./unzip";

/** The archive is not the one that the release's list of checksums names. */
class ChecksumMismatch extends Error {
    override readonly name = "ChecksumMismatch";
}

/**
 * Downloads the official release into `<folder>/bin` and returns where it came from. Before anything in it is touched, the archive
 * is checked against the sum on record in `toolSums.json`. A version that is not on record is checked against the list that the same
 * release publishes, which guards against a broken transfer but not against a replaced release.
 *
 * @throws SumChanged if the archive is not the one on record.
 */
export async function downloadRelease(spec: ToolSpec, folder: string, context: InstallContext): Promise<Filled> {
    const release = spec.release(context.platform);
    if (!release) throw new Error(`no release for ${context.platform.os} on ${context.platform.arch}`);

    const name = path.posix.basename(new URL(release.archive).pathname);
    const recorded = readSums(context.sumsFile)[release.archive];
    const expected = recorded ?? checksumOf(name, await fetchText(release.checksums, context));
    if (!expected) throw new Error(`${release.checksums} lists no ${name}`);

    const address = mirrored(release.archive, context.env);
    context.progress(`${spec.name} ${spec.version}: downloading ${address}`);
    const content = await fetchAll(address, context, (text) =>
        context.progress(`${spec.name} ${spec.version}: ${text}`),
    );
    const found = createHash("sha256").update(content).digest("hex");
    if (recorded !== undefined && found !== recorded) throw new SumChanged(spec, address, found, recorded);
    if (found !== expected)
        throw new ChecksumMismatch(
            `checksum mismatch: ${address} has SHA-256 ${found}, its release says ${expected}; not used`,
        );

    if (recorded === undefined)
        context.progress(
            `${spec.name} ${spec.version}: its sum is checked against its own release only; ${lockCommand} ${spec.name} records it`,
        );

    const archive = path.join(folder, name);
    fs.writeFileSync(archive, content);
    await extract(spec, archive, folder, context);
    fs.rmSync(archive);
    return { source: address, archive: { address: release.archive, sha256: found } };
}

async function extract(spec: ToolSpec, archive: string, folder: string, context: InstallContext): Promise<void> {
    const bin = path.join(folder, "bin");
    const wanted = (name: string) => spec.keep.includes(name.replace(/\.(exe|cmd)$/, ""));
    if (archive.endsWith(".zip")) {
        unzip(archive, bin, wanted);
    } else {
        const unpacked = path.join(folder, "unpacked");
        fs.mkdirSync(unpacked);
        await run("tar", ["-xzf", archive, "-C", unpacked], { env: context.env, signal: context.signal });
        for (const file of fs.readdirSync(unpacked, { recursive: true, withFileTypes: true })) {
            if (file.isFile() && wanted(file.name))
                fs.renameSync(path.join(file.parentPath, file.name), path.join(bin, file.name));
        }
        fs.rmSync(unpacked, { recursive: true });
    }
    for (const name of fs.readdirSync(bin)) fs.chmodSync(path.join(bin, name), 0o755);
}
