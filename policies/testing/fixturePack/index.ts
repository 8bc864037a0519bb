import { fixtureSystem } from "../../../components/testing/fixtureSystem";
import { policyConfigOf } from "../../../infra/policyConfig";
import { servePack } from "../../pack";

const project = "atlas-dr";

servePack("fixture-system", {
    project,
    configurationOf: (environment, liveName) => policyConfigOf(fixtureSystem, { project, environment, liveName }),
});
