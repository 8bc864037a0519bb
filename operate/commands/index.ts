import type { Command } from "./command";
import { gatewayCaCommands } from "./gatewayCa";
import { streamsDurablesExport, streamsDurablesPlace } from "./streamsDurables";
import { streamsFailback } from "./streamsFailback";
import { streamsFence } from "./streamsFence";
import { streamsPromote } from "./streamsPromote";
import { streamsRebuildMirror } from "./streamsRebuildMirror";
import { streamsRetrofit } from "./streamsRetrofit";
import { streamsStatus } from "./streamsStatus";
import { streamsTail } from "./streamsTail";

/** Everything that the operator can do, in the order of the day. */
export const commands: readonly Command[] = [
    streamsStatus,
    streamsPromote,
    streamsFence,
    streamsDurablesExport,
    streamsDurablesPlace,
    streamsTail,
    streamsFailback,
    streamsRebuildMirror,
    streamsRetrofit,
    ...gatewayCaCommands(),
];
