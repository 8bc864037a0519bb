/** Hosted zones of AWS's own endpoints, a region each (AWS General Reference, "service endpoints and quotas"). */
export const s3ZoneIds: Readonly<Record<string, string>> = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-central-1": "Z21DNDUVLTQW6Q",
};

export const applicationLoadBalancerZoneIds: Readonly<Record<string, string>> = {
    "us-east-1": "Z35SXDOTRQ7X7K",
    "us-east-2": "Z3AADJGX6KTTL2",
    "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5",
    "eu-west-1": "Z32O12XQLNTSW2",
    "eu-central-1": "Z215JYRZR1TBD5",
};

export const networkLoadBalancerZoneIds: Readonly<Record<string, string>> = {
    "us-east-1": "Z26RNL4JYFTOTI",
    "us-east-2": "ZLMOA37VPKANP",
    "us-west-1": "Z24FKFUX50B4VW",
    "us-west-2": "Z18D5FSROUN65G",
    "eu-west-1": "Z2IFOLAFXWLO4F",
    "eu-central-1": "Z3F0SRJ5LGBH90",
};

export const cloudFrontZoneId = "Z2FDTNDATAQYW2";
export const globalAcceleratorZoneId = "Z2BJ6XQ5FK7U4H";

/** Availability zones that an account may use: name and zone id. us-west-1 shows two of its three. */
export function availabilityZones(region: string): { name: string; id: string }[] {
    const [, area = "", direction = "", number = ""] = /^([a-z]+)-([a-z]+)-(\d)$/.exec(region) ?? [];
    const short = `${area}${direction.slice(0, 1)}${number}`;
    const letters =
        region === "us-east-1" ? "abcdef" : region === "us-west-2" ? "abcd" : region === "us-west-1" ? "ab" : "abc";
    return [...letters].map((letter, index) => ({ name: `${region}${letter}`, id: `${short}-az${index + 1}` }));
}
