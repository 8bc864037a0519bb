#!/bin/sh
# Makes a backup of every file stream of the account in one NATS cluster, with its consumers, and a manifest. The manifest is
# written last and ends with a line of its own: whatever goes wrong before leaves a folder that nobody takes for a backup.
# Needs: sh, nats, sha256sum, find, sort, date (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
# STREAMS                              streams that have to be in it, separated by spaces; others of the first one's cluster
#                                      are added as found, those of another region are that region's to back up
# BACKUP_DIR                           an empty volume; gets stamp, <stamp>/ and <stamp>.manifest
set -eu
umask 077

fail() {
    echo "no backup: $1" >&2
    exit 1
}

field() { # field NAME FILE: the first number of that name in the CLI's indented JSON
    sed -n "s/^ *\"$1\": \([0-9][0-9]*\),*$/\1/p" "$2" | head -n 1
}

describe() { # describe FILE COMMAND...: what the CLI says of a stream or consumer. It ends with 0 even where it could not write all of it.
    file=$1
    shift
    nats "$@" --json >"$file" && grep -qx '}' "$file"
}

cluster_of() { # cluster_of FILE: the NATS cluster that a stream is in; nothing where there is only one server
    sed -n '/^ *"cluster": {/,/}/s/^ *"name": "\([^"]*\)".*/\1/p' "$1" | head -n 1
}

required() { # required STREAM
    case " $STREAMS " in *" $1 "*) return 0 ;; esac
    return 1
}

# The moment that the backup stands for: whatever is published later may be missing.
stamp=$(date -u +%Y%m%dT%H%M%SZ)
target="$BACKUP_DIR/$stamp"
[ ! -e "$target" ] || fail "$target exists already"
mkdir -p "$target/streams" "$target/definitions" || fail "cannot write to $BACKUP_DIR"

found=$(nats stream ls --names --all) || fail "cannot list the streams"
for stream in $STREAMS; do
    echo "$found" | grep -Fxq "$stream" || fail "stream $stream is not there; found: $(echo $found)"
done

first=${STREAMS%% *}
describe "$BACKUP_DIR/first" stream info "$first" || fail "cannot read the definition of $first"
cluster=$(cluster_of "$BACKUP_DIR/first")

summary="$BACKUP_DIR/summary"
: >"$summary"
for stream in $found; do
    info="$target/definitions/$stream.json"
    if ! required "$stream" && ! nats stream info "$stream" --json --timeout 10s >/dev/null; then
        # A region that is lost does not answer for its streams, which must not cost the other one its backup.
        echo "# silent $stream: it is in another region, which is lost, or it has no leader" >>"$summary"
        continue
    fi
    describe "$info" stream info "$stream" || fail "cannot read the definition of $stream"
    if ! required "$stream" && [ "$(cluster_of "$info")" != "$cluster" ]; then
        echo "# elsewhere $stream: in cluster $(cluster_of "$info"), not in $cluster" >>"$summary"
        rm "$info"
        continue
    fi
    if grep -q '"storage": "memory"' "$info"; then
        echo "# memory $stream: its definition only, the server backs up no memory stream" >>"$summary"
        continue
    fi
    nats stream backup "$stream" "$target/streams/$stream" --no-progress >/dev/null || fail "stream $stream"
    [ -s "$target/streams/$stream/backup.json" ] && [ -s "$target/streams/$stream/stream.tar.s2" ] ||
        fail "stream $stream left no files"
    consumers=$(nats consumer ls "$stream" --names) || fail "cannot list the consumers of $stream"
    for consumer in $consumers; do
        describe "$target/definitions/$stream.$consumer.json" consumer info "$stream" "$consumer" ||
            fail "cannot read the definition of consumer $consumer of $stream"
    done
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
