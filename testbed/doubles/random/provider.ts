import { randomBytes, randomInt } from "node:crypto";
import { Sdk } from "../model/sdk";
import { differences } from "../wire/differences";
import type {
    CheckCall,
    CheckResult,
    ConfiguredProvider,
    CreateCall,
    DiffCall,
    DiffResult,
    Made,
    ProviderDouble,
    ReadCall,
    ReadResult,
    UpdateCall,
} from "../wire/provider";
import { plain, Secret, unknown, type Properties } from "../wire/values";

/** What a type makes: its id and its outputs. Wherever the real provider keeps the value secret, so does this. */
type Maker = (inputs: Properties) => { id: string; outputs: Properties };

const alphabets = {
    lower: "abcdefghijklmnopqrstuvwxyz",
    upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    numeric: "0123456789",
    special: "!@#$%&*()-_=+[]{}<>:?",
} as const;

const pick = (from: string): string => from.charAt(randomInt(from.length));

/** A random text with at least as many characters of each class as asked for. */
function randomText(inputs: Properties): string {
    const classes = (Object.keys(alphabets) as (keyof typeof alphabets)[])
        .filter((name) => inputs[name] !== false)
        .map((name) => ({
            from: name === "special" ? (inputs.overrideSpecial ?? alphabets.special) : alphabets[name],
            least: Number(inputs[`min${name.charAt(0).toUpperCase()}${name.slice(1)}`] ?? 0),
        }));
    const characters = classes.flatMap(({ from, least }) => Array.from({ length: least }, () => pick(from)));
    const all = classes.map(({ from }) => from).join("");
    while (characters.length < inputs.length) {
        characters.push(pick(all));
    }
    for (let last = characters.length - 1; last > 0; last -= 1) {
        const other = randomInt(last + 1);
        [characters[last], characters[other]] = [characters[other]!, characters[last]!];
    }
    return characters.join("");
}

const makers: Readonly<Record<string, Maker>> = {
    "random:index/randomPassword:RandomPassword": (inputs) => ({
        id: "none",
        outputs: { result: new Secret(randomText(inputs)) },
    }),
    "random:index/randomBytes:RandomBytes": (inputs) => {
        const bytes = randomBytes(inputs.length);
        return {
            id: "none",
            outputs: { base64: new Secret(bytes.toString("base64")), hex: new Secret(bytes.toString("hex")) },
        };
    },
    "random:index/randomId:RandomId": (inputs) => {
        const bytes = randomBytes(inputs.byteLength);
        const prefix = inputs.prefix ?? "";
        const [b64Std, b64Url, hex, dec] = [
            bytes.toString("base64"),
            bytes.toString("base64url"),
            bytes.toString("hex"),
            BigInt(`0x${bytes.toString("hex")}`).toString(),
        ];
        return {
            id: b64Url,
            outputs: { b64Std: prefix + b64Std, b64Url: prefix + b64Url, hex: prefix + hex, dec: prefix + dec },
        };
    },
};

/** Stands in for the random provider. What it makes lives in the engine's state only, as with the real one. */
export class RandomDouble implements ProviderDouble, ConfiguredProvider {
    readonly package = "random";
    readonly npm = "@pulumi/random";
    readonly #sdk = new Sdk(this.npm);

    configure(): ConfiguredProvider {
        return this;
    }

    check({ type, news }: CheckCall): CheckResult {
        this.#maker(type);
        return { inputs: news, failures: this.#sdk.check(type, news) };
    }

    diff({ oldInputs, news }: DiffCall): DiffResult {
        const changes = differences(oldInputs, news);
        return { changes, replaces: [...changes.keys()] };
    }

    async create({ type, inputs, preview }: CreateCall): Promise<Made> {
        const maker = this.#maker(type);
        if (preview) {
            const outputs = this.#sdk.resource(type)?.outputs ?? new Map();
            const open = [...outputs.keys()].filter((key) => inputs[key] === undefined).map((key) => [key, unknown]);
            return { id: "", properties: { ...Object.fromEntries(open), ...inputs } };
        }
        const { id, outputs } = maker(plain(inputs));
        return { id, properties: { ...inputs, ...outputs } };
    }

    async update({ inputs, olds }: UpdateCall): Promise<Properties> {
        return { ...olds, ...inputs };
    }

    async delete(): Promise<void> {
        // Nothing exists outside the engine's state.
    }

    read({ id, properties, inputs }: ReadCall): ReadResult {
        return { id, properties, inputs };
    }

    invoke(token: string): Properties {
        throw new Error(`${token}: the random provider has no functions`);
    }

    #maker(type: string): Maker {
        const maker = makers[type];
        if (maker === undefined) {
            throw new Error(
                `${type} is not modelled by the random double: add it to testbed/doubles/random/provider.ts`,
            );
        }
        return maker;
    }
}
