/** A range of IPv4 addresses: the first one as a 32-bit number, and how many leading bits all of them share. */
export interface Cidr {
    readonly first: number;
    readonly prefix: number;
}

/** Reads "10.20.0.0/16"; undefined for anything else, an address with bits below the prefix ("10.20.0.1/16") included. */
export function parseCidr(text: string): Cidr | undefined {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
    if (!match) return undefined;
    const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
    if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
    const first = ((a * 256 + b) * 256 + c) * 256 + d;
    return first % sizeOf(prefix) === 0 ? { first, prefix } : undefined;
}

export function formatCidr({ first, prefix }: Cidr): string {
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
    return `${octets.join(".")}/${prefix}`;
}

/** How many addresses a prefix covers: 256 for /24. */
export function sizeOf(prefix: number): number {
    return 2 ** (32 - prefix);
}

export function overlaps(one: Cidr, other: Cidr): boolean {
    return one.first < other.first + sizeOf(other.prefix) && other.first < one.first + sizeOf(one.prefix);
}

export function contains(outer: Cidr, inner: Cidr): boolean {
    return outer.first <= inner.first && inner.first + sizeOf(inner.prefix) <= outer.first + sizeOf(outer.prefix);
}

/** The ranges that the internet does not route (RFC 1918). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => parseCidr(text)!);

export function isPrivate(cidr: Cidr): boolean {
    return privateRanges.some((range) => contains(range, cidr));
}

/** The ranges of one availability zone's subnets. */
export interface ZoneSubnets {
    readonly private: Cidr;
    readonly public: Cidr;
}

/** Prefixes a VPC may have: AWS allows no smaller subnet than /28, which is what the public ones of a /24 are. */
export const vpcPrefixes = { shortest: 16, longest: 24 } as const;

/**
 * Divides a VPC's range for three availability zones, always the same way: the first three quarters are the zones'
 * private subnets (nodes and pods), the last quarter's first three quarters their public ones (load balancers, NAT).
 * The last sixteenth stays free. A /16 gives private /18 and public /20 subnets.
 */
export function zoneSubnets(vpc: Cidr): [ZoneSubnets, ZoneSubnets, ZoneSubnets] {
    const quarters = quartersOf(vpc);
    const sixteenths = quartersOf(quarters[3]);
    const zone = (index: 0 | 1 | 2): ZoneSubnets => ({ private: quarters[index], public: sixteenths[index] });
    return [zone(0), zone(1), zone(2)];
}

function quartersOf({ first, prefix }: Cidr): [Cidr, Cidr, Cidr, Cidr] {
    const quarter = (index: number): Cidr => ({ first: first + index * sizeOf(prefix + 2), prefix: prefix + 2 });
    return [quarter(0), quarter(1), quarter(2), quarter(3)];
}
