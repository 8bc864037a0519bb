import { writeFenceSwitch } from "../../components/network/regionIngressFence";
import type { SystemProfile } from "../../components/model/profile";

/** The switch of Kong's write fence in the standby, to be copied from a terminal of 80 columns. */
export function writeFenceLines({ namespaces }: SystemProfile, disabled: boolean): string[] {
    const [command, ...options] = writeFenceSwitch(namespaces.api, disabled).split(/ (?=--)/);
    return [`  ${command} \\`, `      ${options.join(" ")}`];
}
