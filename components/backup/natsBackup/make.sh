#!/bin/sh
# Makes a backup of every file stream of the account in one NATS cluster, with its consumers, and a manifest. The manifest is
# written last and ends with a line of its own: whatever goes wrong before leaves a folder that nobody takes for a backup.
# Needs: sh, nats, sha256sum, find, sort, date, od, tr (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
# STREAMS                              streams that have to be in it, separated by spaces; they come first, and what is wrong with one
#                                      of them fails the run. Others of the first one's cluster are added as found, those of another
#                                      region are that region's to back up, and what is wrong with one of those is in the manifest
# BACKUP_DIR                           an empty volume; gets stamp, <stamp>/ and <stamp>.manifest
set -eu
# Names are data: a stream may be called "a[b", and a consumer "--help".
set -f
umask 077

fail() {
    echo "no backup: $1" >&2
    exit 1
}

field() { # field NAME FILE: the first number of that name in the CLI's indented JSON
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),*$/\1/p" "$2" | head -n 1
}

describe() { # describe FILE stream|consumer NAME...: what the CLI says of it. It ends with 0 even where it could not write all of it.
    file=$1 kind=$2
    shift 2
    nats "$kind" info --json -- "$@" >"$file" && grep -qx '}' "$file"
}

cluster_of() { # cluster_of FILE: the NATS cluster that a stream is in; nothing where there is only one server
    sed -n '/^ *"cluster": {/,/}/s/^ *"name": "\([^"]*\)".*/\1/p' "$1" | head -n 1
}

required() { # required STREAM
    case " $STREAMS " in *" $1 "*) return 0 ;; esac
    return 1
}

listed() { # listed NAME LIST: whether a line of the list is that name
    printf '%s\n' "$2" | grep -Fxq -e "$1"
}

# A snapshot holds the consumers that the stream's leader holds: not one in memory, and not one on a single other server. Their
# position is in the manifest, and the restore recreates them there.
apart() { # apart FILE: whether a durable may be missing in the snapshot of a stream with replicas
    grep -q '"durable_name"' "$1" || return 1
    # It feeds a mirror or a source, whose stream makes it again.
    ! grep -Eq '"ack_policy": "flow_control"|"_nats\.(mirror|src)\.stream"' "$1" || return 1
    ! grep -q '"mem_storage": true' "$1" || return 0
    [ "$(field num_replicas "$1")" = 1 ] && [ "$(field num_replicas "$info")" != 1 ]
}

floor_of() { # floor_of FILE: up to this message a consumer has acknowledged everything
    sed -n '/^ *"ack_floor": {/,/}/s/^ *"stream_seq": \([0-9][0-9]*\).*/\1/p' "$1" | head -n 1
}

back_up() { # back_up STREAM: files and consumers of the stream of $info; says in $reason why it could not
    reason="stream $1"
    nats stream backup --no-progress -- "$1" "$target/streams/$1" >/dev/null || return 1
    reason="stream $1 left no files"
    [ -s "$target/streams/$1/backup.json" ] && [ -s "$target/streams/$1/stream.tar.s2" ] || return 1
    reason="cannot list the consumers of $1"
    consumers=$(nats consumer ls --names -- "$1") || return 1
    for consumer in $consumers; do
        definition="$target/definitions/$1.$consumer.json"
        if ! describe "$definition" consumer "$1" "$consumer"; then
            rm -f "$definition"
            reason="cannot list the consumers of $1"
            now=$(nats consumer ls --names -- "$1") || return 1
            reason="cannot read the definition of consumer $consumer of $1"
            ! listed "$consumer" "$now" || return 1
            # It ended since the list: there is nothing of it to bring back.
            continue
        fi
        ! apart "$definition" || echo "# consumer $1 $consumer $(floor_of "$definition")" >>"$summary"
    done
}

# The moment that the backup stands for, as whatever is published later may be missing; and a draw, because two runs may begin in the
# same second, and would then upload into one folder.
draw=$(od -A n -N 4 -t x1 /dev/urandom | tr -d ' \n') && [ "${#draw}" = 8 ] || fail "cannot draw a number from /dev/urandom"
stamp=$(date -u +%Y%m%dT%H%M%SZ)-$draw
target="$BACKUP_DIR/$stamp"
[ ! -e "$target" ] || fail "$target exists already"
mkdir -p "$target/streams" "$target/definitions" || fail "cannot write to $BACKUP_DIR"

found=$(nats stream ls --names --all) || fail "cannot list the streams"
for stream in $STREAMS; do
    listed "$stream" "$found" || fail "stream $stream is not there; found: $(echo $found)"
done
others=
for stream in $found; do
    required "$stream" || others="$others $stream"
done

first=${STREAMS%% *}
describe "$BACKUP_DIR/first" stream "$first" || fail "cannot read the definition of $first"
cluster=$(cluster_of "$BACKUP_DIR/first")

summary="$BACKUP_DIR/summary"
: >"$summary"
for stream in $STREAMS $others; do
    info="$target/definitions/$stream.json"
    if ! required "$stream" && ! nats stream info --json --timeout 10s -- "$stream" >/dev/null; then
        # A region that is lost does not answer for its streams, which must not cost the other one its backup.
        echo "# silent $stream: it is in another region, which is lost, or it has no leader" >>"$summary"
        continue
    fi
    if ! describe "$info" stream "$stream"; then
        ! required "$stream" || fail "cannot read the definition of $stream"
        rm -f "$info"
        echo "# skipped $stream: cannot read its definition" >>"$summary"
        continue
    fi
    if ! required "$stream" && [ "$(cluster_of "$info")" != "$cluster" ]; then
        echo "# elsewhere $stream: in cluster $(cluster_of "$info"), not in $cluster" >>"$summary"
        rm "$info"
        continue
    fi
    if grep -q '"storage": "memory"' "$info"; then
        # A backup without its messages would count as one of it.
        ! required "$stream" || fail "stream $stream is stored in memory, and the server backs up no memory stream: recreate it with file storage"
        echo "# memory $stream: its definition only, the server backs up no memory stream" >>"$summary"
        continue
    fi
    if ! back_up "$stream"; then
        ! required "$stream" || fail "$reason"
        rm -rf "$target/streams/$stream"
        echo "# skipped $stream: $reason" >>"$summary"
        continue
    fi
    echo "# stream $stream messages $(field messages "$info") last $(field last_seq "$info")" >>"$summary"
done

manifest="$BACKUP_DIR/$stamp.manifest"
{
    echo "# nats backup 1 $stamp" && cat "$summary" &&
        (cd "$target" && find . -type f | sort | while read -r file; do sha256sum "$file" || exit 1; done)
} >"$manifest.part" || fail "cannot write the manifest"
echo "# end $(grep -c '^[0-9a-f]' "$manifest.part")" >>"$manifest.part" || fail "cannot write the manifest"
mv "$manifest.part" "$manifest"
echo "$stamp" >"$BACKUP_DIR/stamp" || fail "cannot write the stamp"
cat "$summary"
echo "$stamp: made"
