import type { z } from "zod";
import type { SystemProfile } from "../../components/model/profile";
import type { Roadmap } from "../roadmap";
import { alertSettings } from "./alerts";
import { backupSettings } from "./backup";
import { clusterSettings } from "./cluster";
import { dnsSettings } from "./dns";
import { environmentSettings, type StackPlace } from "./environment";
import { gitOpsSettings } from "./gitops";
import { ingressSettings } from "./ingress";
import { natsSettings } from "./nats";
import { networkSettings } from "./network";
import { placeSettings } from "./place";
import { roadmapSettings } from "./roadmap";
import { secretSettings } from "./secrets";
import { standbySettings } from "./standby";
import { versionSettings } from "./versions";
import { witnessSettings } from "./witness";

/** Every setting of a stack, by concern. A phase that brings settings of its own adds them where a person looks for them. */
export const shapeOf = (system: SystemProfile, roadmap: Roadmap) => ({
    ...environmentSettings,
    ...roadmapSettings(roadmap),
    ...placeSettings(system),
    ...networkSettings(system),
    ...clusterSettings,
    ...natsSettings(system),
    ...ingressSettings,
    ...dnsSettings,
    ...backupSettings(system),
    ...alertSettings,
    ...gitOpsSettings(system),
    ...secretSettings,
    ...standbySettings(system),
    ...witnessSettings,
    ...versionSettings,
});
type Shape = ReturnType<typeof shapeOf>;

/** The settings of a stack, each checked for itself. */
export type GivenSettings = { readonly [Key in keyof Shape]: z.output<Shape[Key]> };

/** The checked settings of a stack, defaults filled in. */
export type Settings = Omit<GivenSettings, keyof StackPlace> & StackPlace;
