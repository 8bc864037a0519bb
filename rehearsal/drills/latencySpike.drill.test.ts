import { describeDrill } from "./testing/describeDrill";
import { latencySpike } from "./latencySpike";

describeDrill(latencySpike, [
    "mirrors-follow-at-80-ms",
    "mirrors-follow-at-300-ms",
    "gateways-stay",
    "acked-stored-once",
    "consumers-miss-nothing",
]);
