// The latch watcher, as it runs in Lambda in the standby region. Asks the zone's authoritative servers which half of the failover
// pair is answered; two standby answers in a row set the STOP latch (or only page, before there is a standby worth staying on).
// Plain Node: the AWS SDK comes with Lambda. Every name and address is an environment variable.
import { Resolver, resolve4 } from "node:dns/promises";
import { isIP } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";

const answerTimeout = 2_000;

export async function handler() {
    const settings = readSettings(process.env);
    try {
        return await watch(settings);
    } catch (error) {
        await page(settings, "Latch watcher failed", `The latch watcher could not do its work: ${error.message}. ${byHand(settings)}`);
        throw error;
    }
}

async function watch(settings) {
    if ((await whoAnswers(settings)) === "primary") return { answer: "primary", done: "nothing" };
    if (await anyoneSeesTheLatch(settings)) return { answer: "standby", done: "nothing, the latch is set" };
    await pause(settings.askAgainAfter * 1_000);
    if ((await whoAnswers(settings)) === "primary") return { answer: "primary", done: "nothing, the first answer was standby" };

    if (await justReleased(settings)) return { answer: "standby", done: "nothing, a person has just released the latch" };
    const event = `${settings.pairName} has answered with the standby twice in a row`;
    if (settings.onStandby === "page") {
        await page(settings, "DNS failed over", `${event}. The latch was not set, so DNS goes back by itself. ${byHand(settings)}`);
        return { answer: "standby", done: "paged" };
    }
    await setLatch(settings, event);
    if (!(await anyoneSeesTheLatch(settings))) throw new Error("the latch was written, but nobody can see it without credentials: the primary is NOT held out");
    await page(settings, "DNS failed over, latch set", `${event}. The latch is set and visible: DNS stays until it is removed.`);
    return { answer: "standby", done: "latch set" };
}

// Asks one server after the other until one answers: any one of them will do, and all of them failing is an error.
async function whoAnswers({ pairName, nameServers }) {
    const failures = [];
    for (const server of nameServers) {
        try {
            const resolver = new Resolver({ timeout: answerTimeout, tries: 1 });
            resolver.setServers([await addressOf(server)]);
            const [[marker] = []] = await resolver.resolveTxt(pairName);
            if (marker === "primary" || marker === "standby") return marker;
            throw new Error(`answered "${marker}"`);
        } catch (error) {
            failures.push(`${server}: ${error.message}`);
        }
    }
    throw new Error(`no authoritative server said who answers for ${pairName} (${failures.join("; ")})`);
}

async function addressOf(server) {
    const [host] = server.split(":");
    if (isIP(host)) return server;
    const [address] = await resolve4(server);
    return address;
}

async function anyoneSeesTheLatch({ latchUrl }) {
    const response = await globalThis.fetch(latchUrl, { cache: "no-store", signal: globalThis.AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    return response.status === 200;
}

// Checkers need about a minute to see that the latch is gone, and the pair answers standby meanwhile: to set it again then would
// make a failback impossible. The bucket remembers when it was removed.
async function justReleased({ bucket, key, releaseHoldOff }) {
    const { DeleteMarkers = [] } = await new S3Client().send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }));
    const release = DeleteMarkers.find((marker) => marker.Key === key && marker.IsLatest);
    return release !== undefined && Date.now() - release.LastModified.getTime() < releaseHoldOff * 1_000;
}

async function setLatch({ bucket, key }, why) {
    const Body = JSON.stringify({ setBy: "latch watcher", at: new Date(Date.now()).toISOString(), why });
    // Only if absent: whoever set it first keeps the word.
    const put = new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentType: "application/json", IfNoneMatch: "*" });
    await new S3Client().send(put).catch((error) => {
        if (error.$metadata?.httpStatusCode !== 412) throw error;
    });
}

async function page({ topicArn }, Subject, Message) {
    await new SNSClient().send(new PublishCommand({ TopicArn: topicArn, Subject, Message }));
}

function byHand({ bucket, key }) {
    return `To hold the primary out: aws s3api put-object --bucket ${bucket} --key ${key}. Runbook: failover.`;
}

function readSettings(environment) {
    const required = (name) => {
        const value = environment[name];
        if (!value) throw new Error(`environment variable ${name} is missing`);
        return value;
    };
    return {
        pairName: required("PAIR_NAME"),
        nameServers: required("NAME_SERVERS").split(","),
        bucket: required("LATCH_BUCKET"),
        key: required("LATCH_KEY"),
        latchUrl: required("LATCH_URL"),
        topicArn: required("TOPIC_ARN"),
        onStandby: required("ON_STANDBY"),
        askAgainAfter: Number(required("ASK_AGAIN_AFTER_SECONDS")),
        releaseHoldOff: Number(required("RELEASE_HOLD_OFF_SECONDS")),
    };
}
