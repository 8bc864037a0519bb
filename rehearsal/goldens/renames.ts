/** A name that was changed on purpose since the goldens were recorded. */
export interface Rename {
    /** What the recorded text has. */
    readonly from: RegExp;
    /** What is deployed, checked or said instead. */
    readonly to: string;
    readonly why: string;
}

const inFixture = "tests of components speak of the fixture system, so that a change of kgents turns none of them red";

/**
 * The names that have changed since the goldens were recorded: applied to what is recorded before it is compared. Whatever
 * differs beyond them turns the guard red. Recording the goldens again empties this table.
 */
const renames: readonly Rename[] = [
    {
        from: /\bkgents:[a-z]+:(?=[A-Z])/g,
        to: "drkit:index:",
        why: "type tokens: a packaged component allows no other module (decision 17)",
    },
    {
        from: /\bkgents\.io\/(recovery-contract|region)\b/g,
        to: "drkit-$1",
        why: "annotations and labels: no domain that is not ours (decision 17)",
    },
    {
        from: /\bkgents-dr\.(durable-positions|last-mirrored)\b/g,
        to: "drkit.$1",
        why: "subjects and stream metadata of the product, not of a system (decision 17)",
    },
    {
        from: /\bkgents-dr-(rules|dashboard)\b/g,
        to: "drkit-$1",
        why: "what the program installs has one name in each cluster (decision 17)",
    },
    { from: /\bkgents-dr\.(rules\.yml|json)\b/g, to: "drkit.$1", why: "the same, its files" },
    { from: /("uid": "|uid: )kgents-dr\b/g, to: "$1drkit", why: "the same, the dashboard's identifier" },
    {
        from: /as in infra\/profile\.ts\./g,
        to: "as the program says.",
        why: "what is deployed names no file of the repository",
    },
    {
        from: /\bkgents-dr:standby\.nats\.gateways\b/g,
        to: "kgents-dr:nats.patched",
        why: "settings by concern: the patch's README names the key that says it is merged",
    },
    // Titles of tests alone, from here on.
    { from: /\bwhile dns\.pages is empty/g, to: "while alerts.subscribers is empty", why: "settings by concern" },
    {
        from: /\bsettings(\.test\.ts: readSettings > takes the streams of the profile)/g,
        to: "rules$1",
        why: "a test of the rules stands beside them",
    },
    {
        from: /\{("|\\")standby\1:\{(\1secrets\1:\[[^\n]*\])\}\}/g,
        to: "{$2}",
        why: "settings by concern",
    },
    { from: /\bKGENTS_(TOOL_CACHE|REQUIRE_TOOLS)\b/g, to: "DRKIT_$1", why: "variables of the tools (decision 17)" },
    { from: /\baccepts kgents-dr-backups\b/g, to: "accepts atlas-dr-backups", why: inFixture },
    {
        from: /(refuses the hosts \[\\?"nats-0\.gw\.)use1\.kgents\.io/g,
        to: "$1euc1.atlas.example",
        why: inFixture,
    },
    {
        from: /(repositoryOf > of [^\n]*?)kgents(\/api[^\n]* is [^\n]*?)kgents(\/api)/g,
        to: "$1atlas$2atlas$3",
        why: inFixture,
    },
    { from: /(every expression > of \w+_)AGENTESE_MIRROR\b/g, to: "$1ORDERS_COPY", why: inFixture },
    { from: /(every expression > of \w+_)AGENTESE\b/g, to: "$1ORDERS", why: inFixture },
    { from: /(every expression > of \w+_)EVENTS_MIRROR\b/g, to: "$1audit-log-copy", why: inFixture },
    { from: /(every expression > of \w+_)EVENTS\b/g, to: "$1audit-log", why: inFixture },
    {
        from: /lists every contract, in the order of infra\/contracts\.ts/g,
        to: "lists every contract, in the order of the system's contracts",
        why: "a report knows no system",
    },
    {
        from: /refuses a name too long for its target groups/g,
        to: "refuses a name longer than AWS takes",
        why: "a target group's name is cut where it does not fit",
    },
    {
        from: /(policy [\w-]+), through the engine > with pulumi > /g,
        to: "$1 > ",
        why: "programs of a policy's tests run in the test's own process",
    },
    { from: /\bdnsWatcher(\.test\.ts: )/g, to: "watchedDns$1", why: "the watcher is an environment of the drill kit" },
    {
        from: /\bdnsRegionLoss(\.drill\.test\.ts: )/g,
        to: "regionLossDns$1",
        why: "a drill a file, beside the other drills",
    },
    { from: /\bregionLossVerdict(\.test\.ts: )/g, to: "checkers$1", why: "the checkers are the kit's" },
    {
        from: /(is red for a promotion that was refused, and )judges nothing that comes after it/g,
        to: "$1for nothing else",
        why: "each checker judges one thing; the drill ends at a refused promotion (control no-witness)",
    },
    { from: /\brunDrills(\.test\.ts: )/g, to: "runDrill$1", why: "the runner is the kit's" },
    { from: /\bstreamReader(\.test\.ts: )/g, to: "messageAccount$1", why: "accounting stands apart from reading" },
    {
        from: /\bnatsPatch(\.test\.ts: )what cannot be merged > (refuses (?:a domain|a patch that locks|accounts that an operator|an even number|streams in the system|the system account's))/g,
        to: "natsFoundRules$1what is found of a NATS of the user's own > $2",
        why: "the rules on what is found stand in a file of their own",
    },
    {
        from: /\bnatsPatch(\.test\.ts: )the fragments for a nats\.conf > ((?:let a user of the standby|widen what a user may))/g,
        to: "natsPermissions$1the permissions of users, whose publishes are mapped > $2",
        why: "the permissions stand in a file of their own",
    },
    {
        from: /(fragments for a nats\.conf > )(?:go into the blocks of an account by name, and touch no other account|put users and mappings of the default account to the top, as nats\.conf cannot name it)/g,
        to: "$1are the same for the blocks of an account by name, and touch no other account",
        why: "each fragment is included in the user's own block, that of the default account at the top",
    },
    {
        from: /let those in who come without a login, as a user/g,
        to: "let those in who come without a login as who they were",
        why: "an anonymous client was another user after the patch",
    },
    {
        from: /is red for one gate instead of two, and/g,
        to: "is red for two gates instead of three, and",
        why: "the streams have a gate of their own, before anything joins",
    },
];

export function renamed(text: string): string {
    return renames.reduce((former, { from, to }) => former.replace(from, to), text);
}
