#!/bin/sh
# Makes a backup of every file stream of the account, with its consumers, and a manifest. The manifest is written last
# and ends with a line of its own: whatever goes wrong before leaves a folder that nobody takes for a backup.
# Needs: sh, nats, sha256sum, find, sort, date (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
# STREAMS                              streams that have to be in it, separated by spaces; others are added as found
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

# The moment that the backup stands for: whatever is published later may be missing.
stamp=$(date -u +%Y%m%dT%H%M%SZ)
target="$BACKUP_DIR/$stamp"
[ ! -e "$target" ] || fail "$target exists already"
mkdir -p "$target/streams" "$target/definitions" || fail "cannot write to $BACKUP_DIR"

found=$(nats stream ls --names --all) || fail "cannot list the streams"
for stream in $STREAMS; do
    echo "$found" | grep -Fxq "$stream" || fail "stream $stream is not there; found: $(echo $found)"
done

summary="$BACKUP_DIR/summary"
: >"$summary"
for stream in $found; do
    info="$target/definitions/$stream.json"
    describe "$info" stream info "$stream" || fail "cannot read the definition of $stream"
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
grep '^# [sm]' "$manifest"
echo "$stamp: made"
