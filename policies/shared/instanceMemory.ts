const mediumGib = 4;

/** Sizes in mediums; a size that is left out is larger than anything that a floor has to be compared with. */
const sizes: Readonly<Record<string, number>> = {
    nano: 1 / 8,
    micro: 1 / 4,
    small: 1 / 2,
    medium: 1,
    large: 2,
    xlarge: 4,
};

/** Memory of a general-purpose type of that size is 1: compute types have half of it, memory types twice (AWS documentation). */
const families: Readonly<Record<string, number>> = { t: 1, m: 1, c: 1 / 2, r: 2 };

/** Memory of an EC2 instance type in GiB: 4 for t3.medium, 8 for m7g.large. Undefined for families that are not in the table. */
export function memoryGib(instanceType: string): number | undefined {
    const [, family, size] = /^([a-z])\d+[a-z]*\.(\d*[a-z]+)$/.exec(instanceType) ?? [];
    const factor = families[family ?? ""];
    const multiple = /^(\d+)xlarge$/.exec(size ?? "")?.[1];
    const mediums = multiple === undefined ? sizes[size ?? ""] : Number(multiple) * sizes.xlarge!;
    return factor === undefined || mediums === undefined ? undefined : factor * mediums * mediumGib;
}
