import { describe, expect, it } from "vitest";
import { kgents } from "../../infra/profile";
import { mirrorStream, originStream } from "./natsStreamConfig";

const [agentese, events] = kgents.streams as [(typeof kgents.streams)[number], (typeof kgents.streams)[number]];
const common = { storage: "file", retention: "limits", num_replicas: 3, allow_direct: true, deny_delete: true };

describe("originStream", () => {
    it("takes the region's own subjects and stores them as clients know them", () => {
        expect(originStream(kgents, agentese)).toEqual({
            ...common,
            name: "AGENTESE",
            placement: { cluster: "nats" },
            subjects: ["use1.agentese.>"],
            subject_transform: { src: "use1.agentese.>", dest: "agentese.>" },
            republish: { src: "agentese.>", dest: "agentese.>" },
            duplicate_window: 600_000_000_000,
        });
    });

    it("leaves out the republish where no core subscriber needs it", () => {
        expect(originStream(kgents, { ...agentese, republish: false })).not.toHaveProperty("republish");
    });
});

describe("mirrorStream", () => {
    it("has the roadmap's limit, a place in the standby, and nothing that a mirror refuses", () => {
        expect(mirrorStream(kgents, agentese)).toEqual({
            ...common,
            name: "AGENTESE_MIRROR",
            placement: { cluster: "usw2" },
            max_msgs: 1_000_000,
            mirror: { name: "AGENTESE" },
            mirror_direct: true,
        });
    });

    it("has no limit where the roadmap sets none", () => {
        expect(mirrorStream(kgents, events)).not.toHaveProperty("max_msgs");
    });
});
