import path from "node:path";

export const projectRoot = path.resolve(__dirname, "..");

/** What a rehearsal leaves for people: report, exported states, NATS configurations and logs. */
export const outDir = path.join(projectRoot, "rehearsal", "out");

/** What a rehearsal needs while it runs: the engine's state and the pretend cloud. A killed run is found again here. */
export const workDir = path.join(projectRoot, "rehearsal", ".work");
