#!/bin/sh
# Fetches a complete backup: the newest, or the newest that is not younger than a moment.
# Needs: sh, aws (amazon/aws-cli).
#
# BUCKET, PREFIX   where the backups are
# BACKUP           a moment as UTC stamp, such as 20260131T030000Z (a leading part of one will do); empty: the newest
# RESTORE_DIR      an empty volume; gets stamp, <stamp>/ and <stamp>.manifest
# AWS_REGION       region of the bucket
set -eu
umask 077

fail() {
    echo "not fetched: $1" >&2
    exit 1
}

status=0
listing=$(aws s3 ls "s3://$BUCKET/$PREFIX/complete/") || status=$?
# With status 1 the CLI says that it found nothing; with a higher one that it could not look.
[ "$status" -le 1 ] || fail "cannot list s3://$BUCKET/$PREFIX/complete/"
# An old stamp is a moment alone; after a newer one comes a draw that tells apart what two runs made in the same second.
complete=$(echo "$listing" | sed -n 's/.* \([0-9]\{8\}T[0-9]\{6\}Z\(-[0-9a-f]*\)\{0,1\}\)\.manifest$/\1/p' | LC_ALL=C sort)
[ -n "$complete" ] || fail "there is no complete backup under s3://$BUCKET/$PREFIX"

stamp=
for candidate in $complete; do
    # "~" sorts after every character of a stamp, so that 20260131 means the whole of that day.
    if [ -z "${BACKUP:-}" ] || [ "$(printf '%s\n%s\n' "$candidate" "$BACKUP~" | LC_ALL=C sort | head -n 1)" = "$candidate" ]; then
        stamp=$candidate
    fi
done
[ -n "$stamp" ] || fail "no complete backup is as old as $BACKUP; the oldest is $(echo "$complete" | head -n 1)"

[ ! -e "$RESTORE_DIR/$stamp" ] || fail "$RESTORE_DIR/$stamp exists already"
aws s3 cp --only-show-errors "s3://$BUCKET/$PREFIX/complete/$stamp.manifest" "$RESTORE_DIR/$stamp.manifest" || fail "the manifest of $stamp"
aws s3 cp --recursive --only-show-errors "s3://$BUCKET/$PREFIX/data/$stamp" "$RESTORE_DIR/$stamp" || fail "the files of $stamp"
echo "$stamp" >"$RESTORE_DIR/stamp"
echo "$stamp: fetched, of $(echo "$complete" | wc -l | tr -d ' ') complete backups"
