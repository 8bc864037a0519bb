import { X509Certificate } from "node:crypto";
import {
    certificatesToRenew,
    gatewaySecrets,
    isIssuer,
    readBundle,
    validateCertificates,
    type PublishedCertificates,
} from "../../components/gateways/gatewayCertificateRules";
import { formatDuration, minutes, type Seconds } from "../../infra/duration";
import type { SystemProfile } from "../../infra/profile";
import { table } from "../../rehearsal/report/text";
import {
    addAuthority,
    createGatewayCa,
    dropOldAuthorities,
    loadGatewayCa,
    publishedCertificates,
    reissueMembers,
    storeGatewayCa,
    type GatewayCa,
    type SecretVault,
} from "../gatewayCa";
import { awsSecretVault } from "../gatewayCaVault";
import { labelled, paragraph, Refusal, type Command, type CommandContext, type OptionSpec } from "./command";
import { requireDecision, yesOption } from "./decide";

/** Until every server has what was stored: External Secrets take 5 min, the witness fetches every hour and takes 5 min more. */
export const spreadTime: Seconds = minutes(65);

const vaultDetail =
    "The secrets are in AWS Secrets Manager of the primary's region, with replicas; credentials as the AWS SDK finds them. No key is ever printed.";
const nowOption: OptionSpec = { help: `every server has the last step's secrets: do not wait the ${formatDuration(spreadTime)}` };

type Open = (region: string) => SecretVault;

/** The commands over the authority of the gateways; a test gives its own vault. */
export function gatewayCaCommands(open: Open = awsSecretVault, now: () => Date = () => new Date()): Command[] {
    const command = (
        name: string,
        summary: string,
        details: readonly string[],
        options: Command["options"],
        run: (step: Step) => Promise<void>,
    ): Command => ({
        name: `gateway-ca ${name}`,
        summary,
        details: [...details, vaultDetail],
        options,
        run: async (context) => {
            const { profile } = context;
            const vault = named(open(profile.regions.primary.name), profile.regions.primary.name);
            await run({ context, profile, vault, name: `gateway-ca ${name}`, now: now(), ...(await load(profile, vault)) });
            return true;
        },
    });
    return [
        command(
            "create",
            "Makes the gateways' authority and a certificate for each region, once.",
            ["Never takes another authority's place. Interrupted halfway, it finishes what it began."],
            {},
            create,
        ),
        command("add-authority", "Rotation, step 1: the members trust a new authority besides the old one.", [], { yes: yesOption }, add),
        command(
            "reissue",
            "Rotation, step 2: each region gets a new certificate. Alone, it renews them.",
            [`During a rotation it waits until every server trusts the new authority, ${formatDuration(spreadTime)} after step 1.`],
            { yes: yesOption, now: nowOption },
            reissue,
        ),
        command(
            "drop-old",
            "Rotation, step 3: only the new authority is trusted.",
            [`Refused while a region's certificate is of the old one, or for ${formatDuration(spreadTime)} after step 2.`],
            { yes: yesOption, now: nowOption },
            dropOld,
        ),
        command("show", "Shows the authorities, the certificates, how long they last and what comes next.", [], {}, show),
    ];
}

/** The same vault, whose errors say where it is and what to look at. */
function named(vault: SecretVault, region: string): SecretVault {
    const explain = (secret: string) => (error: unknown) => {
        const reason = error instanceof Error ? `${error.name}: ${error.message || "no answer"}` : String(error);
        throw new Error(`Secrets Manager of ${region}, secret ${secret}: ${reason}. See which credentials are in use: aws sts get-caller-identity`, { cause: error });
    };
    return {
        read: (name) => vault.read(name).catch(explain(name)),
        write: (name, value, replicas) => vault.write(name, value, replicas).catch(explain(name)),
    };
}

