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
set -eu

now() { date +%s; }

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
deadline=$(($(now) + DEADLINE_SECONDS))

meta_complete() {
    NATS_USER=$SYSTEM_USER NATS_PASSWORD=$SYSTEM_PASSWORD \
        nats server check meta --expect "$EXPECT_SERVERS" --lag-critical 1000 --seen-critical 30s >"$answer" 2>&1
}

stream_there() {
    NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD nats stream info "$1" --json >"$answer" 2>&1
}

listed() {
    NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD nats stream ls --names --all >"$answer" 2>&1
}

until meta_complete; do
    if [ "$(now)" -ge "$deadline" ]; then
        echo "the meta group has no $EXPECT_SERVERS members within ${DEADLINE_SECONDS} s; the last answer was:" >&2
        cat "$answer" >&2
        exit 1
    fi
    sleep 1
done
echo "meta group: $EXPECT_SERVERS members"

for stream in $STREAMS; do
    until stream_there "$stream"; do
        if [ "$(now)" -ge "$deadline" ]; then
            echo "stream $stream is not there or does not answer: do not go on; the last answer was:" >&2
            cat "$answer" >&2
            exit 1
        fi
        sleep 1
    done
    echo "$stream: there"
done

until listed; do
    if [ "$(now)" -ge "$deadline" ]; then
        echo "the streams cannot be listed: do not go on; the last answer was:" >&2
        cat "$answer" >&2
        exit 1
    fi
    sleep 1
done
for stream in $(sort "$answer"); do
    case " $STREAMS " in
    *" $stream "*) ;;
    *) echo "$stream: there as well" ;;
    esac
done
