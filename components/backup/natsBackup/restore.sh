#!/bin/sh
# Restores the streams and consumers of a fetched backup into a cluster that has none of them. Every file is compared
# with the manifest, and every stream looked for, before the first one is touched; what was restored is compared with the
# backup before it is called so.
# At the end it lists the streams that mirror or source one that was restored, restored or not, with what is to be done. If there is
# anything, the last line begins with "WORK LEFT", and the status is 3.
# Needs: sh, nats, sha256sum, awk, grep, sed, sort (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
# RESTORE_DIR                          what fetch.sh left
# STREAMS                              streams to restore, separated by spaces; empty: all of the backup
# RESTORE_CLUSTER                      NATS cluster to place them in; empty: the one they were in
# WAIT_SECONDS                         how long all replicas may take to hold what was restored; empty: 600
# RETRY_SECONDS                        how long to wait for a cluster that is ready, and how long to try a stream again whose
#                                      restore was interrupted; empty: 120
# REPLACE_EMPTY                        "yes" replaces a stream that never held a message and has no consumer,
#                                      such as the baseline's job creates in a new cluster; otherwise it is refused
# WORK_LEFT_STATUS                     the status that stands for 3; a Job says 0, as any other one would be a restore that failed
set -eu
# Names are data: a stream may be called "a[b", and a consumer "--help".
set -f

fail() {
    echo "not restored: $1" >&2
    exit 1
}

field() { # field NAME FILE: the first number of that name in the CLI's indented JSON
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),*$/\1/p" "$2" | head -n 1
}

on_all_servers() { # on_all_servers FILE: whether the leader of a stream counts every other server of it as current
    ! grep -Eq '"current": false|"lag": [1-9]|"offline": true' "$1"
}

noted() { # noted STREAM: what the manifest says of a stream that the backup holds
    while read -r mark kind name rest; do
        [ "$mark $kind" = "# stream" ] && [ "$name" = "$1" ] || continue
        echo "$rest"
        return 0
    done <"$manifest"
    return 1
}

[ -s "$RESTORE_DIR/stamp" ] || fail "there is no backup in $RESTORE_DIR"
stamp=$(cat "$RESTORE_DIR/stamp")
source="$RESTORE_DIR/$stamp"
manifest="$source.manifest"
[ -s "$manifest" ] || fail "$stamp has no manifest"

files=$(grep -c '^[0-9a-f]' "$manifest") || fail "the manifest of $stamp is empty"
[ "$(tail -n 1 "$manifest")" = "# end $files" ] || fail "the manifest of $stamp is cut off"
grep '^[0-9a-f]' "$manifest" >"$RESTORE_DIR/sums"
(cd "$source" && sha256sum -c "$RESTORE_DIR/sums") >"$RESTORE_DIR/verified" 2>&1 || {
    grep -v ': OK$' "$RESTORE_DIR/verified" >&2
    fail "$stamp differs from its manifest"
}
echo "$stamp: $files files as in the manifest"

info="$RESTORE_DIR/info"
answer="$RESTORE_DIR/answer"
patience=${RETRY_SECONDS:-120}
deadline=$(($(date +%s) + patience))
until existing=$(nats stream ls --names --all); do
    # Without a leader of the whole cluster nobody can tell, which passes when its servers are back.
    [ "$(date +%s)" -lt "$deadline" ] || fail "cannot list the streams of the cluster, for $patience s"
    sleep 1
done
streams=${STREAMS:-$(sed -n 's/^# stream \([^ ]*\) .*/\1/p' "$manifest")}
[ -n "$streams" ] || fail "$stamp holds no stream"
empty=
for stream in $streams; do
    noted "$stream" >/dev/null || fail "$stamp holds no stream $stream"
    printf '%s\n' "$existing" | grep -Fxq -e "$stream" || continue
    nats stream info --json -- "$stream" >"$info" 2>"$answer" || {
        # What an interrupted attempt left may go between the list and the look at it.
        ! grep -q 10059 "$answer" || continue
        cat "$answer" >&2
        fail "cannot read stream $stream"
    }
    if [ "${REPLACE_EMPTY:-}" = yes ] && [ "$(field last_seq "$info")" = 0 ] && [ "$(field consumer_count "$info")" = 0 ]; then
        empty="$empty $stream"
        continue
    fi
    fail "stream $stream exists, with $(field messages "$info") messages, the last one $(field last_seq "$info"), and $(field consumer_count "$info") consumers: restore into a cluster without it, or, if it never held a message, with REPLACE_EMPTY=yes"
done
for stream in $empty; do
    nats stream rm --force -- "$stream" || fail "cannot remove the empty stream $stream"
done

