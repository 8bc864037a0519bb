#!/bin/sh
# What runs in a region, so that two regions can be compared. Comes before marker.sh and check.sh, which use it.
# Needs: sh, curl, nats, sha256sum, grep, sed, sort, tail, tr (natsio/nats-box).
#
# KUBERNETES_API, KUBERNETES_CA, KUBERNETES_TOKEN_FILE   the cluster's own API and the pod's access to it
# IMAGE_NAMESPACES   namespaces whose running images are compared, separated by spaces
# SECRETS            Secrets that are compared, separated by spaces, each NAMESPACE/NAME=NAME_HERE
# API_KEY            the canary's key; also what keeps the secrets' fingerprints from being guessed
# NATS_URL, NATS_USER, NATS_PASSWORD   the application account
set -eu
umask 077
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A header for curl, by a pipe: an argument would be seen by everyone on the machine.
header() { # header NAME VALUE
    printf 'header = "%s: %s"\n' "$1" "$(printf '%s' "$2" | sed 's/[\\"]/\\&/g')"
}

cluster() { # cluster PATH [OPTION…]: what the cluster's own API says
    path=$1
    shift
    header Authorization "Bearer $(cat "$KUBERNETES_TOKEN_FILE")" |
        curl --silent --show-error --max-time 10 --config - --cacert "$KUBERNETES_CA" "$@" "$KUBERNETES_API/api/v1/namespaces/$path"
}

# facts FILE: "image NAME@DIGEST" and "secret NAME FINGERPRINT", a line each, sorted. The registry's host is left out:
# each region pulls from its own.
facts() {
    : >"$work/unsorted"
    for namespace in $IMAGE_NAMESPACES; do
        cluster "$namespace/pods?fieldSelector=status.phase%3DRunning" --fail >"$work/pods" || return 1
        grep -o '"imageID": *"[^"]*@sha256:[0-9a-f]*"' "$work/pods" | sed 's/.*[/"]\([^/"]*@sha256:[0-9a-f]*\)"$/image \1/' >>"$work/unsorted" || true
    done
    for secret in $SECRETS; do
        value=$(fingerprint "${secret%%/*}" "${secret#*=}") || return 1
        echo "secret ${secret%%=*} $value" >>"$work/unsorted"
    done
    sort -u "$work/unsorted" >"$1"
}

fingerprint() { # NAMESPACE NAME: of a Secret's values, which nobody learns from it, and which are never in a file or an argument
    answer=$(cluster "$1/secrets/$2" --write-out '\n%{http_code}') || return 1
    status=$(printf '%s' "$answer" | tail -n 1)
    # "data" holds text in base64, so no brace and no comma is part of a value.
    data=$(printf '%s' "$answer" | tr -d ' \n' | sed -n 's/.*"data":{\([^}]*\)}.*/\1/p' | tr , '\n' | sort)
    case $status in
    200) ;;
    404) data= ;;
    *)
        echo "standby: Secret $1/$2 cannot be read: status $status" >&2
        return 1
        ;;
    esac
    if [ -n "$data" ]; then
        printf '%s\n' "$API_KEY" "$data" "$API_KEY" | sha256sum | cut -c 1-16
    else
        echo absent
    fi
}

