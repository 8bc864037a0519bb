import type { RegionClusterAccess } from "../../components/cluster/regionClusterAccess";
import type { RegionNetwork } from "../../components/network/regionNetwork";
import type { Parts } from "../../infra/parts";

/** The stack's cluster, and its network where the program made it. */
export interface OwnRegion {
    readonly network?: RegionNetwork | undefined;
    readonly cluster: RegionClusterAccess;
    readonly namespaces: NonNullable<Parts["namespaces"]>;
}
