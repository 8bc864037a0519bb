import { describeDrill } from "./testing/describeDrill";
import { secretRotation } from "./secretRotation";

describeDrill(secretRotation, ["gateways-connect", "canary-key", "acked-stored-once", "consumers-miss-nothing"]);
