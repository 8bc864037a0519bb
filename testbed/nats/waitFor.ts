import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
    /** How long to try, in seconds: several elections of a leader (9 s each) and a disk that stands still, on a slow machine. @default 120 */
    readonly seconds?: number;
    /** Pause between two looks, in milliseconds. @default 50 */
    readonly everyMs?: number;
    readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `look` answers something other than undefined, and returns that. What `look` throws
 * counts as "not yet"; at the deadline the last such error is named, so a failure says what was found instead.
 */
export async function waitFor<T>(
    expected: string,
    look: () => Promise<T | undefined> | T | undefined,
    options: WaitOptions = {},
): Promise<T> {
    const seconds = options.seconds ?? 120;
    const deadline = performance.now() + seconds * 1000;
    let found = "nothing yet";
    for (;;) {
        options.signal?.throwIfAborted();
        try {
            const value = await look();
            if (value !== undefined) return value;
        } catch (error) {
            found = error instanceof Error ? error.message : String(error);
        }
        if (performance.now() >= deadline)
            throw new Error(`expected within ${seconds} s: ${expected}; found: ${found}`);
        await delay(options.everyMs ?? 50, undefined, { signal: options.signal });
    }
}

/** The same, with undefined in place of the error at the deadline: for what a check judges later. An interruption is thrown. */
export async function inTime<T>(
    expected: string,
    look: () => Promise<T | undefined> | T | undefined,
    options: WaitOptions = {},
): Promise<T | undefined> {
    return waitFor(expected, look, options).catch(() => {
        options.signal?.throwIfAborted();
        return undefined;
    });
}
