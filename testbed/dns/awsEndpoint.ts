import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A call that the stand-in got, named as AWS names it. */
export interface AwsCall {
    readonly service: string;
    readonly operation: string;
}

export interface AwsEndpoint {
    /** "http://127.0.0.1:PORT": for the SDK (`AWS_ENDPOINT_URL`), and for anyone without credentials. */
    readonly url: string;
    readonly calls: readonly AwsCall[];
    readonly pages: readonly { readonly subject: string; readonly message: string }[];
    /** Whether the object is there. */
    has(bucket: string, key: string): boolean;
    /** What `aws s3api put-object` and `delete-object` do. */
    put(bucket: string, key: string, body: string): void;
    remove(bucket: string, key: string): void;
    stop(): Promise<void>;
}

interface Version {
    readonly deleted: boolean;
    readonly body: string;
    readonly at: Date;
}

/** Calls that only move data or a message: they work without any control plane (AWS fault isolation whitepaper, appendix B). */
const dataPlane = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListObjectVersions", "sns:Publish"];

export function isControlPlane({ service, operation }: AwsCall): boolean {
    return !dataPlane.includes(`${service}:${operation}`);
}

/**
 * The few calls of S3 and SNS that a failover makes, on loopback: one versioned bucket's objects, and a topic whose pages are kept.
 * Everything else is refused with 501 and counted as what it is.
 */
export async function startAwsEndpoint(now: () => Date): Promise<AwsEndpoint> {
    const versions = new Map<string, Version[]>();
    const calls: AwsCall[] = [];
    const pages: { subject: string; message: string }[] = [];
    const latest = (path: string) => versions.get(path)?.at(-1);
    const has = (path: string) => latest(path)?.deleted === false;
    const add = (path: string, deleted: boolean, body: string) =>
        versions.set(path, [...(versions.get(path) ?? []), { deleted, body, at: now() }]);

    const server = createServer((request, response) => {
        void readBody(request).then((body) => {
            const [status, text] = handle(request, body);
            send(response, status, text);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;

    return {
        url: `http://127.0.0.1:${port}`,
        calls,
        pages,
        has: (bucket, key) => has(`/${bucket}/${key}`),
        put: (bucket, key, body) => void add(`/${bucket}/${key}`, false, body),
        remove: (bucket, key) => void add(`/${bucket}/${key}`, true, ""),
        stop: () =>
            new Promise<void>((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };

    function handle(request: IncomingMessage, body: string): [number, string] {
        const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
        const service =
            /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "anonymous";
        if (service === "sns") return publish(body);
        const isObject = path.split("/").length > 2;
        // A checker or the read-back: only what the bucket's policy opens, and the policy opens one object.
        if (service === "anonymous")
            return request.method === "GET" && has(path)
                ? [200, latest(path)!.body]
                : [403, "<Error><Code>AccessDenied</Code></Error>"];
        if (service === "s3" && request.method === "PUT" && isObject)
            return put(path, body, request.headers["if-none-match"]);
        if (service === "s3" && request.method === "GET" && searchParams.has("versions"))
            return list(path, searchParams.get("prefix") ?? "");
        calls.push({ service, operation: `${request.method} ${path}` });
        return [
            501,
            `<Error><Code>NotImplemented</Code><Message>${service} ${request.method} ${path} is not modelled</Message></Error>`,
        ];
    }

    function publish(body: string): [number, string] {
        const form = new URLSearchParams(body);
        const operation = form.get("Action") ?? "";
        calls.push({ service: "sns", operation });
        if (operation !== "Publish")
            return [501, `<ErrorResponse><Error><Code>NotImplemented</Code></Error></ErrorResponse>`];
        pages.push({ subject: form.get("Subject") ?? "", message: form.get("Message") ?? "" });
        return [
            200,
            `<PublishResponse><PublishResult><MessageId>${pages.length}</MessageId></PublishResult></PublishResponse>`,
        ];
    }

    function put(path: string, body: string, ifNoneMatch: string | undefined): [number, string] {
        calls.push({ service: "s3", operation: "PutObject" });
        if (ifNoneMatch === "*" && has(path)) return [412, "<Error><Code>PreconditionFailed</Code></Error>"];
        add(path, false, body);
        return [200, ""];
    }

    function list(path: string, prefix: string): [number, string] {
        calls.push({ service: "s3", operation: "ListObjectVersions" });
        const bucket = path.replace(/\/$/, "");
        const entries = [...versions]
            .filter(([name]) => name.startsWith(`${bucket}/${prefix}`))
            .flatMap(([name, all]) =>
                all.map((version, index) => {
                    const tag = version.deleted ? "DeleteMarker" : "Version";
                    const isLatest = index === all.length - 1;
                    return `<${tag}><Key>${name.slice(bucket.length + 1)}</Key><VersionId>${index}</VersionId><IsLatest>${isLatest}</IsLatest><LastModified>${version.at.toISOString()}</LastModified></${tag}>`;
                }),
            );
        return [
            200,
            `<?xml version="1.0"?><ListVersionsResult><IsTruncated>false</IsTruncated>${entries.reverse().join("")}</ListVersionsResult>`,
        ];
    }
}

async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, text: string): void {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(text);
}
