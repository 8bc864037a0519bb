import { stockAcceptance } from "../../components/nats/serverLimits";
import { listOf, matching, objectName, section, wholeNumber } from "./schema";

const port = (name: string) =>
    wholeNumber(1, 65_535)
        .optional()
        .meta({
            description: `Port of its listener for ${name}. The standby's servers listen there too.`,
            unset: "none",
        });

/** What the servers of a NATS that is the user's own accept; the standby's servers accept the same. */
export const natsAccepts = section({
    maxPayload: wholeNumber(1, 64 * 1024 ** 2)
        .default(stockAcceptance.maxPayload)
        .describe("Largest message of a client, in bytes (`max_payload`)."),
    memoryStoreMib: wholeNumber(0, 1024 ** 2)
        .default(stockAcceptance.memoryStoreMib)
        .describe(
            "What a server of the standby may store in memory, in MiB (`max_memory_store`): as much as the primary's streams in memory take. " +
                "Its pods get as much more memory.",
        ),
    volumeGib: wholeNumber(1, 16_384).optional().meta({
        description:
            "What a server stores on its volume, in GiB (`max_file_store`). `nats.volumeGib` of the standby's stack may not be below it.",
        unset: "the gate asks the servers",
    }),
    websocketPort: port("websockets"),
    mqttPort: port("MQTT"),
    leafnodesPort: port("leaf nodes"),
    tlsSecret: objectName("Secret with `tls.crt` and `tls.key` in the NATS namespace")
        .optional()
        .meta({
            description:
                "Secret for TLS with clients, in the NATS namespace of the standby as well, with the names by which its clients reach it. The standby's servers " +
                "serve TLS to clients that ask for it, on all listeners but leaf nodes; the program's jobs inside the cluster connect without.",
            unset: "no TLS with clients",
        }),
    accountsLeftOut: listOf(matching(/^\S+$/, "the name of an account as nats.conf has it"), "accounts")
        .default([])
        .describe(
            "Further accounts of its nats.conf, whose clients stay in the primary. One that is not named is refused.",
        ),
})
    .prefault({})
    .describe("What its servers accept, if it is not what a stock nats.conf accepts.");
