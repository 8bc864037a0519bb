import { RunError } from "@pulumi/pulumi";
import { roles, type Role } from "../components/model/profile";
import { production, stackNameOf, type StackIdentity } from "../components/model/stackName";
import type { OutputsOf } from "./otherStack";
import { settingKey } from "./settingKey";
import type { StackPlace } from "./settings/environment";

type Outputs = Readonly<Record<string, unknown>>;

/** What a stack says that it is; undefined for one that was never updated. */
function identityOf(outputs: Outputs | undefined): StackIdentity | undefined {
    if (outputs?.["role"] === undefined) return undefined;
    return { role: outputs["role"] as Role, environment: (outputs["environment"] as string | undefined) ?? production };
}

const isSame = (one: StackIdentity | undefined, other: StackIdentity) =>
    one?.role === other.role && one.environment === other.environment;

const described = ({ role, environment }: StackIdentity) => `the ${role} of ${environment}`;

/**
 * Refuses, before anything is registered, to go on beside stacks that are not what the settings take them for: peers that do not exist
 * or say that they are of another environment or role, a second stack that says it is what this one is, and a stack that was something else. `reads` are the roles
 * whose stacks the phases up to the stack's own read.
 *
 * @throws RunError with all of them at once
 */
export async function refuseStrangers(place: StackPlace, reads: readonly Role[], outputsOf: OutputsOf): Promise<void> {
    const own = place.peers[place.role];
    const others = roles.filter((role) => role !== place.role && reads.includes(role));
    const peers = await Promise.all(
        others.map(async (role) => ({ role, outputs: await outputsOf(place.peers[role]) })),
    );
    const issues = [
        ...formerIssues(place, own, await outputsOf(own)),
        ...peers.flatMap(({ role, outputs }) => peerIssues(place, role, outputs)),
        ...(await doubles(
            place,
            own,
            peers.map(({ outputs }) => outputs),
            outputsOf,
        )),
    ];
    if (issues.length > 0) throw new RunError(`stack ${own} cannot be updated:\n  - ${issues.join("\n  - ")}`);
}

/** The stack itself was something else before: everything that it has would get another name, which is to say be made anew. */
function formerIssues({ role, environment }: StackPlace, own: string, outputs: Outputs | undefined): string[] {
    const former = identityOf(outputs);
    if (former === undefined || isSame(former, { role, environment })) return [];
    return [
        `this stack is deployed as ${described(former)}, and its settings say ${described({ role, environment })}: everything that it has would be recreated under another name\n` +
            `    to do: pulumi config set --stack ${own} ${settingKey("role")} ${former.role}, and ${settingKey("environment")} ${former.environment}; or pulumi stack init a stack of its own for ${described({ role, environment })}`,
    ];
}

function peerIssues({ peers, role: ownRole, environment }: StackPlace, role: Role, outputs: Outputs | undefined) {
    const [own, name] = [peers[ownRole], peers[role]];
    const wanted = { role, environment };
    if (outputs === undefined)
        return [
            `stack ${name} does not exist, and this stack reads its outputs as those of ${described(wanted)}\n` +
                `    to do: pulumi stack init ${name}, then pulumi up --stack ${name}, then this again; or name the stack that is: ` +
                `pulumi config set --stack ${own} --path ${settingKey(`peers.${role}`)} <stack>`,
        ];
    const said = identityOf(outputs);
    if (said === undefined || isSame(said, wanted)) return [];
    return [
        `stack ${name} says that it is ${described(said)}, and this stack takes it for ${described(wanted)}\n` +
            `    to do: pulumi config set --stack ${own} --path ${settingKey(`peers.${role}`)} <stack>, with the stack of ${described(wanted)}`,
    ];
}

/** Other stacks that say that they are what this one is: the one that is named so, and those that the peers take for it. */
async function doubles(
    { role, environment }: StackPlace,
    own: string,
    peers: readonly (Outputs | undefined)[],
    outputsOf: OutputsOf,
): Promise<string[]> {
    const takenFor = peers.map((outputs) => (outputs?.["peers"] as Partial<Record<Role, string>> | undefined)?.[role]);
    const candidates = new Set([stackNameOf({ role, environment }), ...takenFor]);
    candidates.delete(own);
    const found = await Promise.all(
        [...candidates].map(async (name) =>
            name !== undefined && isSame(identityOf(await outputsOf(name)), { role, environment }) ? [name] : [],
        ),
    );
    return found
        .flat()
        .map(
            (name) =>
                `stack ${name} is ${described({ role, environment })} already, and two stacks of one environment and role would take each other's names\n` +
                `    to do: pulumi up --stack ${name}, if that is the stack you mean; else pulumi config set --stack ${own} ${settingKey("environment")} <another one>`,
        );
}