interface Step {
    readonly context: CommandContext;
    readonly profile: SystemProfile;
    readonly vault: SecretVault;
    readonly name: string;
    readonly now: Date;
    readonly ca?: GatewayCa;
    /** What the program reads; stored last, so a step that was cut off left an earlier state of it, or none. */
    readonly published?: string;
}

async function load(profile: SystemProfile, vault: SecretVault): Promise<Pick<Step, "ca" | "published">> {
    const [ca, published] = await Promise.all([loadGatewayCa({ profile, vault }), vault.read(gatewaySecrets(profile).published)]);
    return { ca, published };
}

async function create({ context, profile, vault, ca, published }: Step): Promise<void> {
    if (ca && published !== undefined) {
        throw new Refusal(
            `There is a gateway authority already (secret ${gatewaySecrets(profile).authority}): nothing was changed. ` +
                "See gateway-ca show; to renew certificates, gateway-ca reissue; for another authority, gateway-ca add-authority",
        );
    }
    if (ca) tell(context, "A creation that was interrupted is finished: the authority stays, the certificates are issued.");
    const made = ca ? await reissueMembers(ca, { profile }) : await createGatewayCa({ profile });
    await storeGatewayCa(made, { profile, vault, replace: ca !== undefined });
    tellStored(context, profile, made);
    context.out("Next: deploy phase 13 (witness, dr, primary).");
}

async function add(step: Step): Promise<void> {
    const { context, profile, vault } = step;
    const ca = existing(step);
    if (ca.authorities.length > 1 && isPublished(step, ca)) {
        tell(context, "Two authorities are trusted already: nothing was changed. Next: gateway-ca reissue.");
        return;
    }
    await requireDecision(context, step.name, "rotate");
    // Cut off after the authority was stored: that one goes on, no third one is made.
    const next = ca.authorities.length > 1 ? ca : await addAuthority(ca, { profile });
    await storeGatewayCa(next, { profile, vault, replace: true });
    tellStored(context, profile, next);
    tell(context, `Next: gateway-ca reissue, in ${formatDuration(spreadTime)}, when every server trusts both.`);
}

async function reissue(step: Step): Promise<void> {
    const { context, profile, vault, now } = step;
    const ca = existing(step);
    if (ca.authorities.length > 1) {
        if (!isTrusted(step, ca)) throw new Refusal("The new authority is not in the published bundle: gateway-ca add-authority was interrupted. Run it again");
        waitFor(step, "the new authority", new X509Certificate(ca.authorities.at(-1)!.certificate), now);
    }
    await requireDecision(context, step.name, "reissue");
    const next = await reissueMembers(ca, { profile });
    await storeGatewayCa(next, { profile, vault, replace: true });
    tellStored(context, profile, next);
    tell(
        context,
        next.authorities.length > 1
            ? `Next: gateway-ca drop-old, in ${formatDuration(spreadTime)}, when every server shows its new certificate.`
            : `The certificates are renewed. Servers take them within ${formatDuration(spreadTime)}; there is nothing else to do.`,
    );
}

async function dropOld(step: Step): Promise<void> {
    const { context, profile, vault, now } = step;
    const ca = existing(step);
    if (ca.authorities.length === 1 && isPublished(step, ca)) {
        context.out("Only one authority is trusted already: nothing was changed.");
        return;
    }
    const next = dropOldAuthorities(ca);
    for (const { certificate } of Object.values(ca.members)) waitFor(step, "a member's certificate", new X509Certificate(certificate), now);
    await requireDecision(context, step.name, "drop");
    await storeGatewayCa(next, { profile, vault, replace: true });
    tellStored(context, profile, next);
    context.out("The rotation is done.");
}

async function show(step: Step): Promise<void> {
    const { context, profile, now } = step;
    const ca = existing(step);
    for (const line of renderGatewayCa(publishedCertificates(ca), profile, now)) context.out(line);
    if (!isPublished(step, ca)) {
        throw new Refusal("What is published differs from what is stored: a step was interrupted. Run it again (create, add-authority, reissue or drop-old)");
    }
}

