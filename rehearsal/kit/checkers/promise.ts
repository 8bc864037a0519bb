import type { ContractName, Contracts } from "../../../components/model/contract";
import { formatDuration, type Seconds } from "../../../components/model/duration";
import type { Check, Measurement } from "../../../report/result";

/** What a deployment promises, held against the contract. */
export interface Promised {
    readonly check: Check;
    readonly measurement?: Measurement;
}

/** A promise held against its contract; one that nothing deployed makes is broken. */
export function promise(
    contracts: Contracts,
    checkId: string,
    name: ContractName,
    value: Seconds | undefined,
): Promised {
    const { title: what, limit, kind } = contracts[name];
    const kept = value !== undefined && (kind === "at most" ? value <= limit : value >= limit);
    const check: Check = {
        id: checkId,
        title: `As deployed: ${what}`,
        passed: kept,
        expected: `${kind} ${formatDuration(limit)}`,
        actual: value === undefined ? "nothing deployed promises it" : formatDuration(value),
    };
    return value === undefined
        ? { check }
        : { check, measurement: { id: checkId, title: what, value, unit: "s", contract: name } };
}
