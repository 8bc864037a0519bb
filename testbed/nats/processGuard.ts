import { spawn, type ChildProcess } from "node:child_process";

/**
 * Ends the processes it was told of, with the groups that they lead, when this process ends, however it ends: a shell reads their ids from a pipe, and
 * the pipe closes with us, kill -9 included.
 */
export class ProcessGuard {
    private readonly shell: ChildProcess;

    constructor() {
        this.shell = spawn("/bin/sh", ["-c", guardScript], { stdio: ["pipe", "ignore", "ignore"], detached: true });
        this.shell.unref();
        // The pipe breaks when the shell is gone; there is nothing to guard with then.
        this.shell.stdin?.on("error", () => undefined);
        (this.shell.stdin as { unref?: () => void } | null)?.unref?.();
    }

    watch(child: ChildProcess): void {
        const { pid } = child;
        if (pid === undefined) return;
        this.shell.stdin?.write(`add ${pid}\n`);
        // A process id is used again one day: one that has ended must not be ended twice.
        child.once("exit", () => this.shell.stdin?.write(`drop ${pid}\n`));
    }

    /** Ends whatever is still being watched. */
    close(): Promise<void> {
        if (this.shell.exitCode !== null) return Promise.resolve();
        // Or this process would end with nothing left to wait for, and whatever comes after it undone.
        this.shell.ref();
        return new Promise((resolve) => {
            this.shell.once("exit", () => resolve());
            this.shell.stdin?.end();
        });
    }
}

const guardScript = `
trap '' INT TERM HUP
watched=""
while read -r order pid; do
    case $order in
    add) watched="$watched $pid" ;;
    drop)
        rest=""
        for other in $watched; do [ "$other" = "$pid" ] || rest="$rest $other"; done
        watched=$rest
        ;;
    esac
done
for pid in $watched; do kill -9 "-$pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null; done
`;
