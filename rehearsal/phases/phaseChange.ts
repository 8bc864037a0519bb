import type { Phase } from "../../components/model/phase";
import type { Role } from "../../components/model/profile";
import type { Check } from "../../report/result";
import type { Deployment } from "../../engine/state/deployment";
import { shortUrn } from "../../engine/driver/engineError";
import type { Step } from "../../engine/driver/events";

/** A stack's way from one phase to the next. */
export interface PhaseChange {
    readonly stack: Role;
    readonly from: Phase;
    readonly to: Phase;
    /** The stack at the old phase, the steps of the update, and the stack at the new phase. */
    readonly before: Deployment;
    readonly steps: readonly Step[];
    readonly after: Deployment;
    /** Logical names of the resources that the new phase says it updates in place. Default: none. */
    readonly updates?: readonly string[];
}

/** Checks that raising the phase only created: nothing replaced, nothing deleted, and updated only what the phase names. */
export function checkPhaseChange(change: PhaseChange): Check[] {
    const { stack, from, to, steps, updates = [] } = change;
    const id = (what: string) => `phase-change-${stack}-${from}-${to}-${what}`;
    const title = `${stack}, phase ${from} to ${to}`;
    const replaced = steps.filter(({ op }) => op === "replace" || op.endsWith("replacement"));
    const deleted = steps.filter(({ op }) => op === "delete" || op === "delete-replaced");
    const updated = steps.filter(
        ({ op, inCloud, urn }) => op === "update" && inCloud && !updates.includes(nameOf(urn)),
    );
    return [
        check(id("replaces"), `${title}: nothing is replaced`, "no replacement", replaced.map(describe)),
        check(id("deletes"), `${title}: nothing is deleted`, "no deletion", [
            ...deleted.map(describe),
            ...vanished(change),
        ]),
        check(
            id("updates"),
            `${title}: only what the phase names is updated`,
            `updates of ${updates.join(", ") || "nothing"}`,
            updated.map(describe),
        ),
    ];
}

/** Resources that the export had and has no more, or that are now another resource of the same name. */
function vanished({ before, after, steps }: PhaseChange): string[] {
    const now = new Map(after.resources.map((resource) => [resource.urn, resource]));
    const stepped = new Set(steps.filter(({ op }) => op !== "same" && op !== "update").map(({ urn }) => urn));
    return before.resources
        .filter(({ urn, id, custom }) => !stepped.has(urn) && (!now.has(urn) || (custom && now.get(urn)?.id !== id)))
        .map(({ urn, id }) =>
            now.has(urn)
                ? `${shortUrn(urn)}: id ${id} became ${now.get(urn)?.id}`
                : `${shortUrn(urn)} is gone from the state`,
        );
}

function check(id: string, title: string, expected: string, found: readonly string[]): Check {
    const unique = [...new Set(found)];
    return {
        id,
        title,
        passed: unique.length === 0,
        expected,
        actual: unique.length === 0 ? expected : unique.join("; "),
    };
}

function describe({ urn, op, because }: Step): string {
    return `${op} ${shortUrn(urn)}${because.length > 0 ? ` (${because.join(", ")})` : ""}`;
}

function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}
