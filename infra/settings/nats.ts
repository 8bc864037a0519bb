import { oneOf, section, wholeNumber, yesOrNo } from "./schema";

/** Who runs NATS in this region, and how large it is. */
export const natsSettings = {
    nats: section({
        /** "chart": the program installs NATS by its official chart. "user": it is there already and left alone. Default: "chart". */
        owner: oneOf("chart", "user").default("chart"),
        /** Size of a server's volume in GiB. Default: 10. */
        volumeGib: wholeNumber(1, 16_384).default(10),
    }).prefault({}),
    /** Whether alerts may be made as PrometheusRule objects: the cluster needs the Prometheus operator's CRDs for that. Default: false. */
    prometheusRules: yesOrNo().default(false),
};
