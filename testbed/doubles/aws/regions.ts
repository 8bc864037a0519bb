/** Hosted zones of AWS's own endpoints in one region, as alias records name them. */
interface EndpointZones {
    /** Of S3's website endpoint. */
    readonly s3: string;
    readonly applicationLoadBalancer: string;
    readonly networkLoadBalancer: string;
}

function zones(s3: string, applicationLoadBalancer: string, networkLoadBalancer: string): EndpointZones {
    return { s3, applicationLoadBalancer, networkLoadBalancer };
}

/** AWS General Reference, "service endpoints and quotas" of S3 and of Elastic Load Balancing. */
const knownZones: Readonly<Record<string, EndpointZones>> = {
    "us-east-1": zones("Z3AQBSTGFYJSTF", "Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "us-east-2": zones("Z2O1EMRO9K5GLX", "Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
    "us-west-1": zones("Z2F56UZL2M1ACD", "Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"),
    "us-west-2": zones("Z3BJ6K6RIION7M", "Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
    "ca-central-1": zones("Z1QDHH18159H29", "ZQSVJUPU6J1EY", "Z2EPGBW3API2WT"),
    "sa-east-1": zones("Z7KQH4QJS55SO", "Z2P70J7HTTTPLU", "ZTK26PT1VY4CU"),
    "eu-central-1": zones("Z21DNDUVLTQW6Q", "Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
    "eu-north-1": zones("Z3BAZG2TWCNX0D", "Z23TAZ6LKFMNIO", "Z1UDT6IFJ4EJM"),
    "eu-west-1": zones("Z1BKCTXD74EZPE", "Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    "eu-west-2": zones("Z3GKZC51ZF0DB4", "ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G"),
    "eu-west-3": zones("Z3R1K369G5AVDG", "Z3Q77PNBQS71R4", "Z1CMS0P5QUZ6D5"),
    "ap-northeast-1": zones("Z2M4EHUR26P7ZW", "Z14GRHDCWA56QT", "Z31USIVHYNEOWT"),
    "ap-northeast-2": zones("Z3W03O7B5YMIYP", "ZWKZPGTI48KDX", "ZIBE1TIR4HY56"),
    "ap-south-1": zones("Z11RGJOFQNVJUP", "ZP97RAFLXTNZK", "ZVDDRBQ08TROA"),
    "ap-southeast-1": zones("Z3O0J2DXBE1FTB", "Z1LMS91P8CMLE5", "ZKVM4W9LS7TM"),
    "ap-southeast-2": zones("Z1WCIGYICN2BYD", "Z1GM3OXH4ZPM65", "ZCT6FZBF4DROD"),
};

/** The hosted zones of AWS's endpoints in a region; made up, and visibly so, for one that is not in the table. */
export function endpointZones(region: string): EndpointZones {
    const madeUp = (service: string) => `Z-${service}-${region}`.toUpperCase();
    return knownZones[region] ?? zones(madeUp("s3"), madeUp("alb"), madeUp("nlb"));
}

export const cloudFrontZoneId = "Z2FDTNDATAQYW2";
export const globalAcceleratorZoneId = "Z2BJ6XQ5FK7U4H";

/** Letters of the zones that an account may use, where they are not a, b and c. us-west-1 shows two of its three. */
const zoneLetters: Readonly<Record<string, string>> = {
    "us-east-1": "abcdef",
    "us-west-1": "ab",
    "us-west-2": "abcd",
    "ca-central-1": "abd",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
};

/** Availability zones that an account may use: name and zone id, such as "eu-west-3a" and "euw3-az1". */
export function availabilityZones(region: string): { name: string; id: string }[] {
    const [, area = "", direction = "", number = ""] = /^([a-z]+)-([a-z]+)-(\d+)$/.exec(region) ?? [];
    // "southeast" is "se", "central" is "c".
    const short = `${area}${direction.slice(0, 1)}${/^(?:north|south)(east|west)$/.exec(direction)?.[1]?.slice(0, 1) ?? ""}${number}`;
    return [...(zoneLetters[region] ?? "abc")].map((letter, index) => ({
        name: `${region}${letter}`,
        id: `${short}-az${index + 1}`,
    }));
}
