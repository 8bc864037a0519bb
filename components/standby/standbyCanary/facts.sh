#!/bin/sh
# What runs in a region, so that two regions can be compared. Comes before marker.sh and check.sh, which use it.
# Needs: sh, curl, nats, sha256sum, grep, sed, sort (natsio/nats-box).
#
# KUBERNETES_API, KUBERNETES_CA, KUBERNETES_TOKEN_FILE   the cluster's own API and the pod's access to it
# IMAGE_NAMESPACES   namespaces whose running images are compared, separated by spaces
# SECRETS            Secrets that are compared, separated by spaces, each mounted at SECRETS_DIR/<name>
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

# facts FILE: "image NAME@DIGEST" and "secret NAME FINGERPRINT", a line each, sorted. The registry's host is left out:
# each region pulls from its own.
facts() {
    : >"$work/unsorted"
    for namespace in $IMAGE_NAMESPACES; do
        header Authorization "Bearer $(cat "$KUBERNETES_TOKEN_FILE")" |
            curl --silent --show-error --fail --max-time 10 --config - --cacert "$KUBERNETES_CA" \
                "$KUBERNETES_API/api/v1/namespaces/$namespace/pods?fieldSelector=status.phase%3DRunning" >"$work/pods" || return 1
        grep -o '"imageID": *"[^"]*@sha256:[0-9a-f]*"' "$work/pods" | sed 's/.*[/"]\([^/"]*@sha256:[0-9a-f]*\)"$/image \1/' >>"$work/unsorted" || true
    done
    for secret in $SECRETS; do
        echo "secret $secret $(fingerprint "$SECRETS_DIR/$secret")" >>"$work/unsorted"
    done
    sort -u "$work/unsorted" >"$1"
}

fingerprint() { # of the files of a folder, whose values nobody learns from it
    set -- "$1"/*
    [ -e "$1" ] || {
        echo absent
        return
    }
    {
        echo "$API_KEY"
        for file in "$@"; do
            echo "${file##*/}"
            sha256sum <"$file"
        done
        echo "$API_KEY"
    } | sha256sum | cut -c 1-16
}

