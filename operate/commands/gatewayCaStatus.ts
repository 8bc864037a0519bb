import { X509Certificate } from "node:crypto";
import {
    certificatesToRenew,
    gatewaySecrets,
    isIssuer,
    readBundle,
    renewAtLatest,
    validateCertificates,
    type PublishedCertificates,
} from "../../components/gateways/gatewayCertificateRules";
import { memberSize } from "../../components/nats/natsMember";
import { formatDuration, minutes, type Seconds } from "../../components/model/duration";
import type { SystemProfile } from "../../components/model/profile";
import { table } from "../../report/text";
import { memberFiles, publishedCertificates, type GatewayCa } from "../gatewayCa";
import { issuedAt } from "../gatewayCertificates";
import { gatewayServers, type GatewayServer } from "../gatewayServers";
import { findingLines, paragraph, timeOf, type CommandContext } from "./command";
import { connectFromEnvironment, hasSystemLogin } from "./natsEnvironment";

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Until every server has what was stored: External Secrets take 5 min and the kubelet 2; the witness fetches every hour, up to 5 min
 * later (its timer's delay) and a minute more (systemd's accuracy).
 */
export const spreadTime: Seconds = minutes(70);

interface StatusInputs {
    readonly profile: SystemProfile;
    readonly now: Date;
    readonly context: Pick<CommandContext, "env">;
    /** A secret as a region's own Secrets Manager has it. */
    readonly read: (region: string, secret: string) => Promise<string | undefined>;
    /** What is known to be wrong already. */
    readonly unfinished: readonly string[];
}

/** What is stored, where it has arrived, and whether that is well. */
export async function gatewayCaStatus(
    ca: GatewayCa,
    { profile, now, context, read, unfinished }: StatusInputs,
): Promise<{ lines: string[]; well: boolean }> {
    const published = publishedCertificates(ca);
    const replicas = await Promise.all(
        Object.values(profile.regions).map((region) => replicaFinding(ca, profile, region, read)),
    );
    const servers = hasSystemLogin(context.env) ? await askServers(context) : undefined;
    const findings = [
        ...unfinished,
        ...validateCertificates(published, profile, now),
        ...certificatesToRenew(published, now, { within: renewAtLatest }),
        ...replicas.flat(),
        ...(servers ? serverFindings(ca, servers, profile) : []),
    ];
    const warnings = certificatesToRenew(published, now, { notWithin: renewAtLatest });
    return {
        well: findings.length === 0,
        lines: [
            ...renderGatewayCa(published, profile, now),
            ...(servers
                ? ["", ...renderServers(servers)]
                : paragraph(
                      "Servers: not asked (set NATS_URL, NATS_SYS_USER and NATS_SYS_PASSWORD to see whether they have it).",
                      0,
                      9,
                  )),
            ...warnings.flatMap((warning) => paragraph(`- ${warning}`, 0, 2)),
            ...findingLines(findings),
        ],
    };
}

async function replicaFinding(
    ca: GatewayCa,
    profile: SystemProfile,
    region: SystemProfile["regions"]["dr"],
    read: StatusInputs["read"],
): Promise<string[]> {
    const secret = gatewaySecrets(profile).member(region);
    try {
        const found = await read(region.name, secret);
        if (found === undefined)
            return [
                `${region.name} has no secret ${secret}: its servers get no certificate; gateway-ca reissue stores it with its replicas`,
            ];
        if (found === JSON.stringify(memberFiles(ca, region))) return [];
        return [
            `secret ${secret} in ${region.name} is not what is stored in ${profile.regions.primary.name}: its replication is behind or stopped, see aws secretsmanager describe-secret`,
        ];
    } catch (error) {
        return [(error as Error).message];
    }
}

async function askServers(context: Pick<CommandContext, "env">): Promise<GatewayServer[]> {
    const system = await connectFromEnvironment(context.env, "system", "dr gateway-ca status");
    try {
        return await gatewayServers(system);
    } finally {
        await system.close();
    }
}

