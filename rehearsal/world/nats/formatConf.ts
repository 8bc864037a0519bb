import type { NatsConf } from "./chartConfig";

/** The text of nats.conf, by the chart's own rules: JSON, where `<< … >>` loses its quotes and `…$include` becomes a directive. */
export function formatConf(conf: NatsConf): string {
    return JSON.stringify(conf, null, 2)
        .replace(/".*\$include": "(.*)",?/g, "include $1;")
        .replace(/"<<\s+(.*?)\s+>>"/g, "$1");
}
