# Runs in the standby every minute: would it serve, if it had to, now? Says all that is wrong and then fails.
#
# CHECKS             which of: api marker drift fence
# API_URL            address that answers 200 with a key and 401 or 403 without one
# API_KEY_HEADER     header that carries the key, which was issued in the primary region
# API_CONNECT_TO     where that address is in this region, as curl's --connect-to has it; empty: where DNS says
# MARKERS            MIRROR:SUBJECT:ORIGIN for each stream, separated by spaces
# MAX_AGE_SECONDS    a marker may be this old

failed=0
fail() {
    echo "standby: $1" >&2
    failed=1
}

answer() { # answer [OPTION…]: the status of a call, with what curl is told on standard input
    curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 --config - ${API_CONNECT_TO:+--connect-to "$API_CONNECT_TO"} "$@" "$API_URL" || true
}

refused() { # whether a call without a key is refused: what such a call asks for is then not done
    status=$(answer </dev/null)
    case $status in
    401 | 403) return 0 ;;
    *) return 1 ;;
    esac
}

check_api() {
    status=$(header "$API_KEY_HEADER" "$API_KEY" | answer)
    [ "$status" = 200 ] || fail "api: a key issued in the primary region got status $status, not 200 (000 is no answer)"
    refused || fail "api: a call without a key got status $status, not 401 or 403: the address proves nothing about keys"
}

# Until the promotion Kong answers writes with 503 and Retry-After; a balancer without a target says 503 as well, and nothing of
# later. The write is a POST without a key and without a body: Kong's fence comes before its authentication, and where there is no
# fence the key is missing, so nothing is changed either way. It is sent only where a call without a key was refused just now.
check_fence() {
    for marker in $MARKERS; do
        mirror=${marker%%:*}
        if ! nats stream info --json -- "$mirror" >"$work/mirror" 2>&1; then
            fail "fence: unknown, $mirror does not answer: $(tail -n 1 "$work/mirror")"
            return
        fi
        if ! grep -q '^ *"mirror": {' "$work/mirror"; then
            echo "standby: fence: not tried, $mirror is no mirror: the standby takes writes, or is about to" >&2
            return
        fi
    done
    if ! refused; then
        fail "fence: not tried, a call without a key got status $status, not 401 or 403: a write might be taken"
        return
    fi
    status=$(answer --request POST --data '' --dump-header "$work/headers" </dev/null)
    later=without
    if grep -qis '^retry-after: *[1-9]' "$work/headers"; then later=with; fi
    [ "$status $later" = "503 with" ] || fail "fence: a write got status $status $later Retry-After, not 503 with it: nothing holds writes back from the standby"
}

last_seq() { # of a stream; nothing, if it does not answer
    nats stream info --json -- "$1" 2>/dev/null | sed -n 's/^ *"last_seq": \([0-9][0-9]*\),*$/\1/p' | head -n 1
}

check_marker() {
    for marker in $MARKERS; do
        mirror=${marker%%:*}
        rest=${marker#*:}
        if ! nats stream get --last-for "${rest%%:*}" -- "$mirror" >"$work/marker" 2>&1; then
            fail "marker: $mirror holds no ${rest%%:*}: $(tail -n 1 "$work/marker")"
            continue
        fi
        published=$(sed -n 's/^time \([0-9][0-9]*\)$/\1/p' "$work/marker" | head -n 1)
        age=$(($(date +%s) - ${published:-0}))
        [ "$age" -le "$MAX_AGE_SECONDS" ] || fail "marker: $mirror is $age s behind its origin; allowed are $MAX_AGE_SECONDS s"

        # The mirror first, so that what is published in between cannot put it ahead.
        mirrored=$(last_seq "$mirror")
        origin=$(last_seq "${rest#*:}")
        # The origin's region may be gone; then its age is what counts.
        if [ -n "$mirrored" ] && [ -n "$origin" ] && [ "$mirrored" -gt "$origin" ]; then
            fail "marker: $mirror ends at $mirrored, after its origin at $origin: they diverged, and the mirror has to be made anew"
        fi
    done
}

# Each region names its own secrets: one that the other region does not name is nothing to compare, and is only mentioned.
comparable() { # FACTS OTHER_FACTS
    while read -r kind name value; do
        if [ "$kind" = secret ] && ! grep -Fq "secret $name " "$2"; then
            echo "standby: drift: secret $name is not compared, only one region names it" >&2
        else
            echo "$kind $name${value:+ $value}"
        fi
    done <"$1"
}

check_drift() {
    first=${MARKERS%% *}
    rest=${first#*:}
    if ! nats stream get --last-for "${rest%%:*}" -- "${first%%:*}" >"$work/marker" 2>&1; then
        fail "drift: unknown, ${first%%:*} holds no ${rest%%:*}: $(tail -n 1 "$work/marker")"
        return
    fi
    grep -E '^(image|secret) ' "$work/marker" | sort -u >"$work/there" || true
    if ! facts "$work/here"; then
        fail "drift: unknown, cannot list what runs here"
        return
    fi
    comparable "$work/there" "$work/here" >"$work/primary"
    comparable "$work/here" "$work/there" >"$work/standby"
    grep -Fxv -f "$work/standby" "$work/primary" >"$work/missing" || true
    grep -Fxv -f "$work/primary" "$work/standby" >"$work/extra" || true
    while read -r fact; do fail "drift: the primary has $fact, and the standby has not"; done <"$work/missing"
    while read -r fact; do fail "drift: the standby has $fact, and the primary has not"; done <"$work/extra"
}

for check in $CHECKS; do
    "check_$check"
done
[ "$failed" = 0 ] || exit 1
echo "standby: $CHECKS as they should be"
