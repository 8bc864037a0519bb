import type { SystemProfile } from "../../components/model/profile";
import type { Dependant, Dependants } from "../streams/dependants";
import { labelled } from "./command";

const runbook = 'docs/runbook-streams.md, "A stream that depends on another one"';

/** What a stream does with another one: "AUDIT mirrors EVENTS". */
export function dependenceText({ name, from, as, account }: Dependant): string {
    const where = account === undefined ? "" : ` (account ${account})`;
    return `${name}${where} ${as === "mirror" ? "mirrors" : "sources"} ${from}`;
}

/** What a person does with it, as a sentence without its full stop. */
export function remedyOf({ name, as, account }: Dependant, { streams }: Pick<SystemProfile, "streams">): string {
    if (account === undefined && streams.some(({ mirror }) => mirror === name))
        return `Run streams rebuild-mirror --stream ${name}`;
    if (as === "mirror") return `Keep what only it has, then recreate it: ${runbook}`;
    return `Look for messages that it lacks or has twice, and recreate it if there are any: ${runbook}`;
}

/**
 * Why a person has to look at a dependant; undefined if nobody has to. What takes messages from a stream that was just recreated may take all
 * of them again, so nothing that is found out now shows that it is well.
 */
export function needOf(dependant: Dependant, recreated: readonly string[] = []): string | undefined {
    const { fault, from, as, account } = dependant;
    if (fault !== undefined) return fault;
    if (!recreated.includes(from)) return undefined;
    if (account !== undefined)
        return `${from} was recreated, and what ${account} holds of it cannot be compared from here`;
    return as === "source" ? `${from} was recreated: it may take messages again that it has` : undefined;
}

/** A line for each dependant, after the streams that it depends on were recreated or restored. */
export function dependantLines(
    { found, silent, everyAccount }: Dependants,
    profile: Pick<SystemProfile, "streams">,
    recreated: readonly string[],
): string[] {
    const lines = found.map((dependant) => {
        const need = needOf(dependant, recreated);
        const rest = need === undefined ? "nothing is to be done." : `${need}. ${remedyOf(dependant, profile)}.`;
        return `${dependenceText(dependant)}: ${rest}`;
    });
    if (silent.length > 0) lines.push(`${silent.join(", ")}: no answer, so nobody knows what they mirror or source.`);
    if (lines.length > 0 && !everyAccount)
        lines.push("Other accounts were not looked at: that needs NATS_SYS_USER and NATS_SYS_PASSWORD.");
    return lines.flatMap((line) => labelled("DEPENDS", line));
}
