/**
 * Runs the script as a child and waits for it. A process that is PID 1 of its container ignores every signal without a handler, and a
 * shell runs its handler only between two commands: this one is in `wait` all the time, so SIGTERM ends it at once, and with PID 1
 * the kernel ends everything else in the container.
 */
const supervisor = `trap 'kill "$child" 2>/dev/null; exit 143' TERM INT; /bin/sh -c "$1" & child=$!; wait "$child"`;

/**
 * The command of a container that runs a POSIX shell script, with /bin/sh of dash, BusyBox or bash. Its exit status is the script's,
 * and it ends within a second of SIGTERM with 143, whatever the script is waiting for. The script is the last word.
 */
export function scriptCommand(script: string): string[] {
    return ["/bin/sh", "-c", supervisor, "sh", script];
}
