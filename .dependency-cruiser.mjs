/**
 * Which room may import what. A folder stands for all that is in it, a file for itself. A row names only rooms above it in this
 * list, so no arrow can run back up. `npm run lint` holds the list against every import, type-only ones included.
 */
const rooms = [
    { room: "scripts", may: [] },
    { room: "components/model", may: [] },
    { room: "components", may: ["components/model"] },
    // Of the components only what judges: `policies-load-no-provider` keeps out what makes resources.
    { room: "policies", may: ["components"] },
    { room: "infra", may: ["components"] },
    // Apart, so that the program loads no policy.
    { room: "stacks/policyPack.ts", may: ["components", "policies", "infra"] },
    { room: "stacks", may: ["components", "infra"] },
    { room: "engine", may: ["components/model"] },
    { room: "report", may: ["components/model"] },
    { room: "testbed", may: ["components", "engine", "report"] },
    { room: "operate", may: ["components", "infra", "stacks/roadmap.ts", "engine", "report"] },
    // Manifests, and a test of them.
    { room: "gitops", may: [] },
    { room: "rehearsal", may: ["components", "infra", "stacks", "engine", "report", "testbed", "operate", "scripts"] },
];

/** What a test may import beside what its room may: the test bed, what that stands on, and the rehearsal's harness. */
const testsMay = ["components", "engine", "report", "testbed", "rehearsal", "scripts"];
/** Tests of what is the shipped system's own may name it. */
const testsNameTheSystem = ["policies", "gitops", "scripts"];

/** Tests, and what they alone use. The benches are no part of the product either. */
const test = "(\\.test\\.ts$|/(testing|fixtures|goldens|bench)(/|\\.ts$))";

const escaped = (file) => file.replaceAll(".", "\\.");
const pathOf = (room) => (room.endsWith(".ts") ? `^${escaped(room)}$` : `^${room}/`);
const anyRoom = rooms.map(({ room }) => pathOf(room));
/** Paths of the rooms within a room, which have rows of their own. */
const innerPaths = (room) => anyRoom.filter((path) => path.startsWith(`^${room}/`) && path !== pathOf(room));
/** A room's own files, without those of the rooms within it. */
const ownPath = (room) =>
    innerPaths(room).reduce((path, inner) => `${path}(?!${inner.slice(pathOf(room).length)})`, pathOf(room));

const arrows = rooms.flatMap(({ room, may }, row) => {
    const later = rooms.slice(row).find((other) => may.includes(other.room));
    if (later) throw new Error(`.dependency-cruiser.mjs: ${room} may not import ${later.room}, which is below it.`);
    const tests = [...may, ...testsMay, ...(testsNameTheSystem.includes(room) ? ["infra"] : [])];
    return [
        {
            name: `arrows-of-${room}`,
            comment: `${room} may import: ${may.join(", ") || "nothing of ours"}.`,
            severity: "error",
            from: { path: ownPath(room), pathNot: test },
            to: { path: anyRoom, pathNot: [ownPath(room), ...may.map(pathOf)] },
        },
        {
            name: `arrows-of-tests-in-${room}`,
            comment: `A test in ${room} may import: ${[...new Set([room, ...tests])].join(", ")}.`,
            severity: "error",
            from: { path: `^(?=.*${test})${ownPath(room).slice(1)}` },
            to: { path: anyRoom, pathNot: [room, ...tests].map(pathOf) },
        },
    ];
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
    forbidden: [
        {
            name: "no-circle",
            comment: "Two files that need each other, if only for a type, are one: move what both need to a third.",
            severity: "error",
            from: {},
            to: { circular: true },
        },
        ...arrows,
        {
            name: "a-row-for-each-room",
            comment: "A folder that imports ours needs a row in the table of .dependency-cruiser.mjs.",
            severity: "error",
            from: { path: "/", pathNot: anyRoom },
            to: { path: anyRoom },
        },
        {
            name: "product-without-tests",
            comment: "What only tests use stays out of the product.",
            severity: "error",
            from: { path: anyRoom, pathNot: test },
            to: { path: test },
        },
        {
            name: "policies-load-no-provider",
            comment: "Policies take rules and the vocabulary of the components, and load no provider's SDK with them.",
            severity: "error",
            from: { path: pathOf("policies"), pathNot: test },
            to: { path: "node_modules/@pulumi/(aws|eks|kubernetes|random)/", reachable: true },
        },
    ],
    options: {
        tsPreCompilationDeps: true,
        tsConfig: { fileName: "tsconfig.json" },
        doNotFollow: { path: "node_modules" },
        exclude: { path: "(^|/)(policies/dist|rehearsal/out|rehearsal/\\.work)/" },
        enhancedResolveOptions: {
            exportsFields: ["exports"],
            conditionNames: ["import", "require", "node", "default", "types"],
        },
    },
};
