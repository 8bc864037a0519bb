#!/bin/sh
# Holds the moment of a failback in which neither region takes writes, under a lease. The operator's command asks for each step and
# compares the messages; every change of a stream is made here, one after the other, and recorded before it is made.
#
# close   parks the standby's stream, for as long as the lease lasts
# open    gives the origin the writes: only under the lease, and only if the standby is parked at the sequence that was compared
# reopen  gives the standby the writes again, before the lease ends
# expire  once a second: what a lease that ended, or a process that was killed, left open is brought to an end
#
# A record survives whatever ends this process, and only one process gets to write the next one. If the origin's opening was sent, and its
# answer was lost, the origin is asked: it has the writes, or it gets them, or, once the lease is over, it is parked and read back parked
# before the standby takes writes. An opening that arrives after that is undone.
# States: closing, opening, done; reopening, reopened; withdrawing, guarding, reopened.
# `nats reply` takes one request after the other, so no two steps of one process run at once.
# Needs: sh, nats, base64, date, grep, sed, tail (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the standby's servers, the application account
# NATS_TIMEOUT                         how long a call waits
# STREAMS                              the origins, separated by spaces
# LEASE_SECONDS                        how long both may be closed, but for the time that reopening takes
# GUARD_SECONDS                        how long an opening that was withdrawn may still arrive
# RECORDS_STREAM, RECORDS_SUBJECT      the stream of the records, made if it is absent; an origin's name is added to the subject
# LEASE_DIR                            holds this script and <RECORDS_STREAM>.json: that stream's settings
set -euf
umask 077
export LC_ALL=C

self=$LEASE_DIR/lease.sh
now() { date +%s; }

serve() {
    until nats stream info "$RECORDS_STREAM" --json >/dev/null 2>"$HOME/errors" ||
        nats stream add "$RECORDS_STREAM" --config "$LEASE_DIR/$RECORDS_STREAM.json" >/dev/null 2>"$HOME/errors"; do
        login_holds
        echo "$RECORDS_STREAM is not there and cannot be made yet" >&2
        # Another start would not change that.
        : >"$HOME/alive"
        sleep 1
    done
    nats reply 'drkit.failback.*' --command "/bin/sh $self {{2}}" >/dev/null 2>&1 &
    replies=$!
    trap 'kill "$replies" 2>/dev/null || true' EXIT
    trap 'exit 0' TERM INT
    while kill -0 "$replies" 2>/dev/null; do
        told
        # By a request to itself: so it waits for its turn.
        if nats request drkit.failback.expire '' --raw 2>"$HOME/errors" | grep -q '^ok'; then
            : >"$HOME/alive"
        else
            login_holds
        fi
        sleep 1 &
        wait $! || true
    done
    told
    echo "the requests are heard no more" >&2
    exit 1
}

# A password that was changed is read when the container starts.
login_holds() {
    ! grep -qi 'authorization violation' "$HOME/errors" || {
        echo "the login is refused: the next start reads the password again" >&2
        exit 1
    }
}

# The output of a request is its reply, so what was done goes to the log by a file.
note() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1" >>"$HOME/notes"; }
told() { [ ! -s "$HOME/notes" ] || { mv "$HOME/notes" "$HOME/told" && cat "$HOME/told"; }; }

# A reason that is found again every second is told once.
note_once() { [ "$1" = "$(cat "$HOME/reason" 2>/dev/null)" ] || { note "$1" && printf '%s' "$1" >"$HOME/reason"; }; }

refuse() {
    note "refused: $1"
    echo "refused: $1"
    exit 0
}

call() { # call NAME BODY: the answer, one line of JSON, in $work/answer
    : >"$work/answer"
    printf '%s' "$2" >"$work/body" || return 1
    nats request "\$JS.API.$1" --force-stdin --no-templates --raw <"$work/body" >"$work/raw" 2>"$work/errors" || return 1
    # The server escapes these three; no answer in time is no error to the CLI.
    sed 's/\\u003e/>/g; s/\\u003c/</g; s/\\u0026/\&/g' "$work/raw" | grep '^{"type":"io\.nats\.jetstream\.api\.' >"$work/answer" || return 1
    # An error of the call; a stream's source has errors of its own.
    ! grep -q '^{"type":"[^"]*","error":{' "$work/answer"
}

