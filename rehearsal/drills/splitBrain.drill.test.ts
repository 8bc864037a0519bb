import { describeDrill } from "./testing/describeDrill";
import { splitBrain } from "./splitBrain";

describeDrill(splitBrain, [
    "parted-writers",
    "origin-fenced",
    "one-writer",
    "acked-stored-once",
    "consumers-miss-nothing",
]);
