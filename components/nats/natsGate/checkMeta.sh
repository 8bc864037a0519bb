#!/bin/sh
# A gate of phase 13. Succeeds once the meta group has exactly the expected members, all of them seen, every stream is there and can be
# promoted and failed back, and the standby accepts what the primary accepts. Joining clusters is where streams get lost, and after it
# settings are hard to change: the next step must not begin before this one was looked at. Changes nothing.
# Streams that it was not given are listed as they are found: whoever has such compares the lists of before and after.
# Needs: sh, awk, nats (natsio/nats-box).
#
# NATS_URL                              the servers of this region
# SYSTEM_USER, SYSTEM_PASSWORD          the system account; without a user neither meta group nor servers are asked
# APPLICATION_USER, APPLICATION_PASSWORD the account that holds the streams; without a user there is no login
# EXPECT_SERVERS                        members of the meta group; empty before the join, when it is not asked for
# STREAMS                               names of the streams, separated by spaces
# JUDGE                                 judge.awk, the program that holds answers against rules
# OBSTACLES, LIMITS                     the rules on a stream's settings, and on what servers accept
# PRIMARY, STANDBY                      names of the two clusters
# PLANNED                               what the standby's servers will say; empty once they are there, and say it themselves
# CLUSTER_SERVERS                       servers of each of the two
# ACCOUNTS                              accounts that the standby has, or that are left out on purpose, separated by spaces
# MIRRORS                               streams that the standby will add to the account
# DEADLINE_SECONDS                      how long to wait
set -euf

now() { date +%s; }

answer=$(mktemp)
refused=$(mktemp)
trap 'rm -f "$answer" "$refused"' EXIT
deadline=$(($(now) + DEADLINE_SECONDS))

as_system() { NATS_USER=$SYSTEM_USER NATS_PASSWORD=$SYSTEM_PASSWORD "$@"; }

as_application() {
    if [ -z "$APPLICATION_USER" ]; then "$@"; else NATS_USER=$APPLICATION_USER NATS_PASSWORD=$APPLICATION_PASSWORD "$@"; fi
}

meta_complete() {
    as_system nats server check meta --expect "$EXPECT_SERVERS" --lag-critical 1000 --seen-critical 30s >"$answer" 2>&1
}

stream_there() { as_application nats stream info --json -- "$1" >"$answer" 2>&1; }

listed() { as_application nats stream ls --names --all >"$answer" 2>&1; }

judge() { # judge WHAT [CLUSTER]: what the last answer breaks
    awk -v what="$1" -v asked="${2:-}" "$JUDGE" "$answer"
}

account_answers() {
    as_application nats request "\$JS.API.INFO" '' --raw >"$answer" 2>&1 && grep -q '"limits":' "$answer"
}

every_server() { # every_server SUBJECT CLUSTER...: whether all servers of these clusters answer
    as_system nats request "\$SYS.REQ.SERVER.PING.$1" '' --replies 0 --timeout 3s --raw >"$answer" 2>&1 || true
    shift
    for cluster in "$@"; do
        [ "$(judge count "$cluster")" -ge "$CLUSTER_SERVERS" ] || return 1
    done
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

if [ -n "$EXPECT_SERVERS" ]; then
    wait_for "the meta group has no $EXPECT_SERVERS members within ${DEADLINE_SECONDS} s" meta_complete
    echo "meta group: $EXPECT_SERVERS members"
fi

for stream in $STREAMS; do
    wait_for "stream $stream is not there or does not answer: do not go on" stream_there "$stream"
    echo "$stream: there"
    judge stream >>"$refused"
done

wait_for "the streams cannot be listed: do not go on" listed
for stream in $(sort "$answer"); do
    case " $STREAMS " in
    *" $stream "*) ;;
    *) echo "$stream: there as well" ;;
    esac
done

wait_for "the account does not answer: do not go on" account_answers
judge account >>"$refused"

if [ -n "$SYSTEM_USER" ]; then
    # Clusters' names have no spaces.
    clusters=$PRIMARY
    [ -n "$PLANNED" ] || clusters="$PRIMARY $STANDBY"
    wait_for "not all servers of $clusters say what they accept" every_server VARZ $clusters
    judge servers >>"$refused"
    wait_for "not all servers of $PRIMARY name their accounts" every_server ACCOUNTZ "$PRIMARY"
    for account in $(judge accounts); do
        case " $ACCOUNTS " in
        *" $account "*) ;;
        *) echo "accounts: the primary has $account and the standby has not, so its clients could not log in there. If they stay in the primary, name it in nats.found.accepts.accountsLeftOut" >>"$refused" ;;
        esac
    done
fi

if [ -s "$refused" ]; then
    echo "refused, and nothing was changed:" >&2
    cat "$refused" >&2
    exit 1
fi
echo "the streams can be promoted and failed back"
