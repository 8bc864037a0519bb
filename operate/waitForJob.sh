#!/bin/sh
# Waits until a Job of Kubernetes is complete or has failed, whichever comes first, and shows what it wrote. kubectl wait looks
# for one of the two only, and a Job that refuses within seconds would be waited for until the time is over.
# Needs: sh, kubectl.
#
#   sh operate/waitForJob.sh JOB TIME [kubectl's options: --context, -n]
#
# TIME             such as 90s, 45m or 4h
# EVERY_SECONDS    between two looks; empty: 5
#
# Ends with 0 if the Job is complete, with 1 if it failed or the time is over, with 2 if there is nothing to wait for, and with 3 if it is
# complete and its last lines say "WORK LEFT": something else needs a person.
set -u

usage() {
    echo "$1; usage: sh operate/waitForJob.sh JOB TIME [kubectl's options], TIME such as 90s, 45m or 4h" >&2
    exit 2
}

[ $# -ge 2 ] || usage "JOB and TIME are missing"
job=$1
time=$2
shift 2
number=${time%[smh]}
case $number in '' | *[!0-9]*) usage "TIME is \"$time\"" ;; esac
case $time in *s) unit=1 ;; *m) unit=60 ;; *h) unit=3600 ;; *) usage "TIME is \"$time\"" ;; esac
deadline=$(($(date +%s) + number * unit))

conditions() {
    kubectl "$@" get job "$job" -o 'jsonpath={range .status.conditions[?(@.status=="True")]}{.type}{"\n"}{end}'
}

written() {
    kubectl "$@" logs "job/$job" --all-containers --tail=100
}

found=$(conditions "$@") || {
    echo "$job: cannot be looked at (above)" >&2
    exit 2
}
while :; do
    case $found in
    *Complete*)
        lines=$(written "$@")
        printf '%s\n' "$lines"
        case $lines in
        *"WORK LEFT"*)
            echo "$job: complete, and WORK LEFT (above) has to be done" >&2
            exit 3
            ;;
        esac
        echo "$job: complete"
        exit 0
        ;;
    # FailureTarget comes first, while its pods are being ended.
    *Failed*)
        written "$@"
        echo "$job: FAILED; what it wrote is above. Nothing above? kubectl describe job $job" >&2
        exit 1
        ;;
    esac
    if [ "$(date +%s)" -ge "$deadline" ]; then
        written "$@"
        echo "$job: neither complete nor failed after $time; it goes on. Wait again, or see kubectl describe job $job" >&2
        exit 1
    fi
    sleep "${EVERY_SECONDS:-5}"
    # A look that fails is no answer: the next one may be.
    found=$(conditions "$@") || found=
done
