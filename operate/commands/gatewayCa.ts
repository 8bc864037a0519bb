import {
    gatewaySecrets,
    renewAtLatest,
    renewBefore,
    type PublishedCertificates,
} from "../../components/gateways/gatewayCertificateRules";
import { formatDuration } from "../../components/model/duration";
import type { SystemProfile } from "../../components/model/profile";
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
import { issuedAt } from "../gatewayCertificates";
import { awsSecretVault } from "../gatewayCaVault";
import { labelled, paragraph, Refusal, timeOf, type Command, type CommandContext, type OptionSpec } from "./command";
import { requireDecision, yesOption } from "./decide";
import { gatewayCaStatus, spreadTime } from "./gatewayCaStatus";

const vaultDetail =
    "The secrets are in AWS Secrets Manager of the primary's region, with replicas; credentials as the AWS SDK finds them. No key is ever printed.";
const nowOption: OptionSpec = {
    help: `every server has the last step's secrets: do not wait the ${formatDuration(spreadTime)}`,
};

type Open = (region: string) => SecretVault;

/** The commands over the authority of the gateways; a test gives its own vault, and a rehearsal the names of its machine. */
export function gatewayCaCommands(
    open: Open = awsSecretVault,
    now: () => Date = () => new Date(),
    extraHosts?: readonly string[],
): Command[] {
    const command = (
        name: string,
        summary: string,
        details: readonly string[],
        options: Command["options"],
        run: (step: Step) => Promise<boolean | void>,
    ): Command => ({
        name: `gateway-ca ${name}`,
        summary,
        details: [...details, vaultDetail],
        options,
        run: async (context) => {
            const { profile } = context;
            const vaultOf = (region: string) => named(open(region), region);
            const vault = vaultOf(profile.regions.primary.name);
            const well = await run({
                context,
                profile,
                vault,
                vaultOf,
                extraHosts,
                name: `gateway-ca ${name}`,
                now: now(),
                ...(await load(profile, vault)),
            });
            return well ?? true;
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
        command(
            "add-authority",
            "Rotation, step 1: the members trust a new authority besides the old one.",
            [],
            { yes: yesOption },
            add,
        ),
        command(
            "reissue",
            "Rotation, step 2: each region gets a new certificate. Alone, it renews them.",
            [
                `During a rotation it waits until every server trusts the new authority, ${formatDuration(spreadTime)} after step 1.`,
            ],
            { yes: yesOption, now: nowOption },
            reissue,
        ),
        command(
            "drop-old",
            "Rotation, step 3: only the new authority is trusted.",
            [
                `Refused while a region's certificate is of the old one, or for ${formatDuration(spreadTime)} after step 2.`,
            ],
            { yes: yesOption, now: nowOption },
            dropOld,
        ),
        command(
            "status",
            "Shows authorities and certificates, how long they last, where they are, and what comes next.",
            [
                "Compares each region's own replica with what is stored. With NATS_SYS_* in the environment it also asks every server which " +
                    "certificate it uses and when it last read its files: what tells that a step has arrived.",
                `Ends with 1 if there is anything to look at: less than ${formatDuration(renewAtLatest)} left (a warning below ${formatDuration(renewBefore)}), a ` +
                    "replica or a server that is behind.",
            ],
            {},
            status,
        ),
    ];
}

/** The same vault, whose errors say where it is and what to look at. */
function named(vault: SecretVault, region: string): SecretVault {
    const explain = (secret: string) => (error: unknown) => {
        const reason = error instanceof Error ? `${error.name}: ${error.message || "no answer"}` : String(error);
        const advice = /credential/i.test(reason)
            ? "Sign in first (aws sso login, or set AWS_PROFILE), and try: aws sts get-caller-identity"
            : "See which credentials are in use: aws sts get-caller-identity";
        throw new Error(`Secrets Manager of ${region}, secret ${secret}: ${reason}. ${advice}`, { cause: error });
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
    readonly vaultOf: (region: string) => SecretVault;
    readonly extraHosts?: readonly string[];
    readonly name: string;
    readonly now: Date;
    readonly ca?: GatewayCa;
    /** What the program reads; stored last, so a step that was cut off left an earlier state of it, or none. */
    readonly published?: string;
}

async function load(profile: SystemProfile, vault: SecretVault): Promise<Pick<Step, "ca" | "published">> {
    const [ca, published] = await Promise.all([
        loadGatewayCa({ profile, vault }),
        vault.read(gatewaySecrets(profile).published),
    ]);
    return { ca, published };
}

async function create({ context, profile, vault, extraHosts, ca, published }: Step): Promise<void> {
    if (ca && published !== undefined) {
        throw new Refusal(
            `There is a gateway authority already (secret ${gatewaySecrets(profile).authority}): nothing was changed. ` +
                "See gateway-ca status; to renew certificates, gateway-ca reissue; for another authority, gateway-ca add-authority",
        );
    }
    if (ca)
        tell(context, "A creation that was interrupted is finished: the authority stays, the certificates are issued.");
    const made = ca
        ? await reissueMembers(ca, { profile, extraHosts })
        : await createGatewayCa({ profile, extraHosts });
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
    const { context, profile, vault, extraHosts, now } = step;
    const ca = existing(step);
    if (ca.authorities.length > 1) {
        if (!isTrusted(step, ca))
            throw new Refusal(
                "The new authority is not in the published bundle: gateway-ca add-authority was interrupted. Run it again",
            );
        waitFor(step, "the new authority", ca.authorities.at(-1)!.certificate, now);
    }
    await requireDecision(context, step.name, "reissue");
    const next = await reissueMembers(ca, { profile, extraHosts });
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
    for (const { certificate } of Object.values(ca.members)) waitFor(step, "a member's certificate", certificate, now);
    await requireDecision(context, step.name, "drop");
    await storeGatewayCa(next, { profile, vault, replace: true });
    tellStored(context, profile, next);
    context.out("The rotation is done.");
}

async function status(step: Step): Promise<boolean> {
    const { context, profile, vaultOf, now } = step;
    const ca = existing(step);
    const unfinished = isPublished(step, ca)
        ? []
        : [
              "a step was interrupted, what is published differs from what is stored: run it again (create, add-authority, reissue or drop-old)",
          ];
    const { lines, well } = await gatewayCaStatus(ca, {
        profile,
        now,
        context,
        read: (region, secret) => vaultOf(region).read(secret),
        unfinished,
    });
    for (const line of lines) context.out(line);
    return well;
}

function existing({ ca, profile }: Step): GatewayCa {
    if (ca) return ca;
    throw new Refusal(
        `There is no gateway authority (secret ${gatewaySecrets(profile).authority} in ${profile.regions.primary.name}). Make it once: gateway-ca create`,
    );
}

function isPublished({ published }: Step, ca: GatewayCa): boolean {
    return published === JSON.stringify(publishedCertificates(ca));
}

/** Whether the published bundle has the newest authority, whatever it says of members: a reissue may have been cut off. */
function isTrusted({ published }: Step, ca: GatewayCa): boolean {
    const bundle = published === undefined ? "" : (JSON.parse(published) as PublishedCertificates).authority;
    return bundle === publishedCertificates(ca).authority;
}

function waitFor({ context, name }: Step, what: string, certificate: string, now: Date): void {
    const made = issuedAt(certificate);
    const ready = new Date(made.getTime() + spreadTime * 1000);
    if (context.options.now === true || now >= ready) return;
    throw new Refusal(
        `${name}: ${what} is of ${timeOf(made)}, and servers may take ${formatDuration(spreadTime)} to have it: too early, gateways ` +
            `would refuse each other. Run it again after ${timeOf(ready)}, or with --now once every server has it (gateway-ca status asks them)`,
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
