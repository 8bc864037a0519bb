/** The part of a bucket that a role gets, with the key that encrypts it. Plain values: inside an `apply`, if they come from outputs. */
export interface BackupAccess {
    readonly bucketArn: string;
    readonly keyArn: string;
    /** Region of bucket and key. */
    readonly region: string;
    /** Folder inside the bucket, without slash at either end. */
    readonly prefix: string;
}

/** One statement of an IAM policy document. */
export interface PolicyStatement {
    readonly Sid: string;
    readonly Effect: "Allow" | "Deny";
    readonly Principal?: unknown;
    readonly Action: readonly string[] | string;
    readonly Resource: readonly string[] | string;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** An IAM policy document as JSON. */
export function policyDocument(...statements: readonly PolicyStatement[]): string {
    return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * May add backups below the prefix and do nothing else: not read, not list, not delete, not shorten a lock. Whoever takes
 * over the writer can neither see nor spoil the backups that are there: the bucket keeps versions of what is overwritten.
 * `kms:Decrypt` is what S3 itself needs to put the parts of a multipart upload together.
 */
export function backupWriterStatements(access: BackupAccess): PolicyStatement[] {
    return [
        {
            Sid: "AddBackups",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
            Resource: `${access.bucketArn}/${access.prefix}/*`,
        },
        useKey("EncryptBackups", ["kms:GenerateDataKey", "kms:Decrypt"], access),
    ];
}

/** May list and read the backups below the prefix. */
export function backupReaderStatements(access: BackupAccess): PolicyStatement[] {
    return [listPrefix(access), ...readPrefix(access)];
}

/**
 * May list the bucket, read the backups below the prefix, and add the logs of its own restores beside them (Velero's folder "restores"): it
 * stores those whatever the location's mode, and calls a restore failed whose log it could not store.
 */
export function backupRestorerStatements(access: BackupAccess): PolicyStatement[] {
    return [
        listBucket(access),
        ...readPrefix(access),
        {
            Sid: "AddRestoreLogs",
            Effect: "Allow",
            Action: ["s3:PutObject"],
            Resource: `${access.bucketArn}/${access.prefix}/restores/*`,
        },
        useKey("EncryptRestoreLogs", ["kms:GenerateDataKey"], access),
    ];
}

/**
 * May do what Velero's repository does below the prefix: read, write and delete for itself. Deleting leaves the noncurrent
 * versions, which the role cannot reach.
 */
export function backupRepositoryStatements(access: BackupAccess): PolicyStatement[] {
    return [
        listBucket(access),
        {
            Sid: "KeepRepository",
            Effect: "Allow",
            Action: [
                "s3:GetObject",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
            ],
            Resource: `${access.bucketArn}/${access.prefix}/*`,
        },
        useKey("UseRepositoryKey", ["kms:GenerateDataKey", "kms:Decrypt"], access),
    ];
}

/** Refuses everybody who comes without TLS, or with a version older than 1.2. */
export function tlsOnlyPolicy(bucketArn: string): string {
    const everything = {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
    } as const;
    return policyDocument(
        { Sid: "DenyPlainHttp", ...everything, Condition: { Bool: { "aws:SecureTransport": "false" } } },
        { Sid: "DenyOldTls", ...everything, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    );
}

/** Whether a bucket's policy, as JSON, refuses plain HTTP to everybody. */
export function refusesPlainHttp(policy: string): boolean {
    const { Statement: statements = [] } = JSON.parse(policy) as {
        readonly Statement?: PolicyStatement | readonly PolicyStatement[];
    };
    return [statements]
        .flat()
        .some(
            ({ Effect, Principal, Action, Condition }: PolicyStatement) =>
                Effect === "Deny" &&
                Principal === "*" &&
                [Action].flat().includes("s3:*") &&
                String(Condition?.["Bool"]?.["aws:SecureTransport"]) === "false",
        );
}

function listPrefix(access: BackupAccess): PolicyStatement {
    return { ...listBucket(access), Condition: { StringLike: { "s3:prefix": [access.prefix, `${access.prefix}/*`] } } };
}

/**
 * Not by prefix, for Velero: its repository opens with a HEAD of the bucket, which S3 takes for a listing without a prefix, and a
 * condition on the prefix refuses it ("unable to determine if bucket exists: Access Denied", velero-io/velero#9213, kopia/kopia#3071). As in
 * the policy of Velero's own AWS plugin. The bucket holds nothing but its backups.
 */
function listBucket(access: BackupAccess): PolicyStatement {
    return { Sid: "ListBackups", Effect: "Allow", Action: "s3:ListBucket", Resource: access.bucketArn };
}

function readPrefix(access: BackupAccess): PolicyStatement[] {
    return [
        {
            Sid: "ReadBackups",
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:GetObjectVersion"],
            Resource: `${access.bucketArn}/${access.prefix}/*`,
        },
        useKey("DecryptBackups", ["kms:Decrypt"], access),
    ];
}

/** The key only on S3's behalf: the role cannot decrypt anything it got some other way. */
function useKey(Sid: string, Action: readonly string[], access: BackupAccess): PolicyStatement {
    return {
        Sid,
        Effect: "Allow",
        Action,
        Resource: access.keyArn,
        Condition: { StringEquals: { "kms:ViaService": `s3.${access.region}.amazonaws.com` } },
    };
}