# A server that has only just come up may not know the others yet, and a restore that meets it is interrupted. A stream of
# nothing, as wide as the widest of the backup, tells when all of them are there. On disk: an account may have no memory.
probe=RESTORE-PROBE
set +f
replicas=$(sed -n 's/^ *"num_replicas": \([0-9]*\).*/\1/p' "$source"/streams/*/backup.json | sort -n | tail -n 1)
set -f
ready() {
    nats stream info "$probe" --json >"$info" 2>"$answer" ||
        nats stream add "$probe" --subjects restore-probe --storage file --replicas "${replicas:-1}" --defaults \
            ${RESTORE_CLUSTER:+--cluster "$RESTORE_CLUSTER"} >"$answer" 2>&1 || return 1
    nats stream info "$probe" --json >"$info" 2>"$answer" && on_all_servers "$info"
}
deadline=$(($(date +%s) + patience))
until ready; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
        cat "$answer" >&2
        nats stream rm "$probe" --force >/dev/null 2>&1 || echo "stream $probe may be left: remove it" >&2
        fail "the cluster is not ready for a stream on ${replicas:-1} servers after $patience s; nothing was restored"
    fi
    sleep 1
done
nats stream rm "$probe" --force >/dev/null || fail "cannot remove the stream $probe again"

# whole STREAM: whether the stream of $info ends where the backup ends, and, where nothing but the backup's own limits takes
# messages away, holds as many
whole() {
    backup="$source/streams/$1/backup.json"
    [ "$(field last_seq "$info")" -ge "$(field last_seq "$backup")" ] || return 1
    grep -q '"max_age": 0' "$info" && grep -q '"retention": "limits"' "$info" || return 0
    [ "$(field messages "$info")" -ge "$(field messages "$backup")" ]
}

first_at() { # first_at FILE: when the first message was stored
    sed -n 's/^ *"first_ts": "\([^"]*\)".*/\1/p' "$1" | head -n 1
}

# What is there of a stream after an attempt that failed. When the server dies that takes it in, the others make an empty
# stream of it, which takes writes: it goes before the next attempt. One that was written to since is nobody's to delete.
settled() {
    # One that is neither here nor gone does not answer: no reason to wait for it as long as for an answer.
    nats stream info --json --timeout 2s -- "$1" >"$info" 2>/dev/null || return 1
    # The last attempt may have arrived and only its answer not. Its first message tells it from what clients wrote since.
    whole "$1" && [ "$(first_at "$info")" = "$(first_at "$source/streams/$1/backup.json")" ] && return 0
    held="$(field messages "$info") messages, the last one $(field last_seq "$info"), and $(field consumer_count "$info") consumers"
    [ "$(field last_seq "$info")" = 0 ] && [ "$(field consumer_count "$info")" = 0 ] ||
        fail "stream $1: an interrupted attempt left it empty, and now it has $held: keep clients away, remove it and restore again"
    nats stream rm --force -- "$1" >/dev/null 2>&1 || true
    return 1
}

# Until the servers give an interrupted attempt up, its name counts as taken (10130), or nobody answers for it.
passing='no responders|deadline exceeded|timeout|timed out|no servers available|connection (refused|reset|closed)|EOF|\(10008\)|10130'
for stream in $streams; do
    deadline=$(($(date +%s) + patience))
    pattern=$passing
    until nats stream restore --no-progress ${RESTORE_CLUSTER:+--cluster "$RESTORE_CLUSTER"} -- "$source/streams/$stream" >"$answer" 2>&1; do
        cat "$answer" >&2
        grep -Eiq "$pattern" "$answer" || fail "stream $stream"
        sleep 1
        ! settled "$stream" || break
        [ "$(date +%s)" -lt "$deadline" ] ||
            fail "stream $stream, for $patience s: every attempt was interrupted; what may be left of it is empty, and REPLACE_EMPTY=yes replaces it"
        echo "$stream: interrupted, trying again" >&2
        # From now on it may be our own attempt that is in the way.
        pattern="$passing|already exist"
    done
    nats stream info --json -- "$stream" >"$info" || fail "cannot read stream $stream after its restore"
    wanted=$(noted "$stream")
    echo "$stream: messages $(field messages "$info") last $(field last_seq "$info") consumers $(field consumer_count "$info"); in the backup: $wanted"
    whole "$stream" || fail "stream $stream is not what the backup holds: remove it and restore again"
done

# A snapshot may lack consumers in memory or on a single server; the manifest has their positions. Each is made again behind the last
# message up to which it had acknowledged everything: what it had acknowledged beyond a gap comes once more, and nothing is left out.
recreate() { # recreate STREAM CONSUMER FLOOR
    nats stream info --json -- "$1" >"$info" || return 1
    last=$(field last_seq "$info")
    floor=$3
    # A position beyond the backup's end would leave out what is published there next.
    [ "$floor" -le "$last" ] || floor=$last
    sed -n '/^  "config": {/,/^  }/p' "$source/definitions/$1.$2.json" | sed '1s/.*/{/; $s/.*/}/' >"$RESTORE_DIR/config"
    if [ "$floor" -gt 0 ]; then
        sed -e '/"opt_start_seq": /d' -e '/"opt_start_time": /d' \
            -e "s/\"deliver_policy\": \"[^\"]*\"/\"deliver_policy\": \"by_start_sequence\", \"opt_start_seq\": $((floor + 1))/" \
            "$RESTORE_DIR/config" >"$RESTORE_DIR/config.json"
    else
        cp "$RESTORE_DIR/config" "$RESTORE_DIR/config.json"
    fi
    nats consumer add --config "$RESTORE_DIR/config.json" -- "$1" "$2" >"$answer" 2>&1 </dev/null
}

