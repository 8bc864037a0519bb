import { contracts, decisionAllowance, standbyStartUp } from "./contracts";
import type { SystemProfile } from "../components/model/profile";

/** The system of the roadmap (seed 000; namespaces from seed 003). */
export const kgents: SystemProfile = {
    name: "kgents",
    zone: "kgents.io",
    apiHost: "api.kgents.io",
    healthPath: "/health",
    namespaces: { api: "kgents-triad", nats: "kgents-agents" },
    streams: [
        {
            name: "AGENTESE",
            subject: "agentese.>",
            replicas: 3,
            mirror: "AGENTESE_MIRROR",
            mirrorMaxMessages: 1_000_000,
        },
        { name: "EVENTS", subject: "events.>", replicas: 3, mirror: "EVENTS_MIRROR" },
    ],
    regions: {
        primary: { role: "primary", name: "us-east-1", short: "use1", vpcCidr: "10.10.0.0/16", natsCluster: "nats" },
        dr: { role: "dr", name: "us-west-2", short: "usw2", vpcCidr: "10.20.0.0/16", natsCluster: "usw2" },
        witness: { role: "witness", name: "us-east-2", short: "use2", vpcCidr: "10.30.0.0/24", natsCluster: "witness" },
    },
    contracts,
    decisionAllowance,
    standbyStartUp,
    gitops: {
        repository: "https://github.com/kgents/kgents",
        overlays: { primary: "impl/claude/infra/k8s/overlays/primary", dr: "impl/claude/infra/k8s/overlays/dr" },
    },
    imagePrefixes: ["kgents/"],
};