why() { # what the last call said
    if grep -q '^{"type":"[^"]*","error":{' "$work/answer"; then
        sed 's/.*"error":{[^}]*"description":"\([^"]*\)".*/\1/' "$work/answer"
    elif [ -s "$work/answer" ]; then
        echo "it takes $(subjects_in <"$work/answer")"
    else
        echo "no answer in time"
    fi
}

# The line of a text that has that number.
line() { sed -n "$2p" "$1"; }

# The subjects of a stream's settings, as they are written in them.
subjects_in() { sed -n 's/.*"subjects":\(\[[^]]*\]\).*/\1/p'; }

# has NAME CONFIG: whether the stream's own answer has the subjects of these settings.
has() {
    call "STREAM.INFO.$1" '{}' || return 1
    [ "$(subjects_in <"$work/answer")" = "$(printf '%s' "$2" | subjects_in)" ]
}

# becomes NAME CONFIG: the stream gets these settings, and says so itself.
becomes() { call "STREAM.UPDATE.$1" "$2" && has "$1" "$2"; }

# The record of an origin: state, end of the lease, token, origin, standby, then the settings by which each is parked and open.
load() { # load ORIGIN: false if it has none
    call "STREAM.MSG.GET.$RECORDS_STREAM" "{\"last_by_subj\":\"$RECORDS_SUBJECT.$1\"}" || {
        seq=0
        grep -q '"err_code":10037' "$work/answer" && return 1
        refuse "the record of $1 cannot be read: $(why)"
    }
    seq=$(sed -n 's/.*"seq":\([0-9][0-9]*\).*/\1/p' "$work/answer")
    sed -n 's/.*"data":"\([^"]*\)".*/\1/p' "$work/answer" | base64 -d >"$work/record"
    state=$(line "$work/record" 1)
    ends=$(line "$work/record" 2)
    token=$(line "$work/record" 3)
    origin=$(line "$work/record" 4)
    standby=$(line "$work/record" 5)
    standby_parked=$(line "$work/record" 6)
    standby_open=$(line "$work/record" 7)
    origin_parked=$(line "$work/record" 8)
    origin_open=$(line "$work/record" 9)
    [ -n "$origin_open" ] || refuse "the record of $1 is not whole"
}

# over LONGEST: whether the time of the record has passed. A time further away than it can be is of a clock that was set back.
over() {
    left=$((ends - $(now)))
    [ "$left" -le 0 ] || [ "$left" -gt "$1" ]
}

under_way() { case $state in done | reopened) return 1 ;; esac; }

# store STATE UNTIL: only if no one stored another record since it was loaded.
store() {
    printf '%s\n' "$1" "$2" "$token" "$origin" "$standby" "$standby_parked" "$standby_open" "$origin_parked" "$origin_open" >"$work/record" || return 1
    nats request "$RECORDS_SUBJECT.$origin" --force-stdin --no-templates --raw \
        -H "Nats-Expected-Last-Subject-Sequence:$seq" <"$work/record" >"$work/ack" 2>&1 || true
    grep -q '"seq":' "$work/ack" && ! grep -q '"error":{' "$work/ack" || return 1
    state=$1
    ends=$2
    note "$origin: $state"
    seq=$(sed -n 's/.*"seq":\([0-9][0-9]*\).*/\1/p' "$work/ack")
}

close() { # token, origin, standby, then four lines of settings
    asked=$(line "$work/request" 1)
    for_origin=$(line "$work/request" 2)
    case " $STREAMS " in *" $for_origin "*) ;; *) refuse "$for_origin is none of $STREAMS" ;; esac
    if load "$for_origin"; then
        [ "$token" != "$asked" ] || refuse "this failback was closed before: its record says $state"
        ! under_way || refuse "another failback of $for_origin is under way, its record says $state: it ends by itself within ${GUARD_SECONDS} s"
    fi
    token=$asked
    origin=$for_origin
    standby=$(line "$work/request" 3)
    standby_parked=$(line "$work/request" 4)
    standby_open=$(line "$work/request" 5)
    origin_parked=$(line "$work/request" 6)
    origin_open=$(line "$work/request" 7)
    [ -n "$origin_open" ] || refuse "the request is not whole"
    # Perhaps another failback has ended since the command looked.
    has "$origin" "$origin_parked" || refuse "$origin is not parked, or does not answer"
    has "$standby" "$standby_open" || has "$standby" "$standby_parked" || refuse "$standby is no promoted stream, or does not answer"
    store closing "$(($(now) + LEASE_SECONDS))" || refuse "the record cannot be stored: $(tail -n 1 "$work/ack")"
    becomes "$standby" "$standby_parked" || {
        said=$(why)
        # Perhaps it was carried out all the same.
        store reopening 0 && reopen_standby || true
        refuse "$standby was not parked: $said"
    }
    echo "ok closed, for $((ends - $(now))) s"
}