/** A server has what is stored if its certificate ends when that one does, and if it has read its files since the newest part was made. */
export function serverFindings(ca: GatewayCa, servers: readonly GatewayServer[], profile: SystemProfile): string[] {
    return Object.values(profile.regions).flatMap((region) => {
        const own = servers.filter(({ cluster }) => cluster === region.natsCluster);
        const member = ca.members[region.short];
        if (member === undefined) return [];
        const certificate = new X509Certificate(member.certificate);
        const newest = Math.max(...[member, ...ca.authorities].map((one) => issuedAt(one.certificate).getTime()));
        const missing = memberSize(region) - own.length;
        const others = own.filter(
            ({ certificateEnds }) => certificateEnds?.getTime() !== certificate.validToDate.getTime(),
        );
        const unread = own.filter((server) => !others.includes(server) && server.loadedAt.getTime() < newest);
        const named = (found: readonly GatewayServer[]) => found.map(({ name }) => name).join(", ");
        const look = region.role === "witness" ? "its nats-certificate.service" : "the pods' reloader";
        return [
            ...(missing > 0
                ? [
                      `${missing} of ${memberSize(region)} servers of ${region.short} did not answer: whether they have it is not known`,
                  ]
                : []),
            ...(others.length > 0
                ? [
                      `not yet the stored certificate: ${named(others)}. Wait; after ${formatDuration(spreadTime)} see ${look}`,
                  ]
                : []),
            ...(unread.length > 0
                ? [
                      `not yet read since the newest authority was made: ${named(unread)}. Wait; after ${formatDuration(spreadTime)} see ${look}`,
                  ]
                : []),
        ];
    });
}

function renderServers(servers: readonly GatewayServer[]): string[] {
    return table(
        [{ title: "server" }, { title: "region" }, { title: "certificate until" }, { title: "files read" }],
        servers.map(({ name, cluster, certificateEnds, loadedAt }) => [
            name,
            cluster,
            certificateEnds ? dayOf(certificateEnds) : "none",
            timeOf(loadedAt),
        ]),
        0,
    );
}

/** The public halves, for people. */
function renderGatewayCa(published: PublishedCertificates, profile: SystemProfile, now: Date): string[] {
    const authorities = readBundle(published.authority) ?? [];
    const members = Object.entries(published.members).map(([short, pem]) => ({
        short,
        certificate: new X509Certificate(pem),
    }));
    const issuerOf = (certificate: X509Certificate) =>
        authorities.findIndex((authority) => isIssuer(authority, certificate)) + 1;
    const behind = members.filter(({ certificate }) => issuerOf(certificate) !== authorities.length);
    const left = (certificate: X509Certificate) =>
        `${Math.floor((certificate.validToDate.getTime() - now.getTime()) / dayMs)} d`;
    const next =
        authorities.length === 1
            ? "no rotation is under way"
            : behind.length > 0
              ? `a rotation is under way; next: gateway-ca reissue (${behind.map(({ short }) => short).join(", ")} ` +
                `${behind.length === 1 ? "has a certificate" : "have certificates"} of the old authority)`
              : "a rotation is under way; next: gateway-ca drop-old";
    return [
        ...table(
            [
                { title: "authority" },
                { title: "name" },
                { title: "from" },
                { title: "until" },
                { title: "left", align: "right" },
            ],
            authorities.map((one, index) => [
                String(index + 1),
                one.subject.replace(/^CN=/, ""),
                dayOf(one.validFromDate),
                dayOf(one.validToDate),
                left(one),
            ]),
            0,
        ),
        "",
        ...table(
            [
                { title: "region" },
                { title: "of" },
                { title: "for" },
                { title: "from" },
                { title: "until" },
                { title: "left", align: "right" },
            ],
            members.map(({ short, certificate }) => [
                short,
                String(issuerOf(certificate) || "none"),
                (certificate.subjectAltName ?? "").replaceAll("DNS:", ""),
                dayOf(certificate.validFromDate),
                dayOf(certificate.validToDate),
                left(certificate),
            ]),
            0,
        ),
        "",
        ...paragraph(`State: ${next}.`, 0, 7),
    ];
}

function dayOf(date: Date): string {
    return date.toISOString().slice(0, 10);
}
