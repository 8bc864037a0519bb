import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { environmentSystem, isEnvironmentName } from "../components/model/environment";
import { fixtureSystem } from "../components/testing/fixtureSystem";
import { derivedNames } from "./derivedNames";

/** Words that the program itself puts into names, so that an environment of them comes as close to another's as can be. */
const words = [
    ...["primary", "dr", "witness", "nats", "velero", "backup", "backups", "secrets", "api", "gateways", "failover"],
    ...["latch", "watcher", "latch-watcher", "maintenance", "nodes", "join", "restore", "a", "b", "a-b", "gw", "euw1"],
];
const environment = fc
    .array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join("-"))
    .filter(isEnvironmentName);
const name = fc.constantFrom("atlas", "customer-portal", "x".repeat(40));

describe("the names of two environments", () => {
    it("have none in common, whatever the environments are called and wherever their names are cut", () => {
        const namesOf = (system: string, one: string) =>
            derivedNames(environmentSystem({ ...fixtureSystem, name: system }, one)).map(
                (derived) => `${derived.kind} ${derived.name}`,
            );
        fc.assert(
            fc.property(name, environment, fc.oneof(environment, fc.constant("prod")), (system, one, other) => {
                fc.pre(one !== other);
                const taken = new Set(namesOf(system, other));
                expect(namesOf(system, one).filter((derived) => taken.has(derived))).toEqual([]);
            }),
            { numRuns: 400 },
        );
    });
});
