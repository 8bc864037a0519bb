import { addAuthority, createGatewayCa, dropOldAuthorities, reissueMembers } from "../../operate/gatewayCa";
import { canary, consumersMissNothing, fenced, gatewaysMissing, losePrimary, Operator, same } from "../kit";
import { seconds, startApi, storedOnce, superClusterUnderLoad, type Drill, type DrillRun, type Outcome } from "../kit";

/** Gateway CA, clients' password and API key change while the primary is lost, and it returns with its old ones. */
export const secretRotation: Drill = {
    id: "secret-rotation",
    title: "Secrets are rotated while the primary region is lost",
    phase: 13,
    needs: ["primary", "dr", "witness"],
    long: true,
    script,
    sabotages: [{ id: "old-ca-dropped", title: "a CA dropped while a region is away", expectRed: "gateways-connect" }],
};

async function script(run: DrillRun): Promise<Outcome> {
    const hosts = { profile: run.profile, extraHosts: ["127.0.0.1"] };
    let ca = await createGatewayCa(hosts);
    const { cluster, traffic } = await superClusterUnderLoad(run, 50, { ca });
    const operator = new Operator(run, cluster);
    const keys = new Set(["old-key"]);
    const probe = canary(run, await startApi(run, cluster, cluster.standby, keys), "old-key");
    await traffic.acknowledged(50);
    await losePrimary(run, cluster, 250, traffic);
    traffic.pointTo(cluster.standby);
    const takeover = await operator.takeOver(traffic);
    const from = performance.now();
    const spread = (what: string, ...roles: ("primary" | "dr" | "witness")[]) =>
        run.at(roles.join(" and "), what, () => Promise.all(roles.map((role) => cluster.spreadCertificates(ca, role))));
    ca = await addAuthority(ca, hosts);
    await spread("trust a second authority", "dr", "witness");
    if (run.sabotage) {
        ca = dropOldAuthorities(await reissueMembers(ca, hosts));
        await spread("trust the new authority alone", "dr", "witness");
    }
    cluster.changePassword("AnotherPasswordOfTheRehearsal");
    await run.at("dr", "servers take the other password", () => cluster.takeSecrets("dr"));
    await traffic.acknowledged(50);
    keys.add("new-key");
    await probe.change("new-key");
    keys.delete("old-key");
    const gap = seconds("rotation-gap", "longest time without an accepted write", traffic.longestGapSince(from));
    await run.at("primary", "returns, old secrets", () => cluster.primary.servers.forEach((server) => server.start()));
    // What is awaited in vain need not be awaited for as long as a slow machine may take.
    const missing = await gatewaysMissing(run, cluster.members, run.sabotage ? 45 : undefined);
    const connect = same("gateways-connect", "The returning region's gateways connect", "all", missing || "all");
    if (missing) return { checks: [connect] };
    await spread("trusts both authorities", "primary");
    ca = await reissueMembers(ca, hosts);
    await spread("show the new authority", "primary", "dr", "witness");
    await run.at("primary", "servers take the other password", () => cluster.takeSecrets("primary"));
    await fenced(run, takeover);
    await operator.failBack();
    traffic.pointTo(cluster.primary);
    await traffic.settle();
    const stored = storedOnce(
        "No acknowledged message is lost, none is twice",
        await traffic.accounts(cluster.primary),
    );
    return { checks: [connect, probe.check(), stored, consumersMissNothing(traffic.clients)], measurements: [gap] };
}
