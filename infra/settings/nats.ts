import { oneOf, section, wholeNumber, yesOrNo } from "./schema";

/** Who runs NATS in this region, and how large it is. */
export const natsSettings = {
    nats: section({
        /** "chart": the program installs NATS by its official chart. "user": it is there already and left alone. Default: "chart". */
        owner: oneOf("chart", "user").default("chart"),
        /** Size of a server's volume in GiB. Fixed once made: a StatefulSet refuses another. Default: 20. */
        volumeGib: wholeNumber(1, 16_384).default(20),
    }).prefault({}),
    /** Whether metrics and alerts are made as PodMonitor and PrometheusRule objects: the cluster needs the Prometheus operator's CRDs for that. Default: false. */
    prometheusOperator: yesOrNo().default(false),
};