# token, origin, last sequence of the standby
open() {
    load "$(line "$work/request" 2)" || refuse "no failback is under way"
    [ "$state:$token" = "closing:$(line "$work/request" 1)" ] || refuse "this failback is not under way any more: its record says $state"
    ! over "$LEASE_SECONDS" || refuse "the lease is over: $standby takes writes again"
    has "$standby" "$standby_parked" || refuse "$standby is not parked any more"
    grep -q "\"last_seq\":$(line "$work/request" 3)," "$work/answer" || refuse "$standby has other messages than those that were compared"
    store opening "$ends" || refuse "the record cannot be stored: $(tail -n 1 "$work/ack")"
    # Whatever comes of it now, `expire` knows that it was sent.
    becomes "$origin" "$origin_open" || refuse "$origin did not say that it takes writes: $(why)"
    store done 0 || true
    echo "ok opened"
}

# token, origin
reopen() {
    load "$(line "$work/request" 2)" || refuse "no failback is under way"
    [ "$token" = "$(line "$work/request" 1)" ] || refuse "another failback of $origin is under way"
    case $state in
    closing)
        store reopening 0 || refuse "the record cannot be stored"
        reopen_standby
        ;;
    *) expire_one ;;
    esac
    echo "ok $state"
}

reopen_standby() {
    if becomes "$standby" "$standby_open"; then
        store reopened 0 || true
    else
        note_once "$standby does not take writes yet: $(why)"
    fi
}

# The opening was sent, and nothing is known of it: the origin has to say that it is parked before the standby takes writes.
withdraw() {
    if ! becomes "$origin" "$origin_parked" || ! has "$origin" "$origin_parked"; then
        note_once "$origin does not say that it is parked: $(why)"
    elif becomes "$standby" "$standby_open"; then
        store guarding "$(($(now) + GUARD_SECONDS))" || true
    else
        note_once "$standby does not take writes yet: $(why)"
    fi
}

# Brings to an end what the loaded record leaves open.
expire_one() {
    case $state in
    closing)
        over "$LEASE_SECONDS" || return 0
        # Stored first: an opening that another process begins now is refused.
        ! store reopening 0 || reopen_standby
        ;;
    reopening) reopen_standby ;;
    opening)
        if has "$origin" "$origin_open"; then
            store done 0 || true
        elif ! over "$LEASE_SECONDS" && has "$standby" "$standby_parked"; then
            # Every message of the parked standby was in the origin when it was sent first.
            ! becomes "$origin" "$origin_open" || store done 0 || true
        else
            ! store withdrawing 0 || withdraw
        fi
        ;;
    withdrawing) withdraw ;;
    guarding)
        if has "$origin" "$origin_open"; then
            note "$origin was opened after its opening was withdrawn: it is parked again"
            becomes "$origin" "$origin_parked" || true
        elif over "$GUARD_SECONDS"; then
            store reopened 0 || true
        fi
        ;;
    esac
}

expire() {
    if ! call "STREAM.INFO.$RECORDS_STREAM" '{}'; then
        echo "$RECORDS_STREAM does not answer: $(why)"
        return 0
    fi
    last=$(sed -n 's/.*"last_seq":\([0-9][0-9]*\).*/\1/p' "$work/answer")
    # Nothing is under way, and no record has come since that was seen.
    if [ "$last" = "$(cat "$HOME/settled" 2>/dev/null)" ]; then
        echo ok
        return 0
    fi
    rest=
    for stream in $STREAMS; do
        load "$stream" || continue
        expire_one
        ! under_way || rest=$stream
    done
    [ -n "$rest" ] || printf '%s' "$last" >"$HOME/settled"
    echo ok
}

[ $# -gt 0 ] || serve
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/answer"
printf '%s\n' "${NATS_REQUEST_BODY-}" >"$work/request"
case $1 in
close | open | reopen | expire) "$1" ;;
*) refuse "$1 is none of close, open, reopen, expire" ;;
esac
