import type { StreamProfile } from "../../../components/model/profile";

/** A subject of the stream as a client publishes to it, with `word` for every wildcard: "orders.rehearsal". */
export function clientSubject({ subject }: Pick<StreamProfile, "subject">, word: string): string {
    return subject
        .split(".")
        .map((token) => (token === "*" || token === ">" ? word : token))
        .join(".");
}
