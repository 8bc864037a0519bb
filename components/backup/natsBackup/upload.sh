#!/bin/sh
# Uploads a backup: its files first, its manifest last. A backup is what has a manifest under complete/, so that an upload
# that was cut off is never taken for one.
# Needs: sh, aws (amazon/aws-cli).
#
# BUCKET, PREFIX   where to: s3://BUCKET/PREFIX/data/<stamp>/ and s3://BUCKET/PREFIX/complete/<stamp>.manifest
# BACKUP_DIR       what make.sh left
# AWS_REGION       region of the bucket
set -eu

fail() {
    echo "not uploaded: $1" >&2
    exit 1
}

[ -s "$BACKUP_DIR/stamp" ] || fail "there is no backup in $BACKUP_DIR"
stamp=$(cat "$BACKUP_DIR/stamp")
manifest="$BACKUP_DIR/$stamp.manifest"
case "$(tail -n 1 "$manifest")" in
"# end "*) ;;
*) fail "the manifest of $stamp has no end" ;;
esac

aws s3 cp --recursive --only-show-errors "$BACKUP_DIR/$stamp" "s3://$BUCKET/$PREFIX/data/$stamp" ||
    fail "the files of $stamp, to s3://$BUCKET/$PREFIX/data/$stamp"
aws s3 cp --only-show-errors "$manifest" "s3://$BUCKET/$PREFIX/complete/$stamp.manifest" ||
    fail "the manifest of $stamp, to s3://$BUCKET/$PREFIX/complete/$stamp.manifest"
echo "$stamp: uploaded to s3://$BUCKET/$PREFIX"
