/** nats.conf as an object. `<< $VARIABLE >>` and `<< 20Gi >>` stand for values without quotes, as in the official chart. */
export type NatsConf = Record<string, any>;

/** The text of nats.conf by the chart's own rules: JSON, where `<< … >>` loses its quotes and `…$include` becomes a directive. */
export function formatNatsConf(conf: NatsConf): string {
    return `${JSON.stringify(conf, null, 2)
        .replace(/".*\$include": "(.*)",?/g, "include $1;")
        .replace(/"<<\s+(.*?)\s+>>"/g, "$1")}\n`;
}

/** Reads back what `formatNatsConf` wrote; includes are not read. */
export function parseNatsConf(text: string): NatsConf {
    const quoted = text.replace(/^(\s*"[^"]+": )(\$\w+|\d+[KMGT]i?B?)(,?)$/gm, '$1"<< $2 >>"$3');
    try {
        return JSON.parse(quoted) as NatsConf;
    } catch (error) {
        throw new Error(`not a nats.conf that this program wrote: ${(error as Error).message}`, { cause: error });
    }
}
