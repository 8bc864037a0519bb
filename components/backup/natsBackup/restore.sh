#!/bin/sh
# Restores the streams and consumers of a fetched backup into a cluster that has none of them. Every file is compared
# with the manifest, and every stream looked for, before the first one is touched.
# Needs: sh, nats, sha256sum, grep, sed (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
# RESTORE_DIR                          what fetch.sh left
# STREAMS                              streams to restore, separated by spaces; empty: all of the backup
# RESTORE_CLUSTER                      NATS cluster to place them in; empty: the one they were in
# WAIT_SECONDS                         how long all replicas may take to hold what was restored; empty: 600
# RETRY_SECONDS                        how long to try again in a cluster that is not ready for a restore yet; empty: 120
# REPLACE_EMPTY                        "yes" replaces a stream that never held a message and has no consumer,
#                                      such as the baseline's job creates in a new cluster; otherwise it is refused
set -eu

fail() {
    echo "not restored: $1" >&2
    exit 1
}

field() { # field NAME FILE: the first number of that name in the CLI's indented JSON
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),*$/\1/p" "$2" | head -n 1
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
existing=$(nats stream ls --names --all) || fail "cannot list the streams of the cluster"
streams=${STREAMS:-$(sed -n 's/^# stream \([^ ]*\) .*/\1/p' "$manifest")}
[ -n "$streams" ] || fail "$stamp holds no stream"
empty=
for stream in $streams; do
    grep -q "^# stream $stream " "$manifest" || fail "$stamp holds no stream $stream"
    echo "$existing" | grep -Fxq "$stream" || continue
    nats stream info "$stream" --json >"$info" || fail "cannot read stream $stream"
    if [ "${REPLACE_EMPTY:-}" = yes ] && [ "$(field last_seq "$info")" = 0 ] && [ "$(field consumer_count "$info")" = 0 ]; then
        empty="$empty $stream"
        continue
    fi
    fail "stream $stream exists, with $(field messages "$info") messages, the last one $(field last_seq "$info"), and $(field consumer_count "$info") consumers: restore into a cluster without it, or, if it never held a message, with REPLACE_EMPTY=yes"
done
for stream in $empty; do
    nats stream rm "$stream" --force || fail "cannot remove the empty stream $stream"
done

# In a cluster that has only just come up, a server may not know yet where another one listens for the restore: the attempt
# ends with "no responders". Until the servers give that attempt up, its name counts as taken (10130), though no stream is there.
patience=${RETRY_SECONDS:-120}
for stream in $streams; do
    deadline=$(($(date +%s) + patience))
    until nats stream restore "$source/streams/$stream" --no-progress ${RESTORE_CLUSTER:+--cluster "$RESTORE_CLUSTER"} >"$RESTORE_DIR/answer" 2>&1; do
        cat "$RESTORE_DIR/answer" >&2
        grep -Eq 'no responders|10130' "$RESTORE_DIR/answer" || fail "stream $stream"
        [ "$(date +%s)" -lt "$deadline" ] || fail "stream $stream, for $patience s"
        echo "$stream: the cluster is not ready for it yet, trying again" >&2
        sleep 3
    done
    nats stream info "$stream" --json >"$info" || fail "cannot read stream $stream after its restore"
    wanted=$(sed -n "s/^# stream $stream //p" "$manifest")
    echo "$stream: messages $(field messages "$info") last $(field last_seq "$info") consumers $(field consumer_count "$info"); in the backup: $wanted"
done

# The restore is answered by a stream's leader. Until it counts the others as current, the loss of one server is the loss of the stream.
deadline=$(($(date +%s) + ${WAIT_SECONDS:-600}))
for stream in $streams; do
    until nats stream info "$stream" --json >"$info" && ! grep -Eq '"current": false|"lag": [1-9]|"offline": true' "$info"; do
        [ "$(date +%s)" -lt "$deadline" ] || fail "stream $stream is there, but not on all of its servers after ${WAIT_SECONDS:-600} s"
        sleep 1
    done
done
echo "$stamp: restored, and on all servers"
