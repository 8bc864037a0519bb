/**
 * What the phases of one stack have made so far. A phase takes what it builds on and adds what it makes:
 * the only road between phases.
 */
export interface Parts {
    readonly [part: string]: unknown;
}
