#!/bin/sh
# Waits until a Job of Kubernetes is complete or has failed, whichever comes first, and shows what it wrote. kubectl wait looks
# for one of the two only, and a Job that refuses within seconds would be waited for until the time is over.
# Needs: sh, kubectl.
#
#   sh operate/waitForJob.sh JOB [TIME] [kubectl's options: --context, -n]
#
# TIME             such as 90s, 45m or 4h; left out: until 5 minutes after the Job's own deadline, by which Kubernetes has ended it
# EVERY_SECONDS    between two looks; empty: 5
#
# Ends with 0 if the Job is complete, with 1 if it failed or the time is over, with 2 if there is nothing to wait for, with 3 if it is
# complete and its last lines say "WORK LEFT" (something else needs a person), and with 4 if the Job is gone, so that no one can say how it ended.
set -u

usage() {
    echo "$1; usage: sh operate/waitForJob.sh JOB [TIME] [kubectl's options], TIME such as 90s, 45m or 4h" >&2
    exit 2
}

[ $# -ge 1 ] || usage "JOB is missing"
job=$1
shift
case $job in '' | -*) usage "JOB is \"$job\"" ;; esac
time=
case ${1:--} in
-[0-9]*) usage "TIME is \"$1\"" ;;
-*) ;;
*)
    time=$1
    shift
    number=${time%[smh]}
    case $number in '' | *[!0-9]*) usage "TIME is \"$time\"" ;; esac
    case $time in *s) unit=1 ;; *m) unit=60 ;; *h) unit=3600 ;; *) usage "TIME is \"$time\"" ;; esac
    seconds=$((number * unit))
    ;;
esac

# "UID DEADLINE GRACE", and a line for each condition. A Job that is not there is an empty answer with status 0; everything else that is
# no answer has another status.
look() {
    kubectl "$@" get job "$job" --ignore-not-found -o \
        'jsonpath={.metadata.uid}{" "}{.spec.activeDeadlineSeconds}{" "}{.spec.template.spec.terminationGracePeriodSeconds}{"\n"}{range .status.conditions[?(@.status=="True")]}{.type}{"\n"}{end}'
}

written() {
    kubectl "$@" logs "job/$job" --all-containers --tail=100
}

gone() { # gone WHY [kubectl's options]
    why=$1
    shift
    echo "$job: GONE: $why, so whether it was complete is not known." >&2
    echo "Deleted by whom: by a person, or by the history limit of a CronJob that it belonged to (sh operate/startJob.sh makes one that belongs to none)." >&2
    echo "What it did: the events below, for an hour; a backup is in the bucket (aws s3 ls …/complete/), a restore in \"nats stream ls --all\"." >&2
    kubectl "$@" get events --field-selector "involvedObject.kind=Job,involvedObject.name=$job" >&2
    exit 4
}

found=$(look "$@") || {
    echo "$job: cannot be looked at (above)" >&2
    exit 2
}
[ -n "$found" ] || {
    echo "$job: there is no such Job: kubectl${*:+ $*} get jobs" >&2
    exit 2
}
first=${found%%"
"*}
uid=${first%% *}
if [ -z "$time" ]; then
    own=${first#* }
    deadline=${own%% *} grace=${own#* }
    case $deadline in
    '' | *[!0-9]*) usage "TIME is missing, and $job has no deadline of its own" ;;
    esac
    case $grace in '' | *[!0-9]*) grace=30 ;; esac
    seconds=$((deadline + grace + 300))
    time="${seconds}s"
fi
end=$(($(date +%s) + seconds))
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
        echo "$job: FAILED; what it wrote is above. Nothing above? kubectl${*:+ $*} describe job $job" >&2
        exit 1
        ;;
    esac
    if [ "$(date +%s)" -ge "$end" ]; then
        written "$@"
        echo "$job: neither complete nor failed after $time; it goes on. Wait again, or see kubectl${*:+ $*} describe job $job" >&2
        exit 1
    fi
    sleep "${EVERY_SECONDS:-5}"
    # A look that fails is no answer: the next one may be.
    if found=$(look "$@"); then
        case $found in
        "$uid "*) ;;
        '') gone "it was deleted while it was waited for" "$@" ;;
        *) gone "another Job has its name now" "$@" ;;
        esac
    else
        found=
    fi
done
