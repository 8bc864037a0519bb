import { program } from "./program";

/** What the engine runs. */
export = program;
