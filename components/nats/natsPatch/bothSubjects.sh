#!/bin/sh
# Gives streams of the user's own NATS their region's subjects besides those of the clients, so that a publish is stored
# whether or not the server that it goes through maps already. To be run before the first server maps. Runs again harmlessly.
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the account with the streams, as it is found; user and password where it asks for them
# STREAMS                              NAME=subject, separated by spaces: "AGENTESE=agentese.> EVENTS=events.>"
# REGION                               the region's prefix: use1
set -euf

for entry in $STREAMS; do
    stream=${entry%%=*}
    subject=${entry#*=}
    if nats stream info "$stream" --json | grep -q "\"$REGION\.${subject%>}"; then
        echo "$stream: has the region's subjects already"
        continue
    fi
    nats stream edit "$stream" --subjects "$subject" --subjects "$REGION.$subject" \
        --transform-source "$REGION.$subject" --transform-destination "$subject" --force >/dev/null
    echo "$stream: takes $subject and $REGION.$subject, both stored as $subject"
done
