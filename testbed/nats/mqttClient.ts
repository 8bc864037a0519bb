import * as net from "node:net";

/** What a session receives. */
export interface MqttMessage {
    readonly topic: string;
    readonly text: string;
    readonly qos: number;
}

const types = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

/** A small MQTT 3.1.1 client with QoS 1: as much of a device as a test of a server's MQTT listener needs. */
export class MqttClient {
    readonly received: MqttMessage[] = [];
    private buffer = Buffer.alloc(0);
    private readonly answers: ((packet: { readonly type: number; readonly body: Buffer }) => void)[] = [];
    private failed: ((error: Error) => void)[] = [];

    private constructor(private readonly socket: net.Socket) {
        socket.on("data", (data) => this.read(data));
        const fail = (error?: Error) => {
            for (const reject of this.failed.splice(0)) reject(error ?? new Error("the server closed the connection"));
        };
        socket.on("error", fail);
        socket.on("close", () => fail());
    }

    /** Connects as a client whose session the server keeps, unless it is `clean`. */
    static async connect(port: number, clientId: string, { clean = false } = {}): Promise<MqttClient> {
        const socket = net.connect(port, "127.0.0.1");
        const client = new MqttClient(socket);
        const flags = clean ? 2 : 0;
        await client.ask(0x10, Buffer.concat([text("MQTT"), Buffer.from([4, flags, 0, 60]), text(clientId)]));
        return client;
    }

    /** Subscribes with QoS 1; the server's answer is the granted QoS. */
    async subscribe(topic: string): Promise<number> {
        const answer = await this.ask(0x82, Buffer.concat([Buffer.from([0, 1]), text(topic), Buffer.from([1])]));
        return answer[2]!;
    }

    /** Publishes with QoS 1, until the server has it. */
    async publish(topic: string, payload: string): Promise<void> {
        await this.ask(0x32, Buffer.concat([text(topic), Buffer.from([0, 7]), Buffer.from(payload)]));
    }

    /** Ends the connection; a session that is not clean stays. */
    close(): void {
        this.socket.end(packet(0xe0, Buffer.alloc(0)));
        this.socket.destroySoon();
    }

    private ask(header: number, body: Buffer): Promise<Buffer> {
        return new Promise((resolve, reject) => {
            this.failed.push(reject);
            this.answers.push(({ body: answer }) => resolve(answer));
            this.socket.write(packet(header, body));
        });
    }

    private read(data: Buffer): void {
        this.buffer = Buffer.concat([this.buffer, data]);
        for (let found = firstPacket(this.buffer); found; found = firstPacket(this.buffer)) {
            const { header, body, end } = found;
            this.buffer = this.buffer.subarray(end);
            this.take(header, Buffer.from(body));
        }
    }

    private take(header: number, body: Buffer): void {
        const type = header >> 4;
        if (type !== types.publish) {
            if (type === types.connack || type === types.puback || type === types.suback)
                this.answers.shift()?.({ type, body });
            return;
        }
        const qos = (header >> 1) & 3;
        const topicEnd = 2 + body.readUInt16BE(0);
        const start = qos > 0 ? topicEnd + 2 : topicEnd;
        if (qos > 0) this.socket.write(packet(0x40, body.subarray(topicEnd, start)));
        this.received.push({
            topic: body.subarray(2, topicEnd).toString(),
            text: body.subarray(start).toString(),
            qos,
        });
    }
}

function text(value: string): Buffer {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** A packet with its length in seven bits a byte. */
function packet(header: number, body: Buffer): Buffer {
    const length: number[] = [];
    let rest = body.length;
    do {
        const digit = rest % 128;
        rest = Math.floor(rest / 128);
        length.push(rest > 0 ? digit | 128 : digit);
    } while (rest > 0);
    return Buffer.concat([Buffer.from([header, ...length]), body]);
}

function firstPacket(
    buffer: Buffer,
): { readonly header: number; readonly body: Buffer; readonly end: number } | undefined {
    let [length, factor, at] = [0, 1, 1];
    for (;;) {
        const byte = buffer[at];
        if (byte === undefined) return undefined;
        length += (byte & 127) * factor;
        factor *= 128;
        at += 1;
        if (byte < 128) break;
    }
    const end = at + length;
    return buffer.length < end ? undefined : { header: buffer[0]!, body: buffer.subarray(at, end), end };
}
