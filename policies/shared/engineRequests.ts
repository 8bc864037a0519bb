import * as analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb";

/** The stack that the engine is about to run. */
export interface StackToRun {
    readonly project: string;
    readonly stack: string;
    /** Its configuration by full key ("shop:phase"). */
    readonly settings: Readonly<Record<string, string>>;
}

/** The configuration of every policy as the CLI put it together, unknown policies included. */
export type ReceivedConfiguration = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

interface Heard {
    stack?: StackToRun;
    configuration?: ReceivedConfiguration;
}

/** What the engine has said so far; a test that runs policies by themselves says it in its place. */
export const heard: Heard = {};

/** A map of Pulumi's protocol. */
interface WireMap<Value> {
    toObject(): [string, Value][];
    entries(): { next(): { done?: boolean; value: [string, Value] } };
}

interface Method<Request> {
    requestDeserialize(bytes: Uint8Array): Request;
}

interface AnalyzerService {
    readonly configureStack: Method<{ getProject(): string; getStack(): string; getConfigMap(): WireMap<string> }>;
    readonly configure: Method<{
        getPolicyconfigMap(): WireMap<{ getProperties(): { toJavaScript(): Record<string, unknown> } | undefined }>;
    }>;
}

/**
 * Keeps what the engine says before it asks anything: which stack runs, with its settings, and the whole configuration. Pulumi's policy
 * SDK (1.21) keeps the stack's tags alone of the first, and shows each policy its own part of the second, so that a policy that does
 * not exist goes unseen. The requests are read where they are decoded; how they are answered stays the SDK's own.
 *
 * @param onStack called when the stack is known, which is before the engine asks for the pack's initial configuration
 */
export function hearEngine(onStack: (stack: StackToRun) => void = () => undefined): void {
    // The instance that the SDK serves: both load it from the package that both depend on.
    const service = analyzer.AnalyzerService as unknown as AnalyzerService;
    hear(service.configureStack, (request) => {
        heard.stack = {
            project: request.getProject(),
            stack: request.getStack(),
            settings: Object.fromEntries(entriesOf(request.getConfigMap())),
        };
        onStack(heard.stack);
    });
    hear(service.configure, (request) => {
        const policies = entriesOf(request.getPolicyconfigMap());
        heard.configuration = Object.fromEntries(
            policies.map(([name, config]) => [name, config.getProperties()?.toJavaScript() ?? {}]),
        );
    });
}

function hear<Request>(method: Method<Request>, listener: (request: Request) => void): void {
    const decode = method.requestDeserialize;
    method.requestDeserialize = (bytes) => {
        const request = decode(bytes);
        listener(request);
        return request;
    };
}

function entriesOf<Value>(map: WireMap<Value>): [string, Value][] {
    const found: [string, Value][] = [];
    const iterator = map.entries();
    for (let next = iterator.next(); !next.done; next = iterator.next()) found.push(next.value);
    return found;
}
