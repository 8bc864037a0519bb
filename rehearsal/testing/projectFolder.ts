import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { roles } from "../../components/model/profile";
import { projectRoot } from "../paths";

/**
 * Folder of a project whose program runs in the test's own process: its name, and no entry. The stacks have the shipped configuration.
 * `dir` is an empty folder, or one that does not exist.
 */
export function shippedStacksIn(dir: string): string {
    const projectDir = projectIn(dir, "kgents-dr");
    for (const file of roles.map((role) => `Pulumi.${role}.yaml`))
        copyFileSync(path.join(projectRoot, file), path.join(projectDir, file));
    return projectDir;
}

/** The same for the stacks of another project: a resource without a provider of its own fails, and nothing is set. */
export function bareStacksIn(dir: string, project: string, stacks: readonly string[]): string {
    const projectDir = projectIn(dir, project);
    const config = JSON.stringify({ config: { "pulumi:disable-default-providers": ["aws", "kubernetes"] } });
    for (const stack of stacks) writeFileSync(path.join(projectDir, `Pulumi.${stack}.yaml`), config);
    return projectDir;
}

function projectIn(dir: string, name: string): string {
    const projectDir = path.join(dir, "program");
    mkdirSync(projectDir, { recursive: true });
    writeFileSync(path.join(projectDir, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    return projectDir;
}
