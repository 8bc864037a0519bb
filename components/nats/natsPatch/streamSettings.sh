#!/bin/sh
# What the two Jobs of the patch share. Settings of a stream go back to the server as it gave them, but for the changed ones: the flags of
# `nats stream edit` reset what is not said (no_ack), and its file knows the settings of its own version only.
#
# STREAMS      NAME=subject, separated by spaces: "AGENTESE=agentese.> EVENTS=events.>"
# REGION       the region's prefix: use1
# REPUBLISHED  streams whose core subscribers go on receiving, separated by spaces
set -euf

refused=0
refuse() {
    echo "$1" >&2
    refused=1
}

# Without a body the CLI would read one from its input.
no_body='{}'

# The answer to a request, compact JSON with ">" as it is; empty if no one answers.
ask() { # SUBJECT [BODY]
    nats request --raw --no-templates --timeout 5s "$1" "${2:-$no_body}" | sed 's/\\u003e/>/g'
}

# All answers of 2 s: one a line.
ask_all() { # SUBJECT [BODY]
    nats request --raw --no-templates --replies 0 --timeout 2s "$1" "${2:-$no_body}" 2>&1 | sed 's/\\u003e/>/g'
}

# The object or list that a key has in the JSON on stdin: the first, whole.
part() { # KEY
    awk -v key="\"$1\":" '
        { text = text $0 }
        END {
            start = index(text, key)
            if (start == 0) exit
            start += length(key)
            for (at = start; at <= length(text); at++) {
                sign = substr(text, at, 1)
                if (quoted) {
                    if (sign == "\\") at++
                    else if (sign == "\"") quoted = 0
                } else if (sign == "\"") quoted = 1
                else if (sign == "{" || sign == "[") depth++
                else if ((sign == "}" || sign == "]") && --depth == 0) {
                    print substr(text, start, at - start + 1)
                    exit
                }
            }
        }'
}

# Whether some subject matches both.
overlap() { # ONE OTHER
    awk -v one="$1" -v other="$2" 'BEGIN {
        words = split(one, a, ".")
        others = split(other, b, ".")
        for (at = 1; at <= words && at <= others; at++) {
            if (a[at] == ">" || b[at] == ">") exit 0
            if (a[at] != b[at] && a[at] != "*" && b[at] != "*") exit 1
        }
        exit words != others
    }'
}

# The stream whose subjects a subject meets, or none and false.
stream_of() { # SUBJECT
    for one in $STREAMS; do
        if overlap "$1" "${one#*=}"; then
            echo "${one%%=*}"
            return 0
        fi
    done
    return 1
}

is_republished() { # STREAM
    case " $REPUBLISHED " in *" $1 "*) return 0 ;; esac
    return 1
}

# A stream's settings as the server has them.
settings_of() { # STREAM
    answer=$(ask "\$JS.API.STREAM.INFO.$1")
    found=$(printf '%s' "$answer" | part config)
    if [ -z "$found" ]; then
        echo "$1: its settings cannot be read: ${answer:-no answer}" >&2
        return 1
    fi
    printf '%s' "$found"
}

subjects_in() { # SETTINGS
    printf '%s' "$1" | part subjects | tr -d '[]"' | tr ',' ' '
}

# What the Jobs leave as it is, a line each. Entries of metadata that begin with _nats. are the server's own.
kept_of() { # SETTINGS
    printf '%s' "$1" | sed -e 's/"subjects":\[[^]]*\]//' -e 's/"subject_transform":{[^}]*}//' -e 's/"republish":{[^}]*}//' \
        -e 's/"_nats\.[^"]*":"[^"]*"//g' -e 's/"metadata":{,*}//' | tr ',{}' '\n\n\n' | sed '/^$/d'
}

# Gives a stream settings that differ in subjects, transform and republish only, and reads back that nothing else does.
change() { # STREAM BEFORE AFTER
    answer=$(ask "\$JS.API.STREAM.UPDATE.$1" "$3")
    case $answer in
    *'"error":{'* | '')
        echo "$1: the server refuses the change: ${answer:-no answer}" >&2
        return 1
        ;;
    esac
    kept=$(kept_of "$2")
    now=$(kept_of "$(settings_of "$1")")
    if [ "$kept" != "$now" ]; then
        printf '%s: settings differ from before, which nothing here changed. Before:\n%s\nNow:\n%s\n' "$1" "$kept" "$now" >&2
        return 1
    fi
}
