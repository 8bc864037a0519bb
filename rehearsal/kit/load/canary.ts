import { check } from "../checkers/check";
import type { DrillRun } from "../drillRun";
import type { ApiEdge } from "../environments/apiEdges";
import { until } from "../observe";
import { ApiClient } from "./apiClients";

/** A reader of one region's API with a key that can be changed: what the standby's canary is to the API. */
export function canary(run: DrillRun, edge: ApiEdge, first: string) {
    let key = first;
    const edges = { primary: edge, standby: edge };
    const dns = { resolve: async () => ({ side: "standby" as const, ttl: 3_600 }) };
    const client = new ApiClient(run, "read", dns, edges, () => key);
    return {
        /** Takes another key, as a mounted Secret that changes; ready when a request with it was answered. */
        change: async (next: string) => {
            await run.at("canary", "takes another key", () => (key = next));
            const tried = client.tries.length;
            await until(run, "a request with the other key answered", () =>
                client.tries.slice(tried + 1).some(({ ok }) => ok),
            );
        },
        stop: () => client.stop(),
        /** No request was refused for its key, and some were answered. */
        check: () => {
            const refused = client.tries.filter(({ status }) => status === 401).length;
            const answered = client.tries.filter(({ ok }) => ok).length;
            return check(
                "canary-key",
                "The canary's key changes without a refusal",
                refused === 0 && answered > 0,
                "0 refused",
                answered === 0 ? "nothing was answered" : `${refused} refused`,
            );
        },
    };
}
