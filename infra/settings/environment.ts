import { environmentRule, environmentSystem, isEnvironmentName, liveNameOf } from "../../components/model/environment";
import { dnsNamesOf } from "../../components/model/dnsNames";
import { roles, type Role, type SystemProfile } from "../../components/model/profile";
import { identityFromName, production, stackNameOf, type StackIdentity } from "../../components/model/stackName";
import { systemIssues } from "../systemRules";
import { everywhere, matching, oneOf, section } from "./schema";
import { z } from "zod";
import type { RuleFinding } from "./issue";

const stackName = () => matching(/^[A-Za-z0-9_.-]{1,100}$/, "the name of a stack of this project");
const peer = (role: Role) =>
    stackName()
        .optional()
        .meta({
            description: `The stack of the ${role}.`,
            unset: `named by the role, such as "staging-${role}"; "${role}" in production`,
        });

/** What a stack stands for, and which stacks it goes with. */
export const environmentSettings = {
    role: oneOf(...roles).meta({
        description: "The role of the stack's region. The stack's name says it if it ends with a role.",
        unset: "what the stack's name ends with",
        from: everywhere,
    }),
    environment: z
        .string(environmentRule)
        .refine(isEnvironmentName, environmentRule)
        .meta({
            description: "The environment that the stack belongs to: docs/environments.md.",
            allowed: environmentRule,
            unset: `what stands before the role in the stack's name; "${production}" if nothing does`,
            from: everywhere,
        }),
    peers: section({ primary: peer("primary"), dr: peer("dr"), witness: peer("witness") })
        .prefault({})
        .meta({
            description: "The stacks of the environment by their roles, if their names do not say them.",
            from: everywhere,
        }),
    accountOwner: stackName()
        .optional()
        .meta({
            description:
                "The stack that owns what an account has once: the replication of the image registry, and the hosted zone if the program creates it. It is the primary's of one environment; all stacks of the account name the same.",
            unset: 'the primary\'s stack of production, "primary"',
            from: { primary: 12, dr: 13 },
        }),
};

/** What a stack is, with all defaults filled in. */
export interface StackPlace extends StackIdentity {
    /** The stack of each role in this environment, its own included. */
    readonly peers: Readonly<Record<Role, string>>;
    /** The stack that owns what an account has once. */
    readonly accountOwner: string;
}

type Given = Partial<StackIdentity> & {
    readonly peers?: Readonly<Partial<Record<Role, string | undefined>>> | undefined;
    readonly accountOwner?: string | undefined;
};

/** Fills in what is not set. Its own name is the stack's, whatever the environment's other stacks are called. */
export function placeOf(
    stack: string,
    { role, environment }: StackIdentity,
    { peers, accountOwner }: Given,
): StackPlace {
    const nameOf = (other: Role) =>
        other === role ? stack : (peers?.[other] ?? stackNameOf({ role: other, environment }));
    const names = { primary: nameOf("primary"), dr: nameOf("dr"), witness: nameOf("witness") };
    const owner =
        environment === production ? names.primary : stackNameOf({ role: "primary", environment: production });
    return { role, environment, peers: names, accountOwner: accountOwner ?? owner };
}

/** Whether the primary of this environment owns what the account has once. */
export function ownsAccount({ peers, accountOwner }: Pick<StackPlace, "peers" | "accountOwner">): boolean {
    return peers.primary === accountOwner;
}

interface Named extends Given {
    readonly dns?: { readonly liveName?: string | undefined; readonly createZone?: boolean } | undefined;
}

/** What is wrong with role, environment, peers and live name beside one another, each valid on its own. */
export function environmentFindings(stack: string, given: Named, system: SystemProfile): RuleFinding[] {
    const { role, environment } = given;
    return [
        ...otherRoleThanNamed(stack, role),
        ...(environment === undefined ? [] : unfitEnvironment(environment, given, system)),
        ...(role === undefined || environment === undefined ? [] : peerFindings(stack, { role, environment }, given)),
    ];
}

function otherRoleThanNamed(stack: string, role: Role | undefined): RuleFinding[] {
    const named = identityFromName(stack)?.role;
    if (role === undefined || named === undefined || role === named) return [];
    return [
        {
            path: ["role"],
            allowed: `"${named}", which the stack's name says; a stack of another role needs another name`,
        },
    ];
}

/** What the environment makes of the system that the system alone is not. */
function unfitEnvironment(environment: string, { dns }: Named, system: SystemProfile): RuleFinding[] {
    const liveName = dns?.liveName;
    const path = liveName === undefined ? ["environment"] : ["dns", "liveName"];
    if (environment === production)
        return liveName === undefined || liveName === system.apiHost
            ? []
            : [
                  {
                      path,
                      allowed: `${system.apiHost}, the system's own name, which is production's; another environment can have another`,
                  },
              ];
    const already = systemIssues(system);
    const own = environmentSystem(system, environment, liveName);
    const taken = hostsOf(system);
    const shared = hostsOf(own).filter((host) => taken.includes(host));
    return [
        ...systemIssues(own)
            .filter((issue) => !already.includes(issue))
            .map((issue) => ({ path, allowed: `one with which the system can be deployed; ${issue}` })),
        ...(shared.length === 0
            ? []
            : [
                  {
                      path,
                      allowed: `a name of its own, such as ${liveNameOf(system, environment)}; production has ${shared.join(", ")}`,
                  },
              ]),
    ];
}

function hostsOf(system: SystemProfile): string[] {
    return [system.apiHost, ...Object.values(dnsNamesOf(system))];
}

function peerFindings(stack: string, { role, environment }: StackIdentity, given: Named): RuleFinding[] {
    const { peers, accountOwner } = placeOf(stack, { role, environment }, given);
    const set = given.peers ?? {};
    const own = set[role];
    const others = roles.filter((other) => other !== role);
    const [first, second] = others as [Role, Role];
    return [
        ...(own === undefined || own === stack
            ? []
            : [
                  {
                      path: ["peers", role],
                      allowed: `"${stack}": this stack is the ${role} of ${environment} (setting role)`,
                  },
              ]),
        ...others
            .filter((other) => peers[other] === stack)
            .map((other) => ({
                path: ["peers", other],
                allowed: `another stack than this one, which is the ${role} of ${environment}; each role has a stack of its own`,
            })),
        ...(peers[first] === peers[second]
            ? [
                  {
                      path: ["peers", set[second] === undefined ? first : second],
                      allowed: `another stack than that of role ${set[second] === undefined ? second : first}; each role has a stack of its own`,
                  },
              ]
            : []),
        ...others
            .filter((other) => peers[other] !== stack && saysAnotherRole(peers[other], other))
            .map((other) => ({
                path: ["peers", other],
                allowed: `a stack that can be the ${other} of ${environment}, such as ${stackNameOf({ role: other, environment })}; this one's name says another role`,
            })),
        ...(saysAnotherRole(accountOwner, "primary")
            ? [{ path: ["accountOwner"], allowed: `the primary's stack of an environment, such as ${peers.primary}` }]
            : []),
        ...(given.dns?.createZone === true && !ownsAccount({ peers, accountOwner })
            ? [
                  {
                      path: ["dns", "createZone"],
                      allowed: `false: the hosted zone is there once, and stack ${accountOwner} owns it (setting accountOwner); this environment's names go into it`,
                  },
              ]
            : []),
    ];
}

/** A stack's name that ends with a role is of no other: its own settings refuse that. */
function saysAnotherRole(name: string, role: Role): boolean {
    return (identityFromName(name)?.role ?? role) !== role;
}
