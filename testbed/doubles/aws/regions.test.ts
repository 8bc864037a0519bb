import { describe, expect, it } from "vitest";
import { availabilityZones, endpointZones } from "./regions";

describe("regions of the AWS double", () => {
    it.each([
        ["us-east-1", "us-east-1f", "use1-az6"],
        ["us-west-2", "us-west-2d", "usw2-az4"],
        ["eu-central-1", "eu-central-1c", "euc1-az3"],
        ["eu-west-1", "eu-west-1c", "euw1-az3"],
        ["eu-west-3", "eu-west-3c", "euw3-az3"],
        ["ap-south-1", "ap-south-1c", "aps1-az3"],
        ["ap-southeast-2", "ap-southeast-2c", "apse2-az3"],
    ])("name the zones of %s as AWS does, the last one %s (%s)", (region, name, id) => {
        expect(availabilityZones(region).at(-1)).toEqual({ name, id });
    });

    it("tell the endpoints of regions and services apart, also those of a region that is in no table", () => {
        const regions = ["us-east-1", "eu-central-1", "eu-west-1", "eu-west-3", "mx-central-1", "il-central-1"];
        const ids = regions.flatMap((region) => Object.values(endpointZones(region)));
        expect(new Set(ids).size).toBe(regions.length * 3);
        expect(endpointZones("mx-central-1").s3).toBe("Z-S3-MX-CENTRAL-1");
    });
});
