import { PolicyPack } from "@pulumi/policy";
import { allPolicies } from "./all";

// Nothing else here: loading this file starts a server, so tests import ./all.
new PolicyPack("kgents-dr", { policies: allPolicies, enforcementLevel: "mandatory" });
