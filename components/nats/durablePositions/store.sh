#!/bin/sh
# Keeps the positions of the origins' durable consumers, and the origins' settings, where a promotion finds them without
# the primary region: in a message of a stream in the standby, or in several, as many as a checkpoint takes. Everything is read
# before anything is written; after a read that failed, or that was not of everything, the last checkpoint stays the newest. So it
# does where not all parts were stored: each has the digest of the whole and its number of how many as headers.
# It holds the JetStream API's own answers, {"exportedAt", "streams": {ORIGIN: [list, …]}, "origins": {ORIGIN: info}}.
# Needs: sh, nats, date, grep, sed, sha256sum, split, tail, wc (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the standby's servers, the application account
# NATS_TIMEOUT                         how long a call waits; a list waits 4 s for consumers that do not answer
# STREAMS                              the origins, separated by spaces
# POSITIONS_STREAM, POSITIONS_SUBJECT  the stream that keeps them, made where it is absent, and its subject
# POSITIONS_DIR                        holds <POSITIONS_STREAM>.json: that stream's settings
# PART_BYTES, MOST_PARTS               how long a message may be, and how many of them a checkpoint
set -euf
umask 077
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "not stored: $1" >&2
    exit 1
}

# By the API's subjects: the CLI's own commands ask for each consumer by name, which clients in the standby are led to the
# mirror for, and list names without saying which consumers did not answer.
call() { # call NAME BODY: the answer, one line of JSON, in $work/answer; in it a quote inside of a text is \"
    nats request "\$JS.API.$1" "$2" --raw >"$work/raw" 2>"$work/errors" || fail "$1: $(tail -n 1 "$work/errors")"
    # No answer in time is no error to the CLI.
    grep '^{"type":"io\.nats\.jetstream\.api\.' "$work/raw" >"$work/answer" || fail "$1: no answer"
    ! grep -q '"error":{' "$work/answer" || fail "$1: $(sed 's/.*"description":"\([^"]*\)".*/\1/' "$work/answer")"
}

read_origin() { # read_origin STREAM
    call "STREAM.INFO.$1" '{}'
    grep -Fq "\"config\":{\"name\":\"$1\"," "$work/answer" || fail "$1: the answer is not its settings"
    ! grep -Fq "\"subjects\":[\"parked.$1\"]" "$work/answer" || fail "$1 is parked: the positions of its consumers are not those of the day"
    ! grep -q '"mirror":{' "$work/answer" || fail "$1 is a mirror"
    cat "$work/answer"
}

read_consumers() { # read_consumers STREAM
    listed=0
    while :; do
        call "CONSUMER.LIST.$1" "{\"offset\":$listed}"
        # Where the leader of a consumer does not answer, the list goes on without it.
        ! grep -q '"missing":\[' "$work/answer" || fail "$1: consumers that do not answer: $(sed 's/.*"missing":\[\([^]]*\)\].*/\1/' "$work/answer")"
        total=$(sed -n 's/^{"type":"[^"]*","total":\([0-9][0-9]*\),.*/\1/p' "$work/answer")
        found=$(grep -Fo "{\"stream_name\":\"$1\",\"name\":" "$work/answer" | wc -l)
        [ "$listed" = 0 ] || echo ,
        cat "$work/answer"
        listed=$((listed + found))
        [ "$listed" != "${total:-none}" ] || break
        [ "$found" -gt 0 ] || fail "$1: $listed consumers of ${total:-an unknown number} listed"
    done
}

# Before the first look: what is acknowledged from now on comes again.
at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
: >"$work/streams"
: >"$work/origins"
comma=
for stream in $STREAMS; do
    printf '%s"%s":' "$comma" "$stream" >>"$work/origins"
    read_origin "$stream" >>"$work/origins"
    printf '%s"%s":[' "$comma" "$stream" >>"$work/streams"
    read_consumers "$stream" >>"$work/streams"
    printf ']' >>"$work/streams"
    comma=,
done
{
    printf '{"exportedAt":"%s","streams":{' "$at"
    cat "$work/streams"
    printf '},"origins":{'
    cat "$work/origins"
    printf '}}'
} >"$work/positions"

nats stream info "$POSITIONS_STREAM" --json >"$work/raw" 2>&1 ||
    nats stream add "$POSITIONS_STREAM" --config "$POSITIONS_DIR/$POSITIONS_STREAM.json" >"$work/raw" 2>&1 ||
    fail "$POSITIONS_STREAM is not there and cannot be made: $(tail -n 1 "$work/raw")"

# Apart from the rest, whose names a pattern would match as well.
mkdir "$work/parts"
split -b "$PART_BYTES" -a 3 "$work/positions" "$work/parts/part-"
set +f
set -- "$work"/parts/part-*
set -f
[ $# -le "$MOST_PARTS" ] ||
    fail "the positions take $# messages of $PART_BYTES bytes, and $POSITIONS_STREAM has room for $MOST_PARTS: remove durable consumers that nobody uses"
checkpoint=$(sha256sum <"$work/positions")
number=0
for part in "$@"; do
    number=$((number + 1))
    nats publish "$POSITIONS_SUBJECT" --jetstream --force-stdin --no-templates -H "Drkit-Checkpoint:${checkpoint%% *}" \
        -H "Drkit-Part:$number/$#" <"$part" >"$work/raw" 2>&1 ||
        fail "$POSITIONS_SUBJECT, part $number of $#: $(tail -n 1 "$work/raw")"
done
echo "stored: positions of $STREAMS at $at"
