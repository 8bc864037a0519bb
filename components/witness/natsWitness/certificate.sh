#!/bin/sh
# Takes the gateway's certificate from Secrets Manager, before the server starts and every hour. The server reads a changed
# one without a restart. If the secret is out of reach, the certificate that is here stays in use.
#   REGION, SECRET_ID    from witness.env
#   ROOT                 folder in place of /, for tests
set -eu
umask 077

ROOT=${ROOT:-}
. "$ROOT/etc/nats/witness.env"
tls=$ROOT/etc/nats/tls

if ! value=$(aws secretsmanager get-secret-value --region "$REGION" --secret-id "$SECRET_ID" --query SecretString --output text); then
    [ -s "$tls/tls.key" ] || exit 1
    echo "secret $SECRET_ID is out of reach; the certificate from before stays in use" >&2
    exit 0
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
# By standard input: a command line can be seen by others.
printf %s "$value" | python3 -c '
import json, os, sys
parts = json.load(sys.stdin)
for name in ("tls.crt", "tls.key", "ca.crt"):
    if not parts.get(name, "").strip():
        sys.exit("the secret has no " + name)
    with open(os.path.join(sys.argv[1], name), "w") as file:
        file.write(parts[name])
' "$fresh"

changed=
for name in tls.crt tls.key ca.crt; do
    cmp -s "$fresh/$name" "$tls/$name" || changed=yes
done
[ "$changed" ] || exit 0

mkdir -p "$tls"
chmod 0755 "$tls"
for name in tls.crt tls.key ca.crt; do
    install -o nats -g nats -m 0400 "$fresh/$name" "$tls/$name"
done
if systemctl is-active --quiet nats.service; then systemctl reload nats.service; fi
