import { writeFileSync } from "node:fs";
import path from "node:path";
import { documents } from "./documents";

// `npm run docs`
for (const [file, write] of Object.entries(documents)) writeFileSync(path.join(__dirname, "../..", file), write());
