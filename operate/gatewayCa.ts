import { X509Certificate, randomBytes } from "node:crypto";
import { gatewayEndpoints } from "../components/gateways/gatewayAddresses";
import {
    gatewaySecrets,
    isIssuer,
    readBundle,
    validateCertificates,
    type PublishedCertificates,
} from "../components/gateways/gatewayCertificateRules";
import type { RegionProfile, SystemProfile } from "../components/model/profile";
import { issueGatewayCertificate, makeGatewayAuthority, type Certificate } from "./gatewayCertificates";

/** The authority of the gateways and what it issued. Holds private keys: it is stored (`storeGatewayCa`) and never printed. */
export interface GatewayCa {
    /** Oldest first; the last one issues. Two while it is rotated. */
    readonly authorities: readonly Certificate[];
    /** By the region's short name. */
    readonly members: Readonly<Record<string, Certificate>>;
}

export interface GatewayCaOptions {
    readonly profile: SystemProfile;
    /** Servers of the primary and of the standby. @default 3 */
    readonly servers?: number;
    /** Names that every certificate has besides those that its servers advertise, such as 127.0.0.1 in a rehearsal. @default none */
    readonly extraHosts?: readonly string[];
    /** Days until the members' certificates end. @default 825 */
    readonly days?: number;
}

/** Makes a new authority and a certificate for each region's servers, for exactly the names that they advertise. */
export async function createGatewayCa(options: GatewayCaOptions): Promise<GatewayCa> {
    return reissueMembers({ authorities: [await newAuthority(options.profile)], members: {} }, options);
}

/**
 * The first of three steps to another authority: members trust the old one and the new one, and go on showing certificates of the
 * old one. The next step may come once every server has the bundle (`spreadTime`).
 */
export async function addAuthority(ca: GatewayCa, { profile }: Pick<GatewayCaOptions, "profile">): Promise<GatewayCa> {
    if (ca.authorities.length > 1)
        throw new Error(
            "the gateway CA is in the middle of a rotation: finish it (reissue, then drop the old authority) before the next one",
        );
    return { ...ca, authorities: [...ca.authorities, await newAuthority(profile)] };
}

/** The second step, and also the renewal of certificates alone: each region gets a new certificate of the newest authority. */
export async function reissueMembers(
    ca: GatewayCa,
    { profile, servers, extraHosts = [], days }: GatewayCaOptions,
): Promise<GatewayCa> {
    const issuer = ca.authorities.at(-1);
    if (issuer === undefined) throw new Error("the gateway CA has no authority: create it first");
    const issued = Object.values(profile.regions).map(async (region): Promise<[string, Certificate]> => {
        const hosts = gatewayEndpoints(profile, region, servers).map(({ host }) => host);
        return [region.short, await issueGatewayCertificate(issuer, region.short, [...hosts, ...extraHosts], days)];
    });
    return { authorities: ca.authorities, members: Object.fromEntries(await Promise.all(issued)) };
}

/** The third step: only the newest authority is trusted. Refused while a member still shows a certificate of an older one. */
export function dropOldAuthorities(ca: GatewayCa): GatewayCa {
    const newest = ca.authorities.at(-1);
    if (newest === undefined) throw new Error("the gateway CA has no authority: create it first");
    const authority = new X509Certificate(newest.certificate);
    const behind = Object.entries(ca.members).filter(
        ([, { certificate }]) => !isIssuer(authority, new X509Certificate(certificate)),
    );
    if (behind.length > 0) {
        throw new Error(
            `the old gateway authority is still in use by ${behind.map(([short]) => short).join(", ")}: reissue the members' certificates first`,
        );
    }
    return { authorities: [newest], members: ca.members };
}

/** The public halves, which the program may read. */
export function publishedCertificates(ca: GatewayCa): PublishedCertificates {
    return {
        authority: bundleOf(ca),
        members: Object.fromEntries(Object.entries(ca.members).map(([short, { certificate }]) => [short, certificate])),
    };
}

