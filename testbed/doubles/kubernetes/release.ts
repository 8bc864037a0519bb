import { automaticName } from "../model/automaticName";
import { Sdk } from "../model/sdk";
import type { CheckCall, CheckResult } from "../wire/provider";
import type { Properties } from "../wire/values";
import { plain } from "../wire/values";
import { chartName } from "./customKinds";

export const releaseType = "kubernetes:helm.sh/v3:Release";

/** Inputs whose change needs a new release. */
export const releaseReplaceOn = ["name", "namespace"];

const sdk = new Sdk("@pulumi/kubernetes");

/** Checks a Helm release: the SDK's properties, a namespace, a name. The chart itself is not fetched. */
export function checkRelease({ news, olds, name, randomSeed }: CheckCall, defaultNamespace: string): CheckResult {
    const inputs: Properties = { ...news, namespace: news.namespace ?? defaultNamespace };
    delete inputs.compat;
    delete inputs.resourceNames;
    if (inputs.name === undefined) {
        inputs.name = automaticName({ name, property: "name", olds, randomSeed, maxLength: 53 });
        inputs.__defaults = ["name"];
    }
    return { inputs, failures: sdk.check("kubernetes:helm/v3/release:Release", { ...inputs, compat: "true" }) };
}

/** A release after Helm has installed or upgraded it; what its templates would render is not known here. */
export function liveRelease(inputs: Properties, revision: number): Properties {
    const { name, namespace, chart, version } = plain(inputs);
    return {
        ...inputs,
        resourceNames: {},
        status: {
            status: "deployed",
            name,
            namespace,
            revision,
            chart: chartName(chart),
            version: version ?? "",
            appVersion: "",
        },
    };
}
