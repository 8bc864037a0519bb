#!/bin/sh
# Starts a Job from a CronJob, by hand. It belongs to nobody: a Job that "kubectl create job --from" makes belongs to the CronJob, whose
# history limit deletes it when the next run ends, while it is waited for or before anybody has read what it did.
# Refuses while another Job of the same kind runs, such as the one that a resumed CronJob starts for the run that it missed.
# Needs: sh, kubectl.
#
#   sh operate/startJob.sh CRONJOB JOB [kubectl's options: --context, -n]
#
# Ends with 0 if the Job is started, with 1 if it is not, with 2 if it was not asked for rightly, with 3 if another one runs. The Job stays
# until it is deleted (kubectl delete job JOB), and its name is taken until then.
set -u

usage() {
    echo "$1; usage: sh operate/startJob.sh CRONJOB JOB [kubectl's options: --context, -n]" >&2
    exit 2
}

name() { # name WHAT VALUE
    case $2 in '' | -* | *[!-.a-z0-9]*) usage "$1 is \"$2\"" ;; esac
}

[ $# -ge 2 ] || usage "CRONJOB and JOB are missing"
cronjob=$1
job=$2
name CRONJOB "$cronjob"
name JOB "$job"
shift 2

fail() {
    echo "$job: not started: $1" >&2
    exit 1
}

# Pods of all runs have the CronJob's name in this label, whoever started them.
jobs=$(kubectl "$@" get jobs -o \
    'jsonpath={range .items[*]}{.metadata.name}{" "}{.spec.template.metadata.labels.app\.kubernetes\.io/name}{" "}{range .status.conditions[?(@.status=="True")]}{.type}{","}{end}{"\n"}{end}') ||
    fail "the Jobs that run cannot be listed (above)"
running=
while read -r found label conditions; do
    [ "$label" = "$cronjob" ] || continue
    case ",${conditions:-}" in *,Complete,* | *,Failed,*) ;; *) running="$running $found" ;; esac
done <<END
$jobs
END
if [ -n "$running" ]; then
    echo "$job: not started:$running of CronJob $cronjob runs already, and two at once would wait for each other." >&2
    for other in $running; do echo "  wait for it: sh operate/waitForJob.sh $other${*:+ $*}" >&2; done
    exit 3
fi

manifest=$(kubectl "$@" create job "$job" --from="cronjob/$cronjob" --dry-run=client -o json) || fail "CronJob $cronjob cannot be read (above)"
manifest=$(printf '%s\n' "$manifest" |
    kubectl "$@" patch --local --type merge --patch '{"metadata":{"ownerReferences":null}}' --filename - -o json) ||
    fail "its owner cannot be taken out (above)"
printf '%s\n' "$manifest" | kubectl "$@" create --filename - || fail "it cannot be created (above)"
echo "wait for it: sh operate/waitForJob.sh $job${*:+ $*}"
