import { kgents } from "../../infra/kgents";
import { streamsOfAllKinds } from "./streamsOfAllKinds";
import { streamKinds } from "./streamsOfAllKinds/kinds";
import { describeDrill } from "./testing/describeDrill";

const checks = [
    "accepted-in-the-primary",
    "accepted-in-the-standby",
    "promotion-accepted",
    "settings-in-the-standby",
    "origin-fenced",
    "settings-kept",
    "accepted-after-the-failback",
    "acked-stored-once",
    "consumers-miss-nothing",
];

/** A system with a stream for each kind. */
const system = {
    ...kgents,
    streams: streamKinds.map(({ id }) => ({
        ...kgents.streams[0]!,
        name: id.toUpperCase(),
        mirror: `${id.toUpperCase()}_MIRROR`,
        subject: `${id}.>`,
    })),
};

describeDrill(streamsOfAllKinds, checks, { system });
