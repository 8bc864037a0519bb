import type { CreateTranspilerOptions, Transpiler } from "ts-node";

/** ts-node's entry to a transpiler: see transpileCached.mjs. */
export function create(options: CreateTranspilerOptions): Transpiler;
