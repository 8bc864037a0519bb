import { createRequire } from "node:module";

/**
 * The generated protocol classes. They are CommonJS without named exports that an ES module loader
 * could see, so they are required the same way under tsx, ts-node and vitest.
 */
const load = createRequire(__filename);

export const struct = load(
    "google-protobuf/google/protobuf/struct_pb.js",
) as typeof import("google-protobuf/google/protobuf/struct_pb");
export const empty = load(
    "google-protobuf/google/protobuf/empty_pb.js",
) as typeof import("google-protobuf/google/protobuf/empty_pb");
export const any = load(
    "google-protobuf/google/protobuf/any_pb.js",
) as typeof import("google-protobuf/google/protobuf/any_pb");
export const status = load("@pulumi/pulumi/proto/status_pb") as typeof import("@pulumi/pulumi/proto/status_pb");
export const plugin = load("@pulumi/pulumi/proto/plugin_pb") as typeof import("@pulumi/pulumi/proto/plugin_pb");
export const provider = load("@pulumi/pulumi/proto/provider_pb") as typeof import("@pulumi/pulumi/proto/provider_pb");
export const providerService = load(
    "@pulumi/pulumi/proto/provider_grpc_pb",
) as typeof import("@pulumi/pulumi/proto/provider_grpc_pb");
export const resource = load("@pulumi/pulumi/proto/resource_pb") as typeof import("@pulumi/pulumi/proto/resource_pb");
export const resourceService = load(
    "@pulumi/pulumi/proto/resource_grpc_pb",
) as typeof import("@pulumi/pulumi/proto/resource_grpc_pb");

/** The version of an installed package, as its package.json says. */
export function installedVersion(packageName: string): string {
    return (load(`${packageName}/package.json`) as { version: string }).version;
}

/** The absolute path of a file of an installed package. */
export function installedFile(path: string): string {
    return load.resolve(path);
}
