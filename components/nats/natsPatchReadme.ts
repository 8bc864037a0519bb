import { accountsOf, defaultAccount } from "./natsAccounts";
import type { NatsPatchArgs } from "./natsPatchArgs";
import { oldestNatsServer } from "../model/versions";
import { memberSize } from "./natsMember";

export interface NatsPatchReadmeArgs extends Pick<
    NatsPatchArgs,
    "profile" | "project" | "stack" | "found" | "namespace" | "tlsSecret" | "authSecret"
> {
    /** Keys of the Secret with the passwords. */
    readonly passwords: readonly string[];
}

/** The order of the steps, for the person who merges the patch. */
export function natsPatchReadme(args: NatsPatchReadmeArgs): string {
    const { profile, project, stack, namespace, tlsSecret, authSecret, passwords } = args;
    const { account } = accountsOf(profile);
    const { primary, dr } = profile.regions;
    const title = `Gateways for your own NATS in ${primary.name}`;
    const subjects = profile.streams.map(({ subject }) => subject).join(", ");
    return `${title}
${"=".repeat(title.length)}

${memberSize(primary)} servers of cluster "${primary.natsCluster}", account ${account}; clients log in as ${clients(args)}.
If this is wrong, correct the setting nats.found in all three stacks before you go on: a user that is not named there is locked out.
Nothing here was done to the servers; you do it, in this order. Each step leaves the clients working, and can be looked at before the next.

0. Before: every server runs ${oldestNatsServer} or newer; a backup of today is in the other region; the volumes have snapshots of today;
   nobody else restarts or changes the servers meanwhile. Secret ${authSecret} in ${namespace} has the keys ${passwords.join(", ")}:
   users that you have with their passwords of today, new ones for the rest; each 16 or more letters, digits, "_" and "-", beginning
   with a letter. The same, as a JSON object, is in Secrets Manager, for the standby:
     aws secretsmanager put-secret-value --region ${primary.name} --secret-id ${profile.name}/nats-auth --secret-string file://nats-auth.json
   Secret ${tlsSecret} is there (the program brings it): kubectl -n ${namespace} get secret ${tlsSecret}

1. The streams take both subjects, the clients' and the region's (${subjects} and ${primary.short}.…):
     ${applyFile(namespace, "1-both-subjects.yaml")}
     sh operate/waitForJob.sh nats-both-subjects -n ${namespace}
   It refuses, and changes nothing, if something in the account would be served otherwise than before: its log names all that it found.

2. The servers get the patch, one after the other.
${mergeSteps(args)}
   A restart, never a reload: a server refuses to reload gateways, and with them everything else. One pod at a time, the next one when
   /healthz of the one before answers 200 (port 8222). JetStream has no domain. Server names stay as they are.

3. The streams keep the region's subjects only:
     ${applyFile(namespace, "3-scoped-subjects.yaml")}
     sh operate/waitForJob.sh nats-scoped-subjects -n ${namespace}
   It refuses while a server does not map, and says how many do; and if a mapping or an import of the account leads past the region's subjects.

4. Say so, and go on with the order of phase 13:
     pulumi config set --stack ${stack} --path ${project}:nats.patched true
     pulumi up --stack ${stack}
   Then the stacks witness, primary and dr. The gate in primary (Job nats-gate-witness) sees a meta group of ${memberSize(primary) + 1} or nothing
   goes on; the one in ${dr.name} sees all ${memberSize(primary) + memberSize(dr) + 1}.

What this cannot merge for you
- A user with a hashed password, an nkey, a token or a password of another form: write the list of users yourself in place of the one
  from here, that user by your own entry with the \`permissions\` from here. The standby's servers know passwords only, so such a client
  cannot log in there: give it one first.
- A list is replaced by the one from here, not joined: the users are those of the setting nats.found, and nats.found.systemUsers.
- The gateways' certificate is renewed in the Secret and in the pods' files; a running server takes it at a reload only. The chart's
  reloader does that; without one, restart the servers one by one after each step of "npm run dr -- gateway-ca".
- Between 2 and 3 a subscriber without JetStream misses what comes through servers that map already; consumers of streams miss nothing.
`;
}

function clients({ profile }: NatsPatchReadmeArgs): string {
    const { users, anonymous, noAuthUser } = accountsOf(profile);
    return [
        ...users.map(({ name }) => name),
        ...(anonymous ? ["nobody (without a login)"] : []),
        ...(noAuthUser ? [`${noAuthUser} (without a login)`] : []),
    ].join(", ");
}

function applyFile(namespace: string, file: string): string {
    return `kubectl -n ${namespace} get configmap nats-gateway-patch -o go-template='{{index .data "${file}"}}' | kubectl apply -f -`;
}

function mergeSteps({ profile, found, namespace }: NatsPatchReadmeArgs): string {
    if (found.deployedBy === "chart") {
        return `   Add 2-values.yaml to the values of your release, after your own. RELEASE and VERSION are what you have (helm list --namespace ${namespace}):
   without --version Helm takes the newest chart, and with it another server where your values name no image.
     helm upgrade RELEASE nats/nats --version VERSION --namespace ${namespace} --values your-values.yaml --values 2-values.yaml`;
    }
    const { account, systemAccount } = accountsOf(profile);
    const include = (file: string) => `include ../nats-gateway/${file}.conf`;
    const ofAccount =
        account === defaultAccount
            ? [
                  `authorization { … ${include("users")} }`,
                  `mappings { … ${include("mappings")} }`,
                  `accounts { … "${systemAccount}" { … ${include("system")} } }`,
              ]
            : [
                  `accounts { … "${account}" { … ${include("users")} } }`,
                  `accounts { … "${account}" { … mappings { … ${include("mappings")} } } }`,
                  `accounts { … "${systemAccount}" { … ${include("system")} } }`,
              ];
    const lines = [
        `jetstream { … ${include("jetstream")} }`,
        ...ofAccount,
        `${include("nats")}          (the file's last line)`,
    ];
    const single =
        account === defaultAccount
            ? `\n   "user" and "password", or "token", of your authorization block go: the server takes them or a list of users.`
            : "";
    return `   2-statefulset.yaml is a patch of StatefulSet ${found.statefulSet} (kubectl patch --patch-file, or patches of Kustomize): variables, the port of the
   gateways, the certificate, and this ConfigMap as /etc/nats-gateway. Lines for your nats.conf, whose folder is /etc/<something>, each the
   last of its block; a block that you do not have is one with that line alone. What else is in your blocks stays:
${lines.map((line) => `     ${line}`).join("\n")}
   With leaf nodes the server wants the system account named where there are gateways: system_account: "${systemAccount}", unless you have that line.
   The users in users.conf and system.conf take the place of yours, a mapping in mappings.conf that of yours of the same subject (a block
   called "maps" is renamed to "mappings" first).${single}`;
}
