import { isSecretName, secretNameRule } from "../../components/secrets/secretNames";
import { witnessInstanceTypes } from "../../components/witness/natsWitnessRules";
import { z } from "zod";
import { listOf, matching, oneOf, section, wholeNumber, yesOrNo } from "./schema";

const objectName = (what: string) => matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, `the name of a ${what}`);
const secretName = () =>
    z.string(`the name of a secret: ${secretNameRule}`).refine(isSecretName, `the name of a secret: ${secretNameRule}`);
const overlay = (role: string) =>
    matching(
        /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
        `a folder of the repository, such as impl/claude/infra/k8s/overlays/${role}`,
    ).default(`impl/claude/infra/k8s/overlays/${role}`);

/** The warm standby, from phase 13 on. */
export const standbySettings = {
    standby: section({
        /** Lets a stack be updated while it waits for a step of another stack, without an error that names the step. Default: false. */
        wait: yesOrNo().default(false),
        /** The seventh voter of NATS; stack witness only. */
        witness: section({
            /** SHA-256 of the server's archive, from the release's own list: stack witness needs it before its server boots. */
            sha256: matching(
                /^[0-9a-f]{64}$/,
                "64 hexadecimal digits in lower case, from the SHA256SUMS of the NATS release",
            ).optional(),
            /** Default: t4g.micro, $6.13 a month. */
            instanceType: oneOf(...witnessInstanceTypes).default("t4g.micro"),
        }).prefault({}),
        /** The manifests that each region's Argo CD deploys to its own cluster. */
        git: section({
            /** Default: the roadmap's repository (seed 000). */
            repository: matching(
                /^(https:\/\/|ssh:\/\/|git@)\S+$/,
                "an https or ssh address of a git repository",
            ).default("https://github.com/kgents/kgents"),
            /** Branch, tag or commit. Default: "HEAD". */
            revision: matching(/^\S+$/, "a branch, a tag or a commit").default("HEAD"),
            /** Folder of each region's overlay. */
            overlays: section({ primary: overlay("primary"), dr: overlay("dr") }).prefault({}),
        }).prefault({}),
        /** Beginnings of the names of the image repositories that the standby gets copies of; none where images are not in this account's registry. Default: kgents/. */
        imagePrefixes: listOf(
            matching(
                /^([a-z0-9]+([._-][a-z0-9]+)*\/)+$/,
                'a folder of repository names with a slash at its end, such as "kgents/"',
            ),
            "prefixes",
        ).default(["kgents/"]),
        /**
         * What the images of the manifests run on, by repository, as "docker buildx imagetools inspect" shows it: {"kgents/api": ["amd64", "arm64"]}.
         * Needed where the standby's nodes are of another architecture than the primary's: one image of each of `imagePrefixes` at least, and that
         * no other one is missing is the word of whoever wrote them down. Default: nothing.
         */
        imageArchitectures: z
            .record(
                z.string(),
                listOf(oneOf("amd64", "arm64"), 'architectures ("amd64", "arm64")', { atLeast: 1 }),
                "an object with the architectures of each image",
            )
            .default({}),
        /** How the region's Prometheus takes the rules: docs/alerts.md. */
        prometheus: section({
            /**
             * Namespace of the rules and the dashboard, which has to exist: a Prometheus without the operator, and Grafana, read ConfigMaps of their
             * own namespace only. Default: the NATS servers'.
             */
            namespace: objectName("namespace").optional(),
            /** Whether a Prometheus loads the file with the rules, where there is no operator; false warns with each update. Default: false. */
            rulesLoaded: yesOrNo().default(false),
            /** Where docs/alerts.md is read on the day, for the alerts' `runbook_url`. Default: its path in this repository. */
            alertsUrl: matching(/^https?:\/\/[^\s#]+$/, "an address of that page, without an anchor").optional(),
            /**
             * Labels of the rules and of NATS's PodMonitor, by which the operator's `ruleSelector` and `podMonitorSelector` find them, such as
             * {"release": "prometheus"}. Default: none.
             */
            ruleLabels: z
                .record(z.string(), z.string("text"), 'an object of labels, such as {"release": "prometheus"}')
                .default({}),
            /**
             * The label that tells the regions apart, where one Prometheus sees the NATS servers of both (its values are use1 and usw2): then an alert
             * compares each mirror with its origin, and each region's servers are counted apart. Default: none, the canary compares the mirrors.
             */
            regionLabel: matching(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "the name of a label").optional(),
        }).prefault({}),
        /**
         * Secrets of the system's own workloads that External Secrets is to fill in this stack's cluster, every five minutes, from Secrets Manager of
         * its region: put there beforehand with a replica in the standby's region. Each value is a JSON object. The canary compares those
         * that both stacks list. Default: none.
         */
        secrets: listOf(
            section({
                /** Name in Secrets Manager, such as kgents/api. */
                name: secretName(),
                /** Secret in the cluster, in the API's namespace unless it says another. */
                secret: objectName("Secret"),
                namespace: objectName("namespace").optional(),
            }),
            "secrets",
        ).default([]),
        /** Kong's proxy in the standby, for the load balancer made beforehand. */
        kong: section({
            /** Default: the API's namespace. */
            namespace: objectName("namespace").optional(),
            /** Default: kong-proxy. */
            service: objectName("Service").default("kong-proxy"),
            /** The Service's port for plain HTTP, and the pods' port behind it. Default: 80 and 8000. */
            servicePort: wholeNumber(1, 65_535).default(80),
            podPort: wholeNumber(1, 65_535).default(8_000),
        }).prefault({}),
        /** The API key by which the standby is called every minute: put into Secrets Manager of the primary beforehand, with a replica in the standby's region. Default: nobody calls. */
        canary: section({
            /** Name in Secrets Manager, such as kgents/canary-key; the value is a JSON object. */
            secret: secretName(),
            /** Key of the JSON object. Default: API_KEY. */
            key: matching(/^[A-Za-z0-9._-]+$/, "a key of the secret's JSON object").default("API_KEY"),
            /** Path of the API that answers 200 with a key and 401 without. Default: /v1/agents. */
            path: matching(/^\/\S*$/, "a path that begins with a slash").default("/v1/agents"),
            /**
             * Whether the standby's overlay has components/writeFence: a write to that path then has to get 503 with Retry-After until the
             * promotion. Default: true.
             */
            writeFence: yesOrNo().default(true),
        }).optional(),
        /** An adopted cluster's route tables, of the subnets with its nodes: the peerings add their routes to them. Default: none, a created network knows its own. */
        routeTableIds: listOf(
            matching(/^rtb-[0-9a-f]+$/, "the id of a route table, such as rtb-0123456789abcdef0"),
            "ids of route tables",
        ).default([]),
        /**
         * An adopted cluster's private subnets, one a zone, for the load balancer of the gateways; their route tables are among `routeTableIds`.
         * Default: none, a created network knows its own.
         */
        privateSubnetIds: listOf(
            matching(/^subnet-[0-9a-f]+$/, "the id of a subnet, such as subnet-0123456789abcdef0"),
            "ids of subnets",
        ).default([]),
        /** An adopted standby's public subnets, one a zone, for its load balancer. Default: none, a created network knows its own. */
        publicSubnetIds: listOf(
            matching(/^subnet-[0-9a-f]+$/, "the id of a subnet, such as subnet-0123456789abcdef0"),
            "ids of subnets",
        ).default([]),
        /** Whether the program brings the AWS Load Balancer Controller; false where an adopted cluster has one. Default: true. */
        loadBalancerController: yesOrNo().default(true),
        /** NATS of the primary that is the user's own (`nats.owner: user`): what the program cannot see of it. */
        nats: section({
            /** What its servers run. */
            version: matching(/^\d+\.\d+\.\d+$/, "a version of nats-server, such as 2.14.9"),
            /** Whether gateways, mappings and permissions are in place on all its servers (ConfigMap nats-gateway-patch). Default: false. */
            gateways: yesOrNo().default(false),
            /** Address inside the cluster. */
            url: matching(
                /^(nats|tls):\/\/\S+$/,
                "an address inside the cluster, such as nats://nats.kgents-agents.svc:4222",
            ),
            /** Secret in the NATS namespace with SYS_PASSWORD of user sys, APP_PASSWORD of user app and <NAME>_PASSWORD of the others (`nats.found.users`). */
            authSecret: objectName("Secret in the NATS namespace"),
        }).optional(),
    }).prefault({}),
};
