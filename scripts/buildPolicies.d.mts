/** Bundles a policy pack's index.ts into dist/index.js. Default: policies/. Returns the path of the bundle. */
export function buildPolicies(pack?: string): Promise<string>;
