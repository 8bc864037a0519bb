#!/bin/sh
# Gives streams of the user's own NATS their region's subjects besides those of the clients, so that a publish is stored
# whether or not the server that it goes through maps already. To be run before the first server maps. Runs again harmlessly.
# Changes nothing at all while one of the streams is not as expected, or something else lives by its subject that the patch would not serve
# as before. Every refusal is said, not the first alone.
#
# NATS_URL, NATS_USER, NATS_PASSWORD   the account with the streams, as it is found; user and password where it asks for them
# STREAMS, REGION, REPUBLISHED         as in streamSettings.sh

# Whether a stream's settings are such that the region's subjects can be added.
check_stream() { # STREAM SETTINGS
    if printf '%s' "$2" | grep -Eq '"(mirror|sources|subject_transform|republish)":[[{]'; then
        refuse "$1: is a mirror, or has sources, a transform or a republish of its own, which this would replace"
    fi
    if is_republished "$1" && printf '%s' "$2" | grep -q '"no_ack":true'; then
        refuse "$1: acknowledges nothing (no_ack), so services may answer requests on its subject, and would get copies without a reply subject. If no core subscriber has it, say nats.republish.$1: false in stacks primary and dr"
    fi
    if printf '%s' "$2" | grep -q '"allow_msg_schedules":true'; then
        refuse "$1: takes scheduled messages (allow_msg_schedules), whose targets name the clients' subjects; the region's would not be theirs"
    fi
}

# Refuses what reacts to the streams' subjects and would be served otherwise: what a login of the account itself can see.
check_account() {
    answers=$(ask_all '$SYS.REQ.ACCOUNT.PING.STATZ')
    case $answers in
    *'"leafnodes":'*) ;;
    *) refuse "the servers do not say what is connected to the account; the user of nats.access.login has to be allowed to publish to \$SYS.REQ.ACCOUNT.PING.STATZ and \$SRV.INFO while this runs" ;;
    esac
    if [ -n "$REPUBLISHED" ] && printf '%s' "$answers" | grep -q '"leafnodes":[1-9]'; then
        refuse "leaf nodes are connected to the account; their core subscribers would get what is published there twice. Say nats.republish: false for each stream if no core subscriber has its subject, or connect them to another account"
    fi
    answers=$(ask '$JS.API.STREAM.INFO.$MQTT_msgs')
    case $answers in
    *'"config":'*) refuse "MQTT clients use the account (stream \$MQTT_msgs); sessions with QoS 1 and 2 would miss the streams' subjects. Move MQTT to another account" ;;
    *'"err_code":10059'*) ;;
    *) refuse "whether MQTT clients use the account cannot be read (stream \$MQTT_msgs): ${answers:-no answer}" ;;
    esac
    answers=$(ask_all '$SRV.INFO')
    case $answers in
    *'"type":"io.nats.micro.v1.info_response"'* | *'No responders'*) ;;
    *) refuse "the services of the account cannot be asked for; the user of nats.access.login has to be allowed to publish to \$SRV.INFO while this runs" ;;
    esac
    for subject in $(printf '%s\n' "$answers" | grep -o '"subject":"[^"]*"' | cut -d'"' -f4 | sort -u); do
        if stream=$(stream_of "$subject"); then
            refuse "$stream: a service answers requests on $subject; it would get copies without a reply subject. Move it to a subject of no stream"
        fi
    done
    check_republishes
}

# What another stream republishes is not mapped: a stream would miss it.
check_republishes() {
    offset=0
    while :; do
        page=$(ask '$JS.API.STREAM.LIST' "{\"offset\":$offset}")
        for subject in $(printf '%s' "$page" | grep -o '"republish":{"src":"[^"]*","dest":"[^"]*"' | cut -d'"' -f6,10 | tr '"' ' ' |
            awk '$1 != $2 { print $2 }' | sed 's/{{[^}]*}}/*/g; s/\$[0-9]*/*/g'); do
            if stream=$(stream_of "$subject"); then
                refuse "$stream: another stream republishes to $subject, which is not mapped, so $stream would miss it. Publish it, or source it from that stream"
            fi
        done
        total=$(printf '%s' "$page" | grep -o '"total":[0-9]*' | head -n 1 | cut -d: -f2)
        offset=$((offset + 256))
        [ "$offset" -lt "${total:-0}" ] || break
    done
}

todo=
for entry in $STREAMS; do
    stream=${entry%%=*}
    subject=${entry#*=}
    before=$(settings_of "$stream")
    subjects=$(subjects_in "$before")
    case " $subjects " in
    *" $REGION.$subject "*) echo "$stream: has the region's subjects already" ;;
    " $subject ")
        check_stream "$stream" "$before"
        todo="$todo $entry"
        ;;
    *) refuse "$stream: takes $subjects; expected is $subject alone, as the program says. Let the two agree first" ;;
    esac
done
if [ -n "$todo" ]; then check_account; fi
[ "$refused" = 0 ] || exit 1

for entry in $todo; do
    stream=${entry%%=*}
    subject=${entry#*=}
    before=$(settings_of "$stream")
    after=$(printf '%s' "$before" |
        sed "s/\"subjects\":\[[^]]*\]/\"subjects\":[\"$subject\",\"$REGION.$subject\"],\"subject_transform\":{\"src\":\"$REGION.$subject\",\"dest\":\"$subject\"}/")
    change "$stream" "$before" "$after"
    echo "$stream: takes $subject and $REGION.$subject, both stored as $subject"
done
