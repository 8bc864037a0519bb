import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { natsUsers } from "./natsAccounts";
import { natsChart } from "./natsChart";
import { natsAuthSecret, natsChartValues } from "./natsChartValues";
import { natsPorts, validateNatsMember, type NatsMemberArgs } from "./natsMember";
import { helmRelease } from "../cluster/helmRelease";

/** Passwords of the two accounts: letters, digits, "-" and "_", beginning with a letter. */
export interface NatsCredentials {
    readonly system: pulumi.Input<string>;
    readonly application: pulumi.Input<string>;
}

export interface NatsSuperClusterArgs extends Omit<NatsMemberArgs, "authSecret"> {
    /** Namespace that the release goes to; it exists beforehand. */
    readonly namespace: pulumi.Input<string>;
    /**
     * Passwords that exist already; the standby is given the primary's, so that clients never change.
     * @default made here, 40 random letters each
     */
    readonly credentials?: NatsCredentials;
    /**
     * Whether the Secret with the passwords is there already, filled from outside (`SecretSync`): the standby's is the
     * primary's, carried over by Secrets Manager, so that no password passes between stacks.
     * @default false
     */
    readonly authSecretExists?: boolean;
    /** How long Helm waits for a rolling restart of all servers, in seconds. @default 1800 */
    readonly timeoutSeconds?: number;
}

/**
 * One region's member of the NATS super-cluster, by the official chart: three servers over three zones, file streams
 * with every write synced before it is acknowledged, subjects scoped by region from the first day.
 *
 * Without `gateway` it is an ordinary cluster. Adding `gateway` later changes the release in place: the pods restart one
 * by one, each after the one before it is healthy. A standby member must boot with `gateway` the first time: two
 * clusters that each made a meta group delete one another's streams when they are joined.
 *
 * ### Cost
 * Three gp3 volumes of `storageSize` (20 GiB: $1.60 a month each in us-east-1); the servers run on the cluster's nodes.
 */
export class NatsSuperCluster extends pulumi.ComponentResource {
    /** Address for clients inside the cluster. */
    readonly url: pulumi.Output<string>;
    /** Name of the Secret with the accounts' passwords, in the release's namespace. */
    readonly authSecret: pulumi.Output<string>;
    /** The content of that Secret as JSON, for a copy in Secrets Manager; undefined where the Secret is not made here. Secret. */
    readonly passwords: pulumi.Output<string> | undefined;
    /** The release; what needs running servers depends on it. */
    readonly release: kubernetes.helm.v3.Release;

    constructor(name: string, args: NatsSuperClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateNatsMember(args);
        if (issues.length > 0) throw new Error(`${name}: NATS member of ${args.role}:\n- ${issues.join("\n- ")}`);
        super("drkit:index:NatsSuperCluster", name, {}, opts);
        const parent = { parent: this };

        const passwords = args.authSecretExists ? undefined : checkedPasswords(args.credentials ?? createPasswords());
        const auth = passwords && createAuthSecret(passwords);
        this.release = createRelease(auth);

        this.url = pulumi.interpolate`nats://${natsChart.name}.${args.namespace}.svc:${natsPorts.client}`;
        this.authSecret = auth?.metadata.name ?? pulumi.output(natsAuthSecret);
        this.passwords = passwords && pulumi.jsonStringify(passwords);
        this.registerOutputs({ url: this.url, authSecret: this.authSecret });

        function createPasswords(): NatsCredentials {
            // Letters only: the server parses a variable's value as configuration, where a leading digit makes a number.
            const create = (user: string) =>
                new random.RandomPassword(
                    `${name}-${user}-password`,
                    { length: 40, special: false, numeric: false },
                    parent,
                ).result;
            return { system: create("system"), application: create("application") };
        }

        function checkedPasswords({ system, application }: NatsCredentials) {
            const checked = (user: string, value: pulumi.Input<string>) =>
                pulumi.secret(value).apply((text) => parsedAsText(user, text));
            return {
                [natsUsers.system.passwordVariable]: checked("system", system),
                [natsUsers.application.passwordVariable]: checked("application", application),
            };
        }

        function createAuthSecret(stringData: Record<string, pulumi.Output<string>>) {
            return new kubernetes.core.v1.Secret(
                `${name}-auth`,
                {
                    metadata: { name: natsAuthSecret, namespace: args.namespace },
                    type: "Opaque",
                    stringData: pulumi.secret(stringData),
                },
                parent,
            );
        }

        function createRelease(secret: kubernetes.core.v1.Secret | undefined) {
            return helmRelease(
                `${name}-release`,
                {
                    chart: natsChart,
                    namespace: args.namespace,
                    values: natsChartValues(args),
                    timeoutSeconds: args.timeoutSeconds ?? 1800,
                },
                { ...parent, dependsOn: secret ? [secret] : [] },
            );
        }
    }
}

/** What is wrong with a password, without showing it: the server parses a variable's value as configuration. */
export function validateNatsPassword(key: string, password: string): string[] {
    if (/^[A-Za-z][A-Za-z0-9_-]{15,}$/.test(password)) return [];
    return [
        `${key}: a value of ${password.length} characters found; allowed are 16 or more letters, digits, "_" and "-", beginning with a ` +
            "letter, because the server parses it as configuration; make a new password of that form",
    ];
}

function parsedAsText(user: string, password: string): string {
    const [issue] = validateNatsPassword(`credentials.${user}`, password);
    if (issue) throw new Error(issue);
    return password;
}
