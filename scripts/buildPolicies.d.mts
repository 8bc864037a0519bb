/** A pack as `--policy-pack` takes it. */
export interface BuiltPack {
    /** The pack's folder, for any CLI. */
    readonly folder: string;
    /** The pack with Pulumi's SDK in one file, which starts in a third of the time: CLI 3.255 or newer, not on Windows. */
    readonly executable: string;
}

/** Bundles a policy pack: from its own index.ts, and the shipped one from stacks/policyPack.ts. Default: policies/, the shipped one. */
export function buildPolicies(pack?: string): Promise<BuiltPack>;
