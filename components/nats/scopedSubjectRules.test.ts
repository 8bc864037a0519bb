import { describe, expect, it } from "vitest";
import { fixtureSystem } from "../testing/fixtureSystem";
import { movingStreamIssues, reactionIssues, type AccountReactions } from "./scopedSubjectRules";

const [orders, audit] = fixtureSystem.streams as [
    (typeof fixtureSystem.streams)[number],
    (typeof fixtureSystem.streams)[number],
];
const quiet: AccountReactions = {
    leafNodes: 0,
    mqtt: false,
    services: ["prices.get", "$SRV.PING"],
    republished: ["copies.>"],
    imported: ["$SYS.REQ.ACCOUNT.PING.CONNZ", "sensors.>"],
    mappings: [
        { source: "shop.orders.>", destinations: ["euc1.shop.orders.>", "shop.orders.>"] },
        { source: "legacy.*", destinations: ["euc1.shop.orders.$1", "legacy.$1"] },
    ],
};

describe("what lives by a stream's subject when the stream takes its region's", () => {
    it("is served as before where nothing but core subscribers and consumers does", () => {
        expect(reactionIssues(quiet, [orders, audit], [orders])).toEqual([]);
    });

    it.each<[string, Partial<AccountReactions>, RegExp]>([
        ["leaf nodes", { leafNodes: 2 }, /^2 leaf nodes are connected .* nats\.republish: false for ORDERS/],
        ["MQTT clients", { mqtt: true }, /^MQTT clients use the account .* Move MQTT to another account$/],
        [
            "a service",
            { services: ["shop.orders.price"] },
            /^ORDERS: a service answers requests on shop\.orders\.price/,
        ],
        ["a service on any subject", { services: ["*.quote"] }, /^audit-log: a service answers requests on \*\.quote/],
        [
            "another stream's republish",
            { republished: ["audit.$1"] },
            /^audit-log: another stream republishes to audit/,
        ],
        ["an import", { imported: ["audit.far.>"] }, /^audit-log: the account imports audit\.far\.>/],
        [
            "a mapping past the region's subjects",
            { mappings: [{ source: "legacy.*", destinations: ["shop.orders.$1"] }] },
            /^ORDERS: the mapping of legacy\.\* leads to shop\.orders\.\$1 past the region's subjects/,
        ],
    ])("refuses %s by name", (_what, found, message) => {
        expect(reactionIssues({ ...quiet, ...found }, [orders, audit], [orders])).toEqual([
            expect.stringMatching(message),
        ]);
    });

    it("lets leaf nodes be where no core subscriber gets copies", () => {
        expect(reactionIssues({ ...quiet, leafNodes: 2 }, [orders], [])).toEqual([]);
    });

    it.each<[string, object, RegExp | undefined]>([
        ["no_ack with copies", { no_ack: true }, /^ORDERS acknowledges nothing .* nats\.republish\.ORDERS: false/],
        ["scheduled messages", { allow_msg_schedules: true }, /^ORDERS takes scheduled messages/],
        ["sources", { sources: [{ name: "X" }] }, /^ORDERS has sources/],
        ["a republish of its own", { republish: { src: ">", dest: "copy.>" } }, /^ORDERS republishes > to copy\.>/],
        ["its own republish", { republish: { src: "shop.orders.>", dest: "shop.orders.>" } }, undefined],
    ])("judges a stream with %s", (_what, settings, message) => {
        expect(movingStreamIssues(settings, orders)).toEqual(message ? [expect.stringMatching(message)] : []);
    });

    it("takes no_ack where the settings say that no core subscriber has the subject", () => {
        expect(movingStreamIssues({ no_ack: true }, { ...orders, republish: false })).toEqual([]);
    });
});
