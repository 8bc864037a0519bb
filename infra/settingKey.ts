import * as pulumi from "@pulumi/pulumi";

/** A setting's key as a person writes it, with the project's name before it: "shop-dr:alerts.subscribers". */
export function settingKey(path: string): string {
    return `${pulumi.getProject()}:${path}`;
}
