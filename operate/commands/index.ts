import type { Command, OptionSpec } from "./command";
import { gatewayCaCommands } from "./gatewayCa";
import { policyConfig } from "./policyConfig";
import { streamsDurablesExport, streamsDurablesPlace } from "./streamsDurables";
import { streamsFailback } from "./streamsFailback";
import { streamsFence } from "./streamsFence";
import { streamsPromote } from "./streamsPromote";
import { streamsRebuildMirror } from "./streamsRebuildMirror";
import { streamsRetrofit } from "./streamsRetrofit";
import { streamsStatus } from "./streamsStatus";
import { streamsTail } from "./streamsTail";

/** Which environment a command is for. */
const stackOption: OptionSpec = {
    value: "NAME",
    help: "the standby's stack of the environment, such as staging-dr (default: dr)",
};

const ofAnEnvironment: readonly Command[] = [
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
].map((command: Command) => ({ ...command, options: { ...command.options, stack: stackOption } }));

/** Everything that the operator can do, in the order of the day. */
export const commands: readonly Command[] = [...ofAnEnvironment, policyConfig];
