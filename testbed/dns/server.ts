import type { AddressInfo } from "node:net";
import { Packet, createTCPServer, createUDPServer } from "dns2";
import type { Answer } from "./answers";

export interface NameServer {
    /** "127.0.0.1:PORT", the same port for UDP and TCP. */
    readonly address: string;
    readonly port: number;
    /** Questions answered so far. */
    readonly questions: () => number;
    stop(): Promise<void>;
}

export interface NameServerOptions {
    readonly answer: (name: string, type: string) => Answer;
    /** Called before each answer is made; a rehearsal moves its clock here. */
    readonly beforeAnswer?: (name: string, type: string) => void;
}

const loopback = "127.0.0.1";

/** Answers real DNS packets on loopback, by UDP and TCP, as an authoritative server. */
export async function startNameServer(options: NameServerOptions): Promise<NameServer> {
    let questions = 0;
    const handle = (request: Packet, send: (response: Packet) => unknown): void => {
        questions += 1;
        void send(respond(request, options));
    };
    for (let attempt = 1; ; attempt += 1) {
        const udp = createUDPServer(handle);
        await udp.listen(0, loopback);
        const { port } = udp.address() as AddressInfo;
        const tcp = createTCPServer(handle);
        const failure = await new Promise<Error | undefined>((resolve) => {
            tcp.once("error", resolve);
            tcp.listen(port, loopback, () => resolve(undefined));
        });
        if (failure === undefined) {
            const stop = async (): Promise<void> => {
                await Promise.all([
                    new Promise<void>((done) => udp.close(() => done())),
                    new Promise<void>((done) => tcp.close(() => done())),
                ]);
            };
            return { address: `${loopback}:${port}`, port, questions: () => questions, stop };
        }
        await new Promise<void>((done) => udp.close(() => done()));
        if (attempt === 10) throw new Error(`no port is free for both UDP and TCP on ${loopback}: ${failure.message}`);
    }
}

function respond(request: Packet, { answer, beforeAnswer }: NameServerOptions): Packet {
    const response = Packet.createResponseFromRequest(request);
    response.header.aa = 1;
    const [question] = request.questions;
    if (question === undefined) return Packet.createErrorResponseFromRequest(request, Packet.RCODE.FORMERR);
    const type = Packet.TYPE_NAME[question.type] ?? String(question.type);
    beforeAnswer?.(question.name, type);
    const { exists, values, ttl } = answer(question.name, type);
    if (!exists) response.header.rcode = Packet.RCODE.NXDOMAIN;
    for (const value of values) {
        const base = { name: question.name, type: question.type, class: Packet.CLASS.IN, ttl };
        response.answers.push(
            new Packet.Resource(type === "TXT" ? { ...base, data: value } : { ...base, ...contentOf(type, value) }),
        );
    }
    return response;
}

function contentOf(type: string, value: string): object {
    switch (type) {
        case "A":
        case "AAAA":
            return { address: value };
        case "CNAME":
        case "NS":
            return { domain: value, ns: value };
        default:
            throw new Error(`answers of type ${type} are not modelled`);
    }
}
