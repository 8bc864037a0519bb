#!/bin/sh
# Leaves streams of the user's own NATS their region's subjects only, and serves core subscribers by a republish where wanted. Refuses while
# a server does not map: what is published through it would find no stream. Refuses what the servers say of the account and the settings do
# not: a mapping or an import that leads to a stream's subject past the region's. Runs again harmlessly.
#
# NATS_URL                                the servers of this region
# SYSTEM_USER, SYSTEM_PASSWORD            the system account
# APPLICATION_USER, APPLICATION_PASSWORD  the account with the streams
# ACCOUNT                                 its name
# SERVERS                                 how many servers there are
# STREAMS, REGION, REPUBLISHED            as in streamSettings.sh

answers=$(mktemp)
trap 'rm -f "$answers"' EXIT

# Mappings that lead into a stream past the region's subjects. "*" stands for the words that a mapping takes from its source.
check_mappings() { # ANSWER
    printf '%s' "$1" | part mappings | sed 's/\]/]\n/g' | sed 's/{{[^}]*}}/*/g; s/\$[0-9][0-9]*/*/g' | while IFS= read -r mapping; do
        source=$(printf '%s' "$mapping" | grep -o '"[^"]*":\[' | head -n 1 | cut -d'"' -f2)
        [ -n "$source" ] || continue
        ! stream_of "$source" >/dev/null || continue
        for subject in $(printf '%s' "$mapping" | grep -o '"subject":"[^"]*"' | cut -d'"' -f4); do
            if stream=$(stream_of "$subject"); then
                echo "$stream: the mapping of $source leads to $subject past the region's subjects; say it in nats.found.mappings, and merge the patch again"
            fi
        done
    done
}

# Imports on a stream's subject: what comes by them is not mapped.
check_imports() { # ANSWER
    for subject in $(printf '%s' "$1" | part imports | grep -o '"local_subject":"[^"]*"' | cut -d'"' -f4 | sed 's/\$[0-9][0-9]*/*/g'); do
        if stream=$(stream_of "$subject"); then
            echo "$stream: the account imports $subject, which is not mapped, so $stream would miss it. Publish it in the account, or import it on another subject"
        fi
    done
}

(
    export NATS_USER=$SYSTEM_USER NATS_PASSWORD=$SYSTEM_PASSWORD
    ask_all '$SYS.REQ.SERVER.PING.ACCOUNTZ' "{\"account\":\"$ACCOUNT\"}"
) | grep '"server_id"' >"$answers" || true
found=$(grep -c . "$answers" || true)
if [ "$found" -lt "$SERVERS" ]; then
    echo "$found of $SERVERS servers answer: wait until all are up again" >&2
    exit 1
fi
issues=$(while IFS= read -r answer; do
    check_mappings "$answer"
    check_imports "$answer"
done <"$answers" | sort -u)
[ -z "$issues" ] || refuse "$issues"

export NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD
for entry in $STREAMS; do
    stream=${entry%%=*}
    subject=${entry#*=}
    maps=$(grep -cF "\"subject\":\"$REGION.$subject\"" "$answers" || true)
    if [ "$maps" -lt "$found" ]; then
        refuse "$stream: $maps of $found servers map $subject; merge the patch into all of them first"
    fi
    before=$(settings_of "$stream")
    case $before in
    *"\"subject_transform\":{\"src\":\"$REGION.$subject\""*) ;;
    *) refuse "$stream: does not take its region's subjects yet; apply 1-both-subjects.yaml first" ;;
    esac
    case $before in
    *'"republish":{"src":"'"$subject"'","dest":"'"$subject"'"}'*) ;;
    *'"republish":'*) refuse "$stream: has a republish of its own, which this would replace" ;;
    esac
done
[ "$refused" = 0 ] || exit 1

for entry in $STREAMS; do
    stream=${entry%%=*}
    subject=${entry#*=}
    copy=
    copies="core subscribers get nothing"
    if is_republished "$stream"; then
        copy=",\"republish\":{\"src\":\"$subject\",\"dest\":\"$subject\"}"
        copies="core subscribers get a copy"
    fi
    before=$(settings_of "$stream")
    after=$(printf '%s' "$before" | sed -e 's/"republish":{[^}]*},\{0,1\}//' \
        -e "s/\"subjects\":\[[^]]*\]/\"subjects\":[\"$REGION.$subject\"]$copy/")
    change "$stream" "$before" "$after"
    echo "$stream: takes $REGION.$subject, stored as $subject, $copies"
done