while read -r mark kind stream consumer floor; do
    [ "$mark $kind" = "# consumer" ] || continue
    case " $(echo $streams) " in *" $stream "*) ;; *) continue ;; esac
    ! nats consumer info --json -- "$stream" "$consumer" >/dev/null 2>&1 </dev/null || continue
    deadline=$(($(date +%s) + patience))
    until recreate "$stream" "$consumer" "$floor"; do
        cat "$answer" >&2
        [ "$(date +%s)" -lt "$deadline" ] || fail "consumer $consumer of stream $stream, which the snapshot lacks, cannot be made again for $patience s"
        sleep 1
    done
    echo "$stream: consumer $consumer made again behind message $floor, as the snapshot lacks it"
done <"$manifest"

# The restore is answered by a stream's leader. Until it counts the others as current, the loss of one server is the loss of the
# stream; and its consumers follow it one by one.
deadline=$(($(date +%s) + ${WAIT_SECONDS:-600}))
for stream in $streams; do
    durable=0
    set +f
    for definition in "$source/definitions/$stream".*.json; do
        # One that feeds a mirror or a source is made again by that stream, if it is still there.
        ! grep -Eq '"ack_policy": "flow_control"|"_nats\.(mirror|src)\.stream"' "$definition" 2>/dev/null || continue
        ! grep -q '"durable_name"' "$definition" 2>/dev/null || durable=$((durable + 1))
    done
    set -f
    until nats stream info --json -- "$stream" >"$info" && on_all_servers "$info" && [ "$(field consumer_count "$info")" -ge "$durable" ]; do
        [ "$(date +%s)" -lt "$deadline" ] ||
            fail "stream $stream is there, but not on all of its servers, or with $(field consumer_count "$info") of its $durable consumers, after ${WAIT_SECONDS:-600} s"
        sleep 1
    done
done
echo "$stamp: restored, and on all servers"

# What a stream takes messages from by its own account's API: "mirror NAME", "source NAME".
upstreams() { # upstreams FILE
    awk '
        /^  "config": \{/ { config = 1 }
        config && /^  \}/ { config = 0 }
        !config { next }
        /^    "mirror": \{/ { kind = "mirror" }
        /^    "sources": \[/ { kind = "source" }
        kind == "" { next }
        (kind == "mirror" && /^      "name": /) || (kind == "source" && /^        "name": /) {
            name = $0; sub(/^ *"name": "/, "", name); sub(/",?$/, "", name)
        }
        /^ *"external": \{/ { elsewhere = 1 }
        (kind == "mirror" && /^    \}/) || (kind == "source" && /^      \}/) {
            if (name != "" && !elsewhere) print kind, name
            name = ""; elsewhere = 0
        }
        /^    []}]/ { kind = "" }
    ' "$1"
}

# A mirror keeps the sequences of its origin: one that is longer takes the next messages for those that it has. What a stream took of
# another one that was restored its settings do not tell. What is restored beside its origin was backed up a moment earlier or later.
left=0
silent=
names=$(nats stream ls --names --all) || {
    names=
    left=1
    echo "DEPENDS: the streams of the account cannot be listed: look for those that mirror or source$(printf ' %s' $streams)"
}
for name in $names; do
    nats stream info --json --timeout 5s -- "$name" >"$answer" 2>/dev/null || {
        silent="$silent $name"
        continue
    }
    # It may source the same one more than once, with other filters.
    upstreams "$answer" | sort -u >"$RESTORE_DIR/upstreams"
    while read -r kind origin; do
        case " $(echo $streams) " in *" $origin "*) ;; *) continue ;; esac
        end=$(field last_seq "$answer")
        nats stream info --json -- "$origin" >"$info" 2>/dev/null </dev/null || {
            echo "DEPENDS: $name takes messages from $origin, which does not answer: compare the ends of both"
            left=$((left + 1))
            continue
        }
        ahead=$((end - $(field last_seq "$info")))
        if [ "$kind" = source ]; then
            echo "DEPENDS: $name sources $origin: it may lack messages that come next, or take again what it has. Look for both before clients write, and recreate it if it does"
        elif [ "$ahead" -gt 0 ]; then
            echo "DEPENDS: $name mirrors $origin and ends $ahead messages after it: it skips the next $ahead messages of $origin, and what only it has may be the only copy. Keep that, then recreate it: streams rebuild-mirror if it is the standby's, else by hand"
        else
            echo "DEPENDS: $name mirrors $origin, and goes on after message $end: nothing is to be done"
            continue
        fi
        left=$((left + 1))
    done <"$RESTORE_DIR/upstreams"
done
[ -z "$silent" ] || {
    echo "DEPENDS: no answer from$silent: look what they mirror or source once they answer"
    left=$((left + 1))
}
[ "$left" = 0 ] || {
    echo "WORK LEFT: the lines DEPENDS (above) say which streams depend on what was restored: docs/runbook-restore.md, step 5, before clients write"
    exit "${WORK_LEFT_STATUS:-3}"
}
