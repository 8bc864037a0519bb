import { describe, expect, it } from "vitest";
import { veleroChart, veleroChartValues } from "../backup/clusterBackupChart";
import { externalSecretsChart, externalSecretsChartValues } from "../secrets/secretSyncChart";
import { argoCdChart, argoCdChartValues } from "../standby/gitOpsChart";
import { unknownKeys } from "./chartKeys";
import { controllerChart, controllerChartValues } from "./loadBalancerControllerChart";

const location = {
    bucketName: "bucket",
    bucketArn: "arn:aws:s3:::bucket",
    keyArn: "arn:aws:kms:eu-west-1:123456789012:key/2",
    region: "eu-west-1",
    prefix: "velero",
};

/** Every chart with the keys that its values.yaml has, looked up in the version that was rendered. NATS's are in `natsChartKeys`. */
const rendered = [
    {
        chart: veleroChart,
        version: "12.1.0",
        values: veleroChartValues(location, "ReadWrite"),
        keys: [
            "fullnameOverride image.repository image.tag initContainers serviceAccount.server.create serviceAccount.server.name credentials.useSecret",
            "deployNodeAgent snapshotsEnabled upgradeCRDs cleanUpCRDs configuration.features configuration.uploaderType",
            "configuration.defaultSnapshotMoveData configuration.defaultVolumesToFsBackup configuration.backupStorageLocation resources.* nodeAgent.resources.*",
        ],
    },
    {
        chart: externalSecretsChart,
        version: "2.9.0",
        values: externalSecretsChartValues(),
        keys: [
            "fullnameOverride installCRDs crds.createClusterGenerator crds.createClusterPushSecret crds.createPushSecret",
            "processClusterGenerator processClusterPushSecret processPushSecret replicaCount serviceAccount.create serviceAccount.name",
            "resources.* webhook.resources.* certController.resources.*",
        ],
    },
    {
        chart: argoCdChart,
        version: "10.1.1",
        values: argoCdChartValues(),
        keys: [
            "fullnameOverride crds.install crds.keep global.image.repository global.image.tag global.networkPolicy.create configs.cm.* configs.rbac.*",
            "controller.replicas controller.resources.* repoServer.replicas repoServer.resources.* applicationSet.replicas applicationSet.resources.*",
            "server.replicas server.resources.* server.service.type server.ingress.enabled server.httproute.enabled",
            "redis.resources.* redis-ha.enabled dex.enabled notifications.enabled",
        ],
    },
    {
        chart: controllerChart,
        version: "3.5.0",
        values: controllerChartValues({ clusterName: "atlas-dr", region: "eu-west-1", vpcId: "vpc-1" }),
        keys: [
            "clusterName region vpcId image.repository image.tag replicaCount serviceAccount.create serviceAccount.name podDisruptionBudget.maxUnavailable",
            "resources.* keepTLSSecret enableServiceMutatorWebhook webhookConfig.disableIngressValidation createIngressClassResource ingressClassParams.create",
            "enableBackendSecurityGroup enableShield enableWaf enableWafv2 controllerConfig.featureGates.*",
        ],
    },
].map(({ keys, ...one }) => ({ ...one, name: one.chart.name, keys: keys.flatMap((line) => line.split(" ")) }));

describe("the values of the charts", () => {
    it.each(rendered)(
        "of $name are for the version that they were rendered with; another is rendered first",
        ({ chart, version }) => {
            expect(chart.version).toBe(version);
        },
    );

    it.each(rendered)("of $name have no key that the chart would ignore", ({ values, keys }) => {
        expect(unknownKeys(values, new Set(keys))).toEqual([]);
        expect(unknownKeys({ ...values, imagee: { tag: "1" } }, new Set(keys))).toEqual(["imagee.tag"]);
    });
});
