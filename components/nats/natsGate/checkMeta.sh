#!/bin/sh
# Succeeds once the meta group has exactly the expected members, all of them seen, and every stream is still there.
# Joining clusters is where streams get lost: the next step must not begin before this one was looked at.
# Streams that it was not given are listed as they are found: whoever has such compares the lists of before and after.
#
# NATS_URL                              the servers of this region
# SYSTEM_USER, SYSTEM_PASSWORD          the system account
# APPLICATION_USER, APPLICATION_PASSWORD the account that holds the streams
# EXPECT_SERVERS                        members of the meta group
# STREAMS                               names of the streams, separated by spaces
# DEADLINE_SECONDS                      how long to wait
set -euf

now() { date +%s; }

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
deadline=$(($(now) + DEADLINE_SECONDS))

meta_complete() {
    NATS_USER=$SYSTEM_USER NATS_PASSWORD=$SYSTEM_PASSWORD \
        nats server check meta --expect "$EXPECT_SERVERS" --lag-critical 1000 --seen-critical 30s >"$answer" 2>&1
}

stream_there() {
    NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD nats stream info --json -- "$1" >"$answer" 2>&1
}

listed() {
    NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD nats stream ls --names --all >"$answer" 2>&1
}

wait_for() { # wait_for COMPLAINT COMMAND...: until it succeeds, or the time is over
    complaint=$1
    shift
    until "$@"; do
        if [ "$(now)" -ge "$deadline" ]; then
            echo "$complaint; the last answer was:" >&2
            cat "$answer" >&2
            exit 1
        fi
        sleep 1
    done
}

wait_for "the meta group has no $EXPECT_SERVERS members within ${DEADLINE_SECONDS} s" meta_complete
echo "meta group: $EXPECT_SERVERS members"

for stream in $STREAMS; do
    wait_for "stream $stream is not there or does not answer: do not go on" stream_there "$stream"
    echo "$stream: there"
done

wait_for "the streams cannot be listed: do not go on" listed
for stream in $(sort "$answer"); do
    case " $STREAMS " in
    *" $stream "*) ;;
    *) echo "$stream: there as well" ;;
    esac
done
