#!/bin/sh
# Has the meta group all servers of the super-cluster, a leader, and everybody in step? Without a majority of it nothing can be
# promoted or created, and one that is away in silence, the witness above all, is missed on the day only.
# Needs: sh, cut, grep, nats, sed, tail, tr (natsio/nats-box).
#
# NATS_URL, NATS_USER, NATS_PASSWORD   this region's servers, the system account
# NATS_TIMEOUT                         how long a call waits
# EXPECT_SERVERS                       members of the meta group
set -eu
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The figures for machines come after the bar.
said() { sed 's/ *|.*//' "$work/answer" | tail -n 1; }

if nats server check meta --expect "$EXPECT_SERVERS" --lag-critical 1000 --seen-critical 30s >"$work/answer" 2>&1; then
    echo "meta group: $(said)"
    exit 0
fi
echo "meta group: $(said)" >&2

# Which ones: its leader knows. Without a leader nobody answers.
nats request "\$SYS.REQ.SERVER.PING.JSZ" '{"leader_only":true}' --raw >"$work/raw" 2>/dev/null || true
members=$(grep -o '"meta_cluster":{.*' "$work/raw" | grep -o '{"name":"[^"]*","current":[^}]*}') || true
[ -n "$members" ] || {
    echo "meta group: no leader answers: nothing can be promoted or created" >&2
    exit 1
}
away=$(printf '%s\n' "$members" | grep -v '"current":true' | cut -d '"' -f 4 | tr '\n' ' ') || true
[ -z "$away" ] || echo "meta group: away or behind: $away" >&2
exit 1
