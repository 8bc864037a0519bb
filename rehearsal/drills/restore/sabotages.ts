import type { DeployedResource } from "../../../engine/state/deployment";
import type { Deployments } from "../../kit/context";
import type { Sabotage } from "../../kit/drill";
import { jobs } from "../../kit/environments/backup";

/** Deployments whose backup is broken on purpose, each seen by a check of its own. */
export const restoreSabotages: readonly Sabotage[] = [
    {
        id: "broken-upload",
        title: "an upload that does nothing and reports success",
        apply: (deployments) => inScript(deployments, jobs.backup, "upload", () => "exit 0\n"),
        expectRed: "backup-arrives",
    },
    {
        id: "truncated-object",
        title: "a backup that loses the end of a file on its way",
        apply: (deployments) =>
            inScript(deployments, jobs.backup, "upload", (script) =>
                script.replace(
                    "set -eu\n",
                    'set -eu\nfor file in "$BACKUP_DIR"/*/streams/*/stream.tar.s2; do head -c 1000 "$file" >"$file.cut" && mv "$file.cut" "$file"; done\n',
                ),
            ),
        expectRed: "backup-verified",
    },
    {
        id: "old-backup",
        title: "a backup that runs once a week",
        apply: (deployments) => inCronJob(deployments, jobs.backup, (job) => void (job.spec.schedule = "0 3 * * 0")),
        expectRed: "backup-cadence",
    },
    {
        id: "restore-over-production",
        title: "a restore that replaces the streams it finds",
        apply: (deployments) =>
            inScript(deployments, jobs.restore, "restore", (script) =>
                script.replace(/fail "stream \$stream exists,.*\n/, 'nats stream rm "$stream" --force\n'),
            ),
        expectRed: "live-cluster-refused",
    },
];

function inScript(
    deployments: Deployments,
    job: string,
    container: string,
    change: (script: string) => string,
): Deployments {
    return inCronJob(deployments, job, (inputs) => {
        const pod = inputs.spec.jobTemplate.spec.template.spec;
        const found = [...pod.initContainers, ...pod.containers].find((candidate) => candidate.name === container);
        const script = found?.command.at(-1) as string | undefined;
        const changed = script === undefined ? undefined : change(script);
        if (changed === undefined || changed === script)
            throw new Error(`the sabotage of ${job}/${container} changes nothing: its script is another one`);
        found.command[found.command.length - 1] = changed;
    });
}

function inCronJob(deployments: Deployments, job: string, change: (inputs: Record<string, any>) => void): Deployments {
    const isJob = ({ type, inputs }: DeployedResource) =>
        type === "kubernetes:batch/v1:CronJob" && inputs.metadata?.name === job;
    return { ...deployments, primary: deployments.primary?.withInputs(isJob, change) };
}
