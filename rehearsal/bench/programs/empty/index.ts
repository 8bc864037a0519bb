import * as pulumi from "@pulumi/pulumi";

/** The least that a Pulumi program is: loads the SDK, makes nothing. */
export const stack = pulumi.getStack();
