#!/bin/sh
# Creates the streams that are absent, and never changes one that exists: after a promotion a stream's settings are
# the operator's, and an update from here would undo a failover.
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
# STREAMS                              names of the streams, separated by spaces
# STREAMS_DIR                          holds <STREAM>.json for each: the JetStream API's settings
# DEADLINE_SECONDS                     how long to wait for JetStream, and for each stream to be placed
set -euf

now() { date +%s; }

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
deadline=$(($(now) + DEADLINE_SECONDS))

out_of_time() {
    if [ "$(now)" -lt "$deadline" ]; then return 1; fi
    echo "$1 within ${DEADLINE_SECONDS} s; the last answer was:" >&2
    cat "$answer" >&2
    exit 1
}

until nats account info >"$answer" 2>&1; do
    out_of_time "JetStream did not answer" || sleep 1
done

for stream in $STREAMS; do
    while :; do
        existed=no
        if nats stream info --json -- "$stream" >"$answer" 2>&1; then existed=yes; fi
        # An identical stream is accepted by the server, and a different one refused: 10058.
        if nats stream add --config "$STREAMS_DIR/$stream.json" -- "$stream" >"$answer" 2>&1; then
            if [ "$existed" = yes ]; then echo "$stream: exists as wanted"; else echo "$stream: created"; fi
            break
        fi
        if grep -q 10058 "$answer"; then
            echo "$stream: exists with other settings, left alone"
            break
        fi
        out_of_time "$stream was not created" || sleep 1
    done
done