/** What a member's servers are given, by file name. */
export function memberFiles(
    ca: GatewayCa,
    region: Pick<RegionProfile, "short">,
): Record<"tls.crt" | "tls.key" | "ca.crt", string> {
    const member = ca.members[region.short];
    if (member === undefined)
        throw new Error(
            `the gateway CA has no certificate for ${region.short}; it has ${Object.keys(ca.members).join(", ") || "none"}`,
        );
    return { "tls.crt": member.certificate, "tls.key": member.key, "ca.crt": bundleOf(ca) };
}

/** Where secrets are kept: Secrets Manager, or what a test puts in its place. */
export interface SecretVault {
    /** The current value; undefined if there is no such secret. */
    read(name: string): Promise<string | undefined>;
    /** Makes the secret with its replicas, or gives it a new value. */
    write(name: string, value: string, replicas: readonly string[]): Promise<void>;
}

export interface StoreOptions {
    readonly profile: SystemProfile;
    readonly vault: SecretVault;
    /** Whether there is an authority already and this is its next state; a first one never takes another's place. @default false */
    readonly replace?: boolean;
    /** Servers of the primary and of the standby. @default 3 */
    readonly servers?: number;
}

/**
 * Stores the authority, the members' certificates and the public halves in the primary's region, with replicas in the others. Refuses certificates that the deployment would refuse, and
 * to overwrite an authority by accident: its members could no longer get certificates that the others trust.
 */
export async function storeGatewayCa(ca: GatewayCa, options: StoreOptions): Promise<void> {
    const { profile, vault, replace = false } = options;
    const names = gatewaySecrets(profile);
    const published = publishedCertificates(ca);
    const issues = validateCertificates(published, profile, new Date(), options.servers);
    if (issues.length > 0) throw new Error(`the gateway certificates are not stored:\n- ${issues.join("\n- ")}`);
    const present = (await vault.read(names.authority)) !== undefined;
    if (present && !replace)
        throw new Error(
            `there is a gateway authority already (secret ${names.authority}): rotate it instead of making a new one`,
        );
    if (!present && replace)
        throw new Error(`there is no gateway authority to rotate (secret ${names.authority}): create it first`);

    const { dr, witness } = profile.regions;
    // The authority first: what is stored after it can be issued again, it cannot. The public halves last: they are what the
    // program looks for.
    await vault.write(names.authority, JSON.stringify(ca.authorities), [dr.name]);
    for (const region of Object.values(profile.regions)) {
        // A key goes where it is used, and to the standby, which outlives the primary.
        const replicas = region.role === "witness" ? [dr.name, witness.name] : [dr.name];
        await vault.write(names.member(region), JSON.stringify(memberFiles(ca, region)), replicas);
    }
    await vault.write(names.published, JSON.stringify(published), [dr.name, witness.name]);
}

/** The authority as it was stored; undefined if there is none. */
export async function loadGatewayCa({
    profile,
    vault,
}: Pick<StoreOptions, "profile" | "vault">): Promise<GatewayCa | undefined> {
    const names = gatewaySecrets(profile);
    const stored = await vault.read(names.authority);
    if (stored === undefined) return undefined;
    const members: Record<string, Certificate> = {};
    for (const region of Object.values(profile.regions)) {
        const files = await vault.read(names.member(region));
        if (files === undefined) continue;
        const parts = JSON.parse(files) as Record<"tls.crt" | "tls.key", string>;
        members[region.short] = { certificate: parts["tls.crt"], key: parts["tls.key"] };
    }
    return { authorities: JSON.parse(stored) as Certificate[], members };
}

function bundleOf({ authorities }: GatewayCa): string {
    const bundle = authorities.map(({ certificate }) => certificate.trim()).join("\n");
    const count = readBundle(bundle)?.length;
    if (count !== authorities.length) throw new Error("the gateway CA holds an authority that is no certificate");
    return `${bundle}\n`;
}

/** Each with a name of its own: verifiers look an issuer up by its name, and some try only the first that they find. */
function newAuthority({ name }: SystemProfile): Promise<Certificate> {
    return makeGatewayAuthority(`${name} ${randomBytes(4).toString("hex")}`);
}
