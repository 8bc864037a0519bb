#!/bin/sh
# Gives streams of the user's own NATS their region's subjects besides those of the clients, so that a publish is stored
# whether or not the server that it goes through maps already. To be run before the first server maps. Runs again harmlessly.
# Changes nothing at all while one of the streams is not as expected.
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the account with the streams, as it is found; user and password where it asks for them
# STREAMS                              NAME=subject, separated by spaces: "AGENTESE=agentese.> EVENTS=events.>"
# REGION                               the region's prefix: use1
set -euf

info=$(mktemp)
trap 'rm -f "$info"' EXIT

subjects() { # of the stream in $info, a line each
    sed -n '/"subjects": \[/,/\]/s/^ *"\(.*\)",\{0,1\}$/\1/p' "$info" | sed 's/\\u003e/>/g'
}

refused=0
refuse() {
    echo "$1" >&2
    refused=1
}

todo=
for entry in $STREAMS; do
    stream=${entry%%=*}
    subject=${entry#*=}
    nats stream info --json -- "$stream" >"$info"
    found=$(subjects | tr '\n' ' ')
    case " $found" in
    *" $REGION.$subject "*) echo "$stream: has the region's subjects already" ;;
    " $subject ")
        if grep -Eq '"(mirror|sources|subject_transform|republish)":' "$info"; then
            refuse "$stream: is a mirror, or has sources, a transform or a republish of its own, which this would replace"
        else
            todo="$todo $entry"
        fi
        ;;
    *) refuse "$stream: takes $found; expected is $subject alone, as the program says. Let the two agree first" ;;
    esac
done
[ "$refused" = 0 ] || exit 1

for entry in $todo; do
    stream=${entry%%=*}
    subject=${entry#*=}
    nats stream edit --subjects "$subject" --subjects "$REGION.$subject" \
        --transform-source "$REGION.$subject" --transform-destination "$subject" --force -- "$stream" >/dev/null
    echo "$stream: takes $subject and $REGION.$subject, both stored as $subject"
done
