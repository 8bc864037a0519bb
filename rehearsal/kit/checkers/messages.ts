import type { Check, Measurement } from "../../../report/result";
import type { MessageAccount } from "../../../testbed/nats/messageAccount";
import { check, same } from "./check";

/** A message that was acknowledged and that a survivor does not have. */
export interface Unreplicated {
    readonly messages: number;
    /** From the acknowledgement of the oldest of them to the loss, in seconds. */
    readonly seconds: number;
}

/**
 * What was acknowledged up to the loss and the survivor lacks. An acknowledgement that was on its way when the servers died may be
 * read up to 50 ms later.
 */
export function unreplicated(
    acked: Iterable<readonly [id: string, at: number]>,
    lostAt: number,
    survives: (id: string) => boolean,
): Unreplicated {
    let messages = 0;
    let oldest = lostAt;
    for (const [id, at] of acked) {
        if (at > lostAt + 50 || survives(id)) continue;
        messages += 1;
        oldest = Math.min(oldest, at);
    }
    return { messages, seconds: (lostAt - oldest) / 1000 };
}

/** Sums one count of several accounts. */
export function total(accounts: readonly MessageAccount[], count: (account: MessageAccount) => number): number {
    return accounts.reduce((sum, account) => sum + count(account), 0);
}

/** Every acknowledged message is stored where it belongs, once and as it was sent. Nothing published is a failure, not a success. */
export function storedOnce(title: string, accounts: readonly MessageAccount[]): Check {
    const acked = total(accounts, (one) => one.acked);
    const expected = `${acked} acknowledged, 0 missing, 0 duplicated, 0 corrupted, 0 under another subject`;
    const found =
        `${acked} acknowledged, ${total(accounts, (one) => one.missing.length)} missing, ` +
        `${total(accounts, (one) => one.duplicated.length)} duplicated, ${total(accounts, (one) => one.corrupted)} corrupted, ` +
        `${total(accounts, (one) => one.misnamed)} under another subject`;
    return acked > 0 && accounts.every((one) => one.acked > 0)
        ? same("acked-stored-once", title, expected, found)
        : check("acked-stored-once", title, false, "messages acknowledged in every stream", found);
}

/** As many messages were acknowledged as were to be published, and each is stored once. */
export function allStored({ acked, stored, missing, duplicated }: MessageAccount, count: number): Check {
    return check(
        "acked-stored-once",
        "Every acknowledged message is stored, once",
        count > 0 && acked === count && missing.length === 0 && duplicated.length === 0,
        `${count} acknowledged and stored, 0 missing, 0 duplicated`,
        `${acked} acknowledged, ${stored} stored, ${missing.length} missing, ${duplicated.length} duplicated`,
    );
}

/** Payload, subject and order of what is stored are those of what was published. */
export function storedAsPublished({ corrupted, misnamed, outOfOrder }: MessageAccount): Check {
    return same(
        "stored-as-published",
        "Messages are stored as they were published: payload, subject, order",
        "0 corrupted, 0 under another subject, 0 out of order",
        `${corrupted} corrupted, ${misnamed} under another subject, ${outOfOrder} out of order`,
    );
}

/** Every acknowledged message reached the consumers of its stream. */
export function consumersMissNothing(
    clients: readonly {
        readonly publisher: { readonly acked: ReadonlyMap<string, number> };
        readonly consumer: { readonly received: ReadonlyMap<string, number> };
    }[],
): Check {
    let acked = 0;
    let missed = 0;
    for (const { publisher, consumer } of clients)
        for (const id of publisher.acked.keys()) {
            acked += 1;
            if (!consumer.received.has(id)) missed += 1;
        }
    return check(
        "consumers-miss-nothing",
        "The consumers receive every acknowledged message",
        acked > 0 && missed === 0,
        "0 not received",
        acked === 0 ? "nothing was acknowledged" : `${missed} not received`,
    );
}

export function messages(id: string, title: string, value: number): Measurement {
    return { id, title, value, unit: "messages" };
}

/** A measured time, held against a contract if it names one. */
export function seconds(id: string, title: string, value: number, contract?: Measurement["contract"]): Measurement {
    return { id, title, value, unit: "s", ...(contract === undefined ? {} : { contract }) };
}
