import { describe, expect, it } from "vitest";
import { natsAccess } from "./natsAccounts";
import { natsConfPatch } from "./natsPatch";
import { args, system } from "./testing/foundNats";

describe("the permissions of users, whose publishes are mapped", () => {
    it("widen what a user may publish by the region's subjects, and keep its other permissions", () => {
        const permissions = {
            publish: { allow: ["shop.orders.new.>", "other.>", "_INBOX.>"], deny: ["shop.orders.new.secret"] },
            subscribe: ["shop.orders.>"],
        };
        const users = [
            { name: "api", permissions },
            { name: "all", permissions: { publish: ">" } },
            { name: "star", permissions: { publish: "*.created" } },
        ];
        const of = (user: string) =>
            natsConfPatch({ ...args, profile: system({ users }) }).users["users"].find((one: any) => one.user === user);
        expect(of("api")).toEqual({
            user: "api",
            password: "<< $API_PASSWORD >>",
            permissions: {
                subscribe: ["shop.orders.>"],
                publish: {
                    allow: ["shop.orders.new.>", "other.>", "_INBOX.>", "euc1.shop.orders.new.>"],
                    deny: [
                        "shop.orders.new.secret",
                        "euc1.shop.orders.new.secret",
                        "euw1.shop.orders.new.secret",
                        "euw1.shop.orders.>",
                        "euw1.audit.>",
                        "euw1.telemetry.v1.readings.>",
                    ],
                },
            },
        });
        expect(of("all").permissions.publish.allow).toEqual([
            ">",
            "euc1.shop.orders.>",
            "euc1.audit.>",
            "euc1.telemetry.v1.readings.>",
        ]);
        // Only what is a stream's: not each subject of two words behind the region's prefix.
        expect(of("star").permissions.publish.allow).toEqual(["*.created", "euc1.audit.created"]);
    });

    it("deny in the form of either region what was denied, and allow nothing for a stream's bare name", () => {
        const users = [
            { name: "reader", permissions: { subscribe: { deny: ["audit.secret.>"] }, publish: { deny: "audit.>" } } },
            { name: "bare", permissions: { publish: ["audit", "shop.orders"] } },
            { name: "guest", permissions: { publish: { deny: ["$JS.API.STREAM.DELETE.ORDERS"] } } },
        ];
        const of = (user: string) =>
            natsConfPatch({ ...args, profile: system({ users }) }).users["users"].find((one: any) => one.user === user)
                .permissions;
        expect(of("reader").subscribe).toEqual({
            deny: ["audit.secret.>", "euc1.audit.secret.>", "euw1.audit.secret.>"],
        });
        expect(of("reader").publish.deny.slice(0, 3)).toEqual(["audit.>", "euc1.audit.>", "euw1.audit.>"]);
        expect(of("bare").publish.allow).toEqual(["audit", "shop.orders"]);
        expect(of("guest").publish.deny.slice(0, 2)).toEqual([
            "$JS.API.STREAM.DELETE.ORDERS",
            "$JS.API.STREAM.DELETE.ORDERS_COPY",
        ]);
    });

    it("keep over what a user may connect", () => {
        const users = [{ name: "device", permissions: {}, connectionTypes: ["WEBSOCKET"] }];
        expect(natsConfPatch({ ...args, profile: system({ users }) }).users["users"][1]).toMatchObject({
            user: "device",
            allowed_connection_types: ["WEBSOCKET"],
        });
    });

    it("let a user of the standby call the consumers of a mirror, where it may those of its origin", () => {
        const users = [
            {
                name: "api",
                permissions: {
                    publish: ["$JS.API.CONSUMER.MSG.NEXT.ORDERS.*", "$JS.ACK.ORDERS.>", "$JS.API.INFO"],
                },
            },
        ];
        const { authorization } = natsAccess(system({ users }), system().regions.dr) as any;
        expect(authorization.users[1].permissions.publish.allow).toEqual([
            "$JS.API.CONSUMER.MSG.NEXT.ORDERS.*",
            "$JS.ACK.ORDERS.>",
            "$JS.API.INFO",
            "$JS.API.CONSUMER.MSG.NEXT.ORDERS_COPY.*",
            "$JS.ACK.ORDERS_COPY.>",
        ]);
    });
});
