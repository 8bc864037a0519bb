import * as path from "node:path";
import type { NatsConf } from "../../components/nats/natsConf";
import type { ServerPlan } from "./chartConfig";
import { freePorts } from "./ports";

/**
 * Where on this machine an address of the deployment is found. Each address gets one port, the same for whoever
 * listens there and whoever dials it; between regions a proxy may stand in front, and is what others dial.
 */
export class AddressBook {
    private readonly listening = new Map<string, Promise<number>>();
    private readonly fronts = new Map<string, Promise<number>>();

    constructor(
        /**
         * Puts something in front of a port that another region dials, and returns its port. `from` is the region that dials;
         * undefined for the address that a server gives to all. @default nothing
         */
        private readonly front: (port: number, address: string, from?: string) => Promise<number> = (port) =>
            Promise.resolve(port),
    ) {}

    /** The port on 127.0.0.1 that stands for a deployed `host:port`. */
    port(address: string): Promise<number> {
        return remembered(this.listening, address, async () => (await freePorts(1))[0] as number);
    }

    /** The port that another region dials for it; without `from` the one that its server advertises to all. */
    dialled(address: string, from?: string): Promise<number> {
        const key = `${from ?? ""} ${address}`;
        return remembered(this.fronts, key, async () => this.front(await this.port(address), address, from));
    }
}

function remembered(
    known: Map<string, Promise<number>>,
    address: string,
    make: () => Promise<number>,
): Promise<number> {
    const port = known.get(address) ?? make();
    known.set(address, port);
    return port;
}

/** A server's plan with loopback ports and local paths in place of the deployed ones. */
export interface LocalPlan {
    readonly name: string;
    readonly pod: string;
    readonly conf: NatsConf;
    readonly env: Readonly<Record<string, string>>;
    /** Files to write, by their path on this machine. */
    readonly files: Readonly<Record<string, string>>;
    readonly clientPort: number;
    readonly monitorPort: number;
    /** The deployed address that this server's gateway advertises. */
    readonly gatewayAddress?: string;
    readonly storeDir: string;
    /** Keys whose values differ from the deployed ones, because everything runs on loopback. */
    readonly changed: readonly string[];
}

const tlsFiles = ["cert_file", "key_file", "ca_file"] as const;

/** Addresses that only one region's pods can resolve are told apart by the region. */
function inside(scope: string, address: string): string {
    return `${scope}/${address}`;
}

/** Rewrites addresses and paths, and nothing else, so that a deployed server runs beside the others on this machine. */
export async function onLoopback(plan: ServerPlan, scope: string, book: AddressBook, dir: string): Promise<LocalPlan> {
    const conf: NatsConf = structuredClone(plan.conf);
    const env = { ...plan.env };
    const changed: string[] = [];
    const localPath = (deployed: string) => path.join(dir, "files", deployed);
    const set = (key: string, value: unknown) => {
        const steps = key.split(".");
        const last = steps.pop() as string;
        steps.reduce((inner, step) => inner[step], conf)[last] = value;
        changed.push(key);
    };

    const clientPort = await book.port(inside(scope, `${plan.pod}:client`));
    const monitorPort = await book.port(inside(scope, `${plan.pod}:monitor`));
    const storeDir = path.join(dir, "store");
    set("host", "127.0.0.1");
    set("port", clientPort);
    delete conf.http_port;
    set("http", `127.0.0.1:${monitorPort}`);
    if (conf.pid_file) set("pid_file", path.join(dir, "nats.pid"));
    if (conf.jetstream) set("jetstream.store_dir", storeDir);

    if (conf.cluster) {
        const own = conf.cluster.port as number;
        const routes = conf.cluster.routes as string[];
        set("cluster.host", "127.0.0.1");
        set("cluster.port", await book.port(inside(scope, `${plan.pod}:${own}`)));
        set(
            "cluster.routes",
            await Promise.all(
                routes.map(async (route) => {
                    const { hostname, port } = new URL(route);
                    // A pod's name is the first label of its address in the headless service; the witness names itself.
                    const pod = hostname === "127.0.0.1" ? plan.pod : hostname.split(".")[0];
                    return `nats://127.0.0.1:${await book.port(inside(scope, `${pod}:${port}`))}`;
                }),
            ),
        );
    }

    for (const file of tlsFiles) if (conf.tls?.[file]) set(`tls.${file}`, localPath(conf.tls[file]));
    for (const listener of ["websocket", "mqtt", "leafnodes"]) {
        if (!conf[listener]) continue;
        set(`${listener}.host`, "127.0.0.1");
        set(`${listener}.port`, await book.port(inside(scope, `${plan.pod}:${listener}`)));
        for (const file of tlsFiles)
            if (conf[listener].tls?.[file]) set(`${listener}.tls.${file}`, localPath(conf[listener].tls[file]));
    }

    let gatewayAddress: string | undefined;
    if (conf.gateway) {
        gatewayAddress = expandVariable(conf.gateway.advertise, env);
        set("gateway.host", "127.0.0.1");
        set("gateway.port", await book.port(gatewayAddress));
        for (const [index, remote] of (conf.gateway.gateways as { urls: string[] }[]).entries()) {
            const urls = await Promise.all(
                remote.urls.map(async (url) => `nats://127.0.0.1:${await book.dialled(new URL(url).host, scope)}`),
            );
            conf.gateway.gateways[index] = { ...remote, urls };
        }
        changed.push("gateway.gateways[].urls");
        set("gateway.advertise", `127.0.0.1:${await book.dialled(gatewayAddress)}`);
        for (const file of tlsFiles) {
            if (conf.gateway.tls?.[file]) set(`gateway.tls.${file}`, localPath(conf.gateway.tls[file]));
        }
    }
    return {
        name: plan.name,
        pod: plan.pod,
        conf,
        env,
        files: Object.fromEntries(
            Object.entries(plan.files).map(([deployed, content]) => [localPath(deployed), content]),
        ),
        clientPort,
        monitorPort,
        gatewayAddress,
        storeDir,
        changed,
    };
}

function expandVariable(value: string, env: Readonly<Record<string, string>>): string {
    const variable = /^<<\s+\$(\w+)\s+>>$/.exec(value)?.[1];
    return variable === undefined ? value : (env[variable] ?? value);
}