function existing({ ca, profile }: Step): GatewayCa {
    if (ca) return ca;
    throw new Refusal(`There is no gateway authority (secret ${gatewaySecrets(profile).authority} in ${profile.regions.primary.name}). Make it once: gateway-ca create`);
}

function isPublished({ published }: Step, ca: GatewayCa): boolean {
    return published === JSON.stringify(publishedCertificates(ca));
}

/** Whether the published bundle has the newest authority, whatever it says of members: a reissue may have been cut off. */
function isTrusted({ published }: Step, ca: GatewayCa): boolean {
    const bundle = published === undefined ? "" : (JSON.parse(published) as PublishedCertificates).authority;
    return bundle === publishedCertificates(ca).authority;
}

function waitFor({ context, name }: Step, what: string, certificate: X509Certificate, now: Date): void {
    const ready = new Date(certificate.validFromDate.getTime() + spreadTime * 1000);
    if (context.options.now === true || now >= ready) return;
    throw new Refusal(
        `${name}: ${what} is of ${timeOf(certificate.validFromDate)}, and servers may take ${formatDuration(spreadTime)} to have it: too early, gateways ` +
            `would refuse each other. Run it again after ${timeOf(ready)}, or with --now once every server has it`,
    );
}

function tell(context: CommandContext, text: string): void {
    for (const line of paragraph(text)) context.out(line);
}

function tellStored(context: CommandContext, profile: SystemProfile, ca: GatewayCa): void {
    const names = gatewaySecrets(profile);
    const count = ca.authorities.length === 1 ? "1 authority" : `${ca.authorities.length} authorities`;
    const secrets = [names.authority, ...Object.values(profile.regions).map(names.member), names.published];
    const text = `${count}, certificates of ${Object.keys(ca.members).join(", ")} in ${profile.regions.primary.name} with replicas: ${secrets.join(", ")}`;
    for (const line of labelled("STORED", text)) context.out(line);
}

/** The public halves, for people. */
export function renderGatewayCa(published: PublishedCertificates, profile: SystemProfile, now: Date): string[] {
    const authorities = readBundle(published.authority) ?? [];
    const members = Object.entries(published.members).map(([short, pem]) => ({ short, certificate: new X509Certificate(pem) }));
    const issuerOf = (certificate: X509Certificate) => authorities.findIndex((authority) => isIssuer(authority, certificate)) + 1;
    const behind = members.filter(({ certificate }) => issuerOf(certificate) !== authorities.length);
    const next =
        authorities.length === 1
            ? "no rotation is under way"
            : behind.length > 0
              ? `a rotation is under way; next: gateway-ca reissue (${behind.map(({ short }) => short).join(", ")} ` +
                `${behind.length === 1 ? "has a certificate" : "have certificates"} of the old authority)`
              : "a rotation is under way; next: gateway-ca drop-old";
    const warnings = [...validateCertificates(published, profile, now), ...certificatesToRenew(published, now)];
    return [
        ...table(
            [{ title: "authority" }, { title: "name" }, { title: "from" }, { title: "until" }],
            authorities.map((one, index) => [String(index + 1), one.subject.replace(/^CN=/, ""), dayOf(one.validFromDate), dayOf(one.validToDate)]),
            0,
        ),
        "",
        ...table(
            [{ title: "region" }, { title: "of" }, { title: "for" }, { title: "from" }, { title: "until" }],
            members.map(({ short, certificate }) => [
                short,
                String(issuerOf(certificate) || "none"),
                (certificate.subjectAltName ?? "").replaceAll("DNS:", ""),
                dayOf(certificate.validFromDate),
                dayOf(certificate.validToDate),
            ]),
            0,
        ),
        "",
        ...paragraph(`State: ${next}.`, 0, 7),
        ...warnings.flatMap((warning) => paragraph(`- ${warning}`, 0, 2)),
    ];
}

function dayOf(date: Date): string {
    return date.toISOString().slice(0, 10);
}

function timeOf(date: Date): string {
    return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
