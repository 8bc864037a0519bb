/** Settings of a consumer that tell for whom it is, as the JetStream API gives them. */
export interface ConsumerPurpose {
    readonly ack_policy?: string;
    readonly sourcing?: boolean;
    readonly metadata?: Readonly<Record<string, string>>;
}

/** Metadata that the server gives to the consumers that it makes for a mirror or for a source. */
const feedingKeys = ["_nats.mirror.stream", "_nats.src.stream"];

/**
 * Whether a consumer feeds another stream, its mirror or one that sources it. The server makes such durables on work-queue and interest streams
 * (`JS_MIRROR_…`, `JS_SRC_…`), and a mirror may name one that was made for it: acknowledged by flow control, which no client does. On a copy of
 * the stream it would feed the other stream a second time.
 */
export function feedsAnotherStream({ ack_policy: policy, sourcing, metadata = {} }: ConsumerPurpose): boolean {
    return sourcing === true || policy === "flow_control" || feedingKeys.some((key) => key in metadata);
}
