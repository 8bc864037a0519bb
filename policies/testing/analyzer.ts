import { createRequire } from "node:module";
import type { Policies } from "@pulumi/policy";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PolicyConfiguration } from "../../components/model/policyConfig";
import type { Registration, RunProgram } from "./registrations";

/** A message of a policy. */
export interface Finding {
    readonly policy: string;
    readonly message: string;
    readonly level: "advisory" | "mandatory";
}

type Answer<Response> = (error: Error | null, response?: Response) => void;
type Rpc<Request, Response> = (call: { readonly request: Request }, answer: Answer<Response>) => void;
type MakeRpc<Request, Response> = (
    pack: string,
    version: string,
    level: string,
    policies: Policies,
) => Rpc<Request, Response>;

/** Name, version and level of the pack that the SDK is told of. */
const pack = ["pack", "1.0.0", "mandatory"] as const;

// What the SDK serves the engine by: a value that a preview does not know throws here as it does there.
const sdk = createRequire(__filename)("@pulumi/policy/server") as {
    readonly makeAnalyzeRpcFun: MakeRpc<proto.AnalyzeRequest, proto.AnalyzeResponse>;
    readonly makeAnalyzeStackRpcFun: MakeRpc<proto.AnalyzeStackRequest, proto.AnalyzeResponse>;
    readonly makeRemediateRpcFun: MakeRpc<proto.AnalyzeRequest, proto.RemediateResponse>;
};

/** What policies made of a program. */
export interface Analysis {
    readonly findings: readonly Finding[];
    /** Inputs of each resource by its name, remediated. */
    readonly inputs: ReadonlyMap<string, Readonly<Record<string, any>>>;
}

/** What policies make of a program's registrations, under a configuration. */
export async function analyze(
    policies: Policies,
    program: RunProgram,
    configuration: PolicyConfiguration,
): Promise<Analysis> {
    const configured = policies.map((policy) => withConfig(policy, configuration));
    const byUrn = new Map(program.registrations.map((registration) => [registration.urn, registration]));
    const remediate = sdk.makeRemediateRpcFun(...pack, configured);
    const analyzeOne = sdk.makeAnalyzeRpcFun(...pack, configured);
    const analyzeStack = sdk.makeAnalyzeStackRpcFun(...pack, configured);
    const answers: proto.AnalyzeResponse[] = [];
    const inputs = new Map<string, Readonly<Record<string, any>>>();
    for (const registration of program.registrations) {
        const request = resourceRequest(registration, byUrn);
        const changed = (await ask(remediate, request)).getRemediationsList().at(-1)?.getProperties();
        if (changed) request.setProperties(changed);
        inputs.set(request.getName(), request.getProperties()?.toJavaScript() ?? {});
        answers.push(await ask(analyzeOne, request));
    }
    const resources = program.registrations.map((registration) => stackResource(registration, byUrn, program.outputs));
    answers.push(await ask(analyzeStack, new proto.AnalyzeStackRequest().setResourcesList(resources)));
    const findings = answers
        .flatMap((answer) => answer.getDiagnosticsList())
        .map((found): Finding => ({
            policy: found.getPolicyname(),
            message: withoutDescription(found),
            level: found.getEnforcementlevel() === proto.EnforcementLevel.ADVISORY ? "advisory" : "mandatory",
        }));
    return { findings, inputs };
}

/** The SDK puts the policy's description on a line before what the policy said. */
function withoutDescription(found: proto.AnalyzeDiagnostic): string {
    const [first, ...rest] = found.getMessage().trim().split("\n");
    return first === found.getDescription() ? rest.join("\n") : found.getMessage().trim();
}

/** In the engine's place: there the CLI hands each policy its part. */
function withConfig(policy: Policies[number], configuration: PolicyConfiguration): Policies[number] {
    const own = configuration[policy.name as keyof PolicyConfiguration] ?? {};
    const getConfig = <T extends object>() => own as T;
    if ("validateStack" in policy)
        return { ...policy, validateStack: (args, report) => policy.validateStack({ ...args, getConfig }, report) };
    const validate = [policy.validateResource ?? []].flat();
    const { remediateResource: remediate } = policy;
    return {
        ...policy,
        ...(remediate && { remediateResource: (args) => remediate({ ...args, getConfig }) }),
        validateResource: validate.map(
            (one): typeof one =>
                (args, report) =>
                    one({ ...args, getConfig }, report),
        ),
    };
}

function ask<Request, Response>(rpc: Rpc<Request, Response>, request: Request): Promise<Response> {
    return new Promise((resolve, reject) =>
        rpc({ request }, (error, response) => (error ? reject(error) : resolve(response!))),
    );
}

type ByUrn = ReadonlyMap<string, Registration>;

function resourceRequest(registration: Registration, byUrn: ByUrn): proto.AnalyzeRequest {
    const { urn, request } = registration;
    return new proto.AnalyzeRequest()
        .setUrn(urn)
        .setType(request.getType())
        .setName(request.getName())
        .setProperties(request.getObject() ?? new Struct())
        .setOptions(optionsOf(registration))
        .setProvider(providerOf(registration, byUrn));
}

/** At the end the engine shows outputs; those of a mocked resource are its inputs, and those of the stack what the program returned. */
function stackResource(
    registration: Registration,
    byUrn: ByUrn,
    outputs: Readonly<Record<string, unknown>>,
): proto.AnalyzerResource {
    const { urn, request } = registration;
    const isStack = request.getType() === "pulumi:pulumi:Stack";
    const resource = new proto.AnalyzerResource()
        .setUrn(urn)
        .setType(request.getType())
        .setName(request.getName())
        .setProperties(isStack ? Struct.fromJavaScript(outputs as never) : (request.getObject() ?? new Struct()))
        .setOptions(optionsOf(registration))
        .setProvider(providerOf(registration, byUrn))
        .setParent(request.getParent())
        .setDependenciesList(request.getDependenciesList());
    const dependencies = resource.getPropertydependenciesMap();
    request.getPropertydependenciesMap().forEach((urns, property) => {
        dependencies.set(property, new proto.AnalyzerPropertyDependencies().setUrnsList(urns.getUrnsList()));
    });
    return resource;
}

function optionsOf({ request }: Registration): proto.AnalyzerResourceOptions {
    return new proto.AnalyzerResourceOptions().setProtect(request.getProtect() ?? false).setParent(request.getParent());
}

/** A resource names its provider by URN and id, divided by "::". */
function providerOf({ request }: Registration, byUrn: ByUrn): proto.AnalyzerProviderResource | undefined {
    const provider = byUrn.get(request.getProvider().replace(/::[^:]*$/, ""));
    return provider
        ? new proto.AnalyzerProviderResource()
              .setUrn(provider.urn)
              .setType(provider.request.getType())
              .setName(provider.request.getName())
              .setProperties(provider.request.getObject() ?? new Struct())
        : undefined;
}
