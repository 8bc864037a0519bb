#!/bin/sh
# Runs in the standby every hour: how long does the certificate last that each server of the super-cluster shows at its gateway? The
# servers say it themselves, those of the other region and the witness too, so a new one that never reached a server is found as well.
# Needs: sh, cut, date, grep, head, nats, sed, sort, tail (natsio/nats-box).
#
# SECONDS_LEFT       each has to last that long
# NATS_URL, NATS_USER, NATS_PASSWORD   the system account
set -eu
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=0
fail() {
    echo "certificates: $1" >&2
    failed=1
}

nats server request variables >"$work/servers" 2>"$work/answer" || true
grep -q '^{"server":{"name":"' "$work/servers" || {
    fail "no server answered: $(tail -n 1 "$work/answer")"
    exit 1
}

limit=$(date -u -d "@$(($(date +%s) + SECONDS_LEFT))" +%Y-%m-%dT%H:%M:%SZ)
count=0
while read -r answer; do
    name=$(printf '%s' "$answer" | sed 's/^{"server":{"name":"\([^"]*\)".*/\1/')
    ends=$(printf '%s' "$answer" | grep -o '"tls_cert_not_after":"[^"]*"' | cut -d '"' -f 4 | sort | head -n 1)
    count=$((count + 1))
    # Times of this form sort as text.
    if [ -z "$ends" ]; then
        fail "$name shows no certificate"
    elif [ "$(printf '%s\n%s\n' "$ends" "$limit" | sort | head -n 1)" = "$ends" ]; then
        fail "the one of $name ends on $ends, in less than $((SECONDS_LEFT / 86400)) days: npm run dr -- gateway-ca status"
    fi
done <"$work/servers"

[ "$failed" = 0 ] || exit 1
echo "certificates: those of $count servers last"
