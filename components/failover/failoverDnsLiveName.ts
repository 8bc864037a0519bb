import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isDeployed } from "../model/deployed";

/** The record that is there today. While the cutover is pending only its kind counts: a slip in the description changes nothing. On the way back all of it does. */
export type ExistingRecord =
    | { readonly kind: "alias"; readonly name: string; readonly zoneId: string; readonly evaluateTargetHealth: boolean }
    | { readonly kind: "addresses"; readonly values: readonly string[]; readonly ttl: number };

export interface LiveNameArgs {
    readonly zoneName: string;
    readonly zoneId: pulumi.Input<string>;
    /** The zone's id as a plain value, which an import needs. @default none: for a greenfield, where nothing is imported */
    readonly importZoneId?: string;
    /** The name that clients use: "api.example.com". */
    readonly liveName: string;
    /** The failover pair's name. */
    readonly pairName: string;
    /**
     * "pending": the name stays as it is, adopted. "done": it leads to the pair. Set "done" once the pair has answered well for
     * five minutes and no sooner. "back": it is again what `existing` describes, which "pending" would not make of it.
     */
    readonly cutover: "pending" | "done" | "back";
    /** The A record that is there, or was before the cutover. @default none: a greenfield, whose name is made at the cutover */
    readonly existing?: ExistingRecord;
    /** Whether this update deploys a resource of the component. @default asks the engine */
    readonly isDeployed?: (resource: pulumi.Resource) => Promise<boolean>;
}

/** Everything that is wrong with a cutover. */
export function validateLiveName({
    zoneName,
    liveName,
    pairName,
    cutover,
    existing,
    importZoneId,
}: LiveNameArgs): string[] {
    return [
        ...(cutover === "back" && existing === undefined
            ? ["existing is missing: nothing says what the name led to before the cutover"]
            : []),
        ...(existing !== undefined && importZoneId === undefined
            ? ["existing is set and importZoneId is not: a zone made in this update has no record to adopt"]
            : []),
        ...(liveName === zoneName || liveName.endsWith(`.${zoneName}`)
            ? []
            : [`liveName is "${liveName}"; it has to lie inside the zone ${zoneName}`]),
        ...(liveName === pairName
            ? [
                  `pairName is "${pairName}", the live name itself: a failover record cannot join the simple record that is there; use a name of its own, such as "failover.${liveName}"`,
              ]
            : []),
    ];
}

/**
 * The live name, turned to the failover pair in place and last.
 *
 * The record is imported as it is, then updated from what it was to an alias of the pair: one change, so every name server answers
 * either the old way or the new, and no client ever gets "no such name". While the cutover is pending its content is ignored, because
 * the engine follows an import whose description differs with an update at once (seen with 3.255), here of a live name. Creating the pair under the live name instead would have to
 * delete the simple record first. The alias follows the pair's health by itself, because it evaluates its target.
 *
 * The engine runs an import even where the record is no target of the update, and below a parent that it leaves out: the state it then
 * writes is invalid (seen with 3.255). So what the name led to is stored first, in the state alone: where that is left out, nothing is imported.
 *
 * ### Cost
 * None; queries of an alias are billed as those of its target.
 */
export class LiveName extends pulumi.ComponentResource {
    constructor(name: string, args: LiveNameArgs, opts?: pulumi.ComponentResourceOptions) {
        const issues = validateLiveName(args);
        if (issues.length > 0) throw new Error(`LiveName "${name}":\n- ${issues.join("\n- ")}`);
        super("drkit:index:LiveName", name, {}, opts);
        // What is built after it need not wait for the pair; the program does.
        const done = pulumi.runtime.rpcKeepAlive();
        void this.#createRecord(name, args).finally(done);
        this.registerOutputs({});
    }

    async #createRecord(name: string, args: LiveNameArgs): Promise<void> {
        const { zoneId, liveName, pairName, cutover, existing } = args;
        const imported = await this.#importId(name, args);
        const aliasOfPair = { aliases: [{ name: pairName, zoneId, evaluateTargetHealth: true }] };
        const content = cutover === "done" ? aliasOfPair : existing && contentOf(existing);
        if (content === undefined) return;
        new aws.route53.Record(
            `${name}-record`,
            { zoneId, name: liveName, type: "A", ...content },
            {
                parent: this,
                protect: true,
                ...(imported === undefined ? {} : { import: imported }),
                ...(cutover === "pending" ? { ignoreChanges: ["aliases", "records", "ttl"] } : {}),
            },
        );
    }

    /** Undefined where no record is there, or the update leaves this component out. */
    async #importId(name: string, args: LiveNameArgs): Promise<string | undefined> {
        const { existing, importZoneId, liveName, isDeployed: deployed = isDeployed } = args;
        if (existing === undefined) return undefined;
        const before = new pulumi.Stash(`${name}-before`, { input: contentOf(existing) }, { parent: this });
        return (await deployed(before)) ? `${importZoneId}_${liveName}_A` : undefined;
    }
}

function contentOf(existing: ExistingRecord): Pick<aws.route53.RecordArgs, "aliases" | "records" | "ttl"> {
    if (existing.kind === "addresses") return { records: [...existing.values], ttl: existing.ttl };
    const { name, zoneId, evaluateTargetHealth } = existing;
    return { aliases: [{ name, zoneId, evaluateTargetHealth }] };
}
