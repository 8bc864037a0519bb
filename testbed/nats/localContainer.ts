import * as fs from "node:fs";
import * as path from "node:path";
import type { Deployment } from "../../engine/state/deployment";
import { deployedSecret, expand, secretValue, type RunTimeSecrets } from "./chartConfig";

const configMapType = "kubernetes:core/v1:ConfigMap";

export interface LocalContainerOptions {
    /** Values that differ on this machine, by variable. A variable that the container does not have is an error. */
    readonly env: Readonly<Record<string, string>>;
    /** Secrets that come at run time. */
    readonly secrets?: RunTimeSecrets;
    /** Folders of the programs that the image brings: the `nats` CLI. */
    readonly programs: readonly string[];
    /** Holds the mounted ConfigMaps, and is the script's home. */
    readonly dir: string;
}

/** A deployed container as a process of this machine. */
export interface LocalContainer {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Record<string, string>;
    /** Variables whose values differ from the deployed ones. */
    readonly changed: readonly string[];
}

/**
 * The only container of a deployed pod as a process: its own command, unchanged. Variables that hold the path of a mounted ConfigMap
 * point to a copy of it; others change only where `env` says so.
 */
export function localContainer(deployment: Deployment, pod: any, options: LocalContainerOptions): LocalContainer {
    const [container] = pod.containers;
    const mounts = mountConfigMaps(deployment, pod, container, options.dir);
    const { values, changed } = containerEnv(deployment, container, options, mounts);
    const [command, ...args] = [...container.command, ...(container.args ?? [])].map((part: string) =>
        expand(part, values),
    );
    const PATH = [...options.programs, process.env.PATH].join(path.delimiter);
    return { command: command as string, args, env: { HOME: options.dir, ...values, PATH }, changed };
}

/** Writes each mounted ConfigMap to a folder; answers the folders by mount path. */
function mountConfigMaps(deployment: Deployment, pod: any, container: any, dir: string): Map<string, string> {
    const mounts = new Map<string, string>();
    for (const { name, mountPath } of container.volumeMounts ?? []) {
        const volume = pod.volumes.find((candidate: any) => candidate.name === name);
        const folder = path.join(dir, "volumes", name);
        fs.mkdirSync(folder, { recursive: true });
        mounts.set(mountPath, folder);
        if (!volume?.configMap) continue;
        const configMap = deployment
            .ofType(configMapType)
            .find((candidate) => candidate.inputs.metadata?.name === volume.configMap.name);
        if (!configMap)
            throw new Error(
                `stack ${deployment.stack}: the ConfigMap ${volume.configMap.name}, which the pod mounts, is not deployed`,
            );
        for (const [file, content] of Object.entries(configMap.inputs.data as Record<string, string>)) {
            fs.writeFileSync(path.join(folder, file), content);
        }
    }
    return mounts;
}

function containerEnv(
    deployment: Deployment,
    container: any,
    options: LocalContainerOptions,
    mounts: Map<string, string>,
) {
    const { env: overrides } = options;
    const secrets = (name: string) => options.secrets?.[name] ?? deployedSecret(deployment, name);
    const values: Record<string, string> = {};
    const changed: string[] = [];
    for (const { name, value, valueFrom } of container.env ?? []) {
        const deployed = valueFrom ? secretValue(secrets, valueFrom, name) : expand(value ?? "", values);
        const local = overrides[name] ?? mounts.get(deployed) ?? deployed;
        if (local !== deployed) changed.push(name);
        values[name] = local;
    }
    const unknown = Object.keys(overrides).filter((name) => !(name in values));
    if (unknown.length > 0)
        throw new Error(
            `the container has no variable ${unknown.join(", ")}; it has ${Object.keys(values).join(", ")}`,
        );
    return { values, changed };
}
