/** The latch's only object. Present: the primary is held out of DNS. */
export const latchKey = "STOP";

/** Host of a bucket, as checkers and browsers reach it. */
export function latchHost(bucketName: string, region: string): string {
    return `${bucketName}.s3.${region}.amazonaws.com`;
}

/** Address of the latch's object for anyone, without credentials. */
export function latchUrl(bucketName: string, region: string): string {
    return `https://${latchHost(bucketName, region)}/${latchKey}`;
}

export interface StopLatchFacts {
    readonly bucketName?: string;
    readonly region: string;
    readonly primaryRegion: string;
}

export function validateStopLatch({ bucketName, region, primaryRegion }: StopLatchFacts): string[] {
    return [
        ...(region === primaryRegion
            ? [
                  `region is "${region}", the primary region: the latch has to be writable while that region is gone; use the standby's region`,
              ]
            : []),
        // A dot would make a host of two labels, which the wildcard certificate of S3 does not cover: the read-back would fail.
        ...(bucketName !== undefined && !/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucketName)
            ? [`bucketName is "${bucketName}"; allowed are 3 to 63 lower-case letters, digits and hyphens, no dots`]
            : []),
    ];
}

/** The account's own block on public buckets, as S3 reports it; all false if there is none. */
export interface AccountPublicAccess {
    readonly blockPublicPolicy: boolean;
    readonly restrictPublicBuckets: boolean;
}

/** How S3 answers where an account has no block at all: with an error, and the AWS provider turns its code into words of its own. */
export function saysThatNothingIsBlocked(error: unknown): boolean {
    return /NoSuchPublicAccessBlockConfiguration|couldn't find resource/i.test(String(error));
}

/** An account-wide block overrules the bucket's own setting, and the latch would be invisible to the checkers without an error. */
export function validateAccountPublicAccess(access: AccountPublicAccess): string[] {
    return (["blockPublicPolicy", "restrictPublicBuckets"] as const)
        .filter((setting) => access[setting])
        .map(
            (setting) =>
                `the account-wide public access block has ${setting} = true, so Route 53's checkers could never see the latch: ` +
                "turn that setting off for the account (every other bucket keeps its own block), or run the standby in an account without it",
        );
}

/** Everyone may read the one object, over TLS; nobody may put anything else into the bucket. */
export function latchPolicy(bucketArn: string): string {
    const object = `${bucketArn}/${latchKey}`;
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            { Sid: "CheckersReadTheLatch", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: object },
            {
                Sid: "TlsOnly",
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: [bucketArn, `${bucketArn}/*`],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
            { Sid: "NothingButTheLatch", Effect: "Deny", Principal: "*", Action: "s3:PutObject", NotResource: object },
        ],
    });
}
