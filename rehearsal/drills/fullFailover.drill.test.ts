import { failoverFixture } from "./dns/testing/dnsFixture";
import { describeDrill } from "./testing/describeDrill";
import { fullFailover } from "./fullFailover";

describeDrill(
    fullFailover,
    [
        "join-keeps-streams",
        "gates-pass",
        "mirrors-created",
        "mirrors-follow",
        "reads-recover",
        "writes-recover",
        "promotion-accepted",
        "latch-holds",
        "origin-fenced",
        "reads-fail-back",
        "writes-fail-back",
        "acked-stored-once",
        "consumers-miss-nothing",
        "no-control-plane-calls",
    ],
    { and: () => failoverFixture({ onStandby: "latch" }) },
);
