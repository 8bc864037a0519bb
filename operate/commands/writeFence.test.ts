import { expect, it } from "vitest";
import { kgents } from "../../infra/kgents";
import { writeFenceLines } from "./writeFence";

it("prints the switch of the write fence as one command on two lines", () => {
    expect(writeFenceLines(kgents, true)).toEqual([
        "  kubectl -n kgents-triad patch kongplugin standby-write-fence \\",
        `      --type merge -p '{"disabled":true}'`,
    ]);
});
