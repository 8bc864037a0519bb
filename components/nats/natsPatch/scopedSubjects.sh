#!/bin/sh
# Leaves streams of the user's own NATS their region's subjects only, and serves core subscribers by a republish where wanted. Refuses while
# a server does not map: what is published through it would find no stream. Runs again harmlessly.
#
# NATS_URL                                the servers of this region
# SYSTEM_USER, SYSTEM_PASSWORD            the system account
# APPLICATION_USER, APPLICATION_PASSWORD  the account with the streams
# ACCOUNT                                 its name
# SERVERS                                 how many servers there are
# STREAMS, REGION                         as in bothSubjects.sh
# REPUBLISHED                             streams whose core subscribers go on receiving, separated by spaces
set -euf

answers=$(mktemp)
info=$(mktemp)
trap 'rm -f "$answers" "$info"' EXIT

NATS_USER=$SYSTEM_USER NATS_PASSWORD=$SYSTEM_PASSWORD \
    nats request '$SYS.REQ.SERVER.PING.ACCOUNTZ' "{\"account\":\"$ACCOUNT\"}" --replies 0 --timeout 3s --raw >"$answers"
found=$(grep -c '"server_id"' "$answers" || true)
if [ "$found" -lt "$SERVERS" ]; then
    echo "$found of $SERVERS servers answer: wait until all are up again" >&2
    exit 1
fi

export NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD
for entry in $STREAMS; do
    stream=${entry%%=*}
    subject=${entry#*=}
    maps=$(grep -c "\"subject\":\"$REGION\.${subject%>}" "$answers" || true)
    if [ "$maps" -lt "$found" ]; then
        echo "$stream: $maps of $found servers map $subject; merge the patch into all of them first" >&2
        exit 1
    fi
    nats stream info --json -- "$stream" >"$info"
    if ! grep -q "\"src\": \"$REGION\.${subject%>}" "$info"; then
        echo "$stream: does not take its region's subjects yet; apply 1-both-subjects.yaml first" >&2
        exit 1
    fi
    set -- --subjects "$REGION.$subject"
    copies="core subscribers get nothing"
    case " $REPUBLISHED " in
    *" $stream "*)
        set -- "$@" --republish-source "$subject" --republish-destination "$subject"
        copies="core subscribers get a copy"
        ;;
    esac
    nats stream edit "$@" --force -- "$stream" >/dev/null
    echo "$stream: takes $REGION.$subject, stored as $subject, $copies"
done
