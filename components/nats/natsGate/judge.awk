# Holds what NATS answers, one JSON object a line or one over several, against rules that the program writes as a table. Prints a line
# for each rule that is broken, filled in. Plain awk: whatever runs the gate has it.
#
# what=stream     a stream's settings (nats stream info --json) against $OBSTACLES (streamPromotability.ts)
# what=servers    servers (VARZ) of cluster $PRIMARY and of cluster $STANDBY, $PLANNED among them, against $LIMITS (serverLimits.ts)
# what=account    the account ($JS.API.INFO): whether there is room for $MIRRORS streams more
# what=accounts   names of the accounts that servers of cluster $PRIMARY have (ACCOUNTZ), a line each
# what=count      how many servers of the cluster `asked` answered

# The values of a JSON text by their paths: flat["data.jetstream.config.max_storage"] = 21474836480, a text with its quotes.
function flatten(text, flat,    depth, token, kind, key, path, i) {
    split("", flat)
    depth = 0
    for (;;) {
        sub(/^[ \t\r\n,:]+/, "", text)
        if (text == "") break
        if (match(text, /^"([^"\\]|\\.)*"/) || match(text, /^[-+.0-9A-Za-z]+/)) {
            token = substr(text, 1, RLENGTH)
            text = substr(text, RLENGTH + 1)
            if (kind[depth] == "{" && key[depth] == "") {
                key[depth] = substr(token, 2, length(token) - 2)
                continue
            }
            path = ""
            for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") key[i]
            flat[path] = token
        } else if (match(text, /^[{[]/)) {
            kind[++depth] = substr(text, 1, 1)
            key[depth] = kind[depth] == "{" ? "" : 0
            text = substr(text, 2)
            continue
        } else if (match(text, /^[]}]/)) {
            depth--
            text = substr(text, 2)
        } else return 0
        # A value has ended: the next one has another key.
        if (kind[depth] == "{") key[depth] = ""
        else if (kind[depth] == "[") key[depth]++
    }
    return depth == 0
}

function unquoted(value) {
    return value ~ /^"/ ? substr(value, 2, length(value) - 2) : value
}

# {name} stands for values["name"].
function filled(text, values,    out) {
    out = ""
    while (match(text, /[{][a-z_]+[}]/)) {
        out = out substr(text, 1, RSTART - 1) unquoted(values[substr(text, RSTART + 1, RLENGTH - 2)])
        text = substr(text, RSTART + RLENGTH)
    }
    return out text
}

# A number is itself, a text or true is 1, anything else 0.
function amount(value) {
    if (value ~ /^-?[0-9]/) return value + 0
    return value == "true" || (value ~ /^"/ && value != "\"\"") ? 1 : 0
}

# A line of the table: the text, then a setting and its test, again and again: "+" for a number above 0, or the values that break the rule.
function judgeStream(    count, lines, line, parts, cells, i, broken, told, settings) {
    for (i in flat) if (i ~ /^config[.][a-z_]+$/) settings[substr(i, 8)] = flat[i]
    count = split(ENVIRON["OBSTACLES"], lines, "\n")
    for (line = 1; line <= count; line++) {
        parts = split(lines[line], cells, "\t")
        broken = parts > 1
        for (i = 2; i < parts; i += 2) {
            if (cells[i + 1] == "+") broken = broken && amount(settings[cells[i]]) > 0 && settings[cells[i]] ~ /^[0-9]/
            else broken = broken && settings[cells[i]] != "" && index("|" cells[i + 1] "|", "|" settings[cells[i]] "|") > 0
        }
        if (broken && !(cells[1] in told)) print filled(cells[1], settings)
        if (broken) told[cells[1]] = 1
    }
}

# A line of the table: the text, "any" or "least", the unit of the setting, the path in VARZ, and that of what the standby has for it.
function judgeServers(    count, lines, line, cells, most, short, i, has, values) {
    count = split(ENVIRON["LIMITS"], lines, "\n")
    for (line = 1; line <= count; line++) {
        split(lines[line], cells, "\t")
        most = short = 0
        for (i = 1; i <= servers; i++)
            if (cluster[i] == ENVIRON["PRIMARY"] && (!most || facts[i, cells[4]] >= facts[most, cells[4]])) most = i
        if (!most) continue
        for (i = servers; i >= 1; i--) {
            if (cluster[i] != ENVIRON["STANDBY"]) continue
            has = facts[i, cells[5]] + 0
            if (cells[2] == "any" ? facts[most, cells[4]] > 0 && has == 0 : has < facts[most, cells[4]]) short = i
        }
        if (!short) continue
        values["server"] = name[most]
        values["found"] = sprintf("%.0f", facts[most, cells[4]])
        values["standby"] = name[short]
        values["has"] = sprintf("%.0f", facts[short, cells[5]])
        values["wanted"] = sprintf("%.0f", int((facts[most, cells[4]] + cells[3] - 1) / cells[3]))
        print filled(cells[1], values)
    }
}

function keepServer(text,    i) {
    if (!flatten(text, flat) || !("server.name" in flat)) return
    servers++
    name[servers] = unquoted(flat["server.name"])
    cluster[servers] = unquoted(flat["server.cluster"])
    for (i in flat) if (i ~ /^data[.]/) facts[servers, substr(i, 6)] = amount(flat[i])
    if (what == "accounts" && cluster[servers] == ENVIRON["PRIMARY"])
        for (i = 0; ("data.accounts." i) in flat; i++)
            if (!seen[flat["data.accounts." i]]++) print unquoted(flat["data.accounts." i])
}

# The mirrors are in the same account, and count against the same limits.
function judgeAccount(    room, used, streams, mirrors) {
    room = flat["limits.max_storage"] + 0
    used = flat["storage"] + 0
    if (room > 0 && used * 2 > room)
        printf "max_file of the account: its streams hold %.0f of %.0f bytes, and their mirrors in the standby need as much again. Raise it to %.0f or more\n", used, room, used * 2
    room = flat["limits.max_streams"] + 0
    streams = flat["streams"] + 0
    mirrors = ENVIRON["MIRRORS"] + 0
    if (room > 0 && streams + mirrors > room)
        printf "max_streams of the account: it has %.0f of %.0f, and the standby adds %.0f. Raise it to %.0f or more\n", streams, room, mirrors, streams + mirrors
}

{
    if (what == "stream" || what == "account") all = all $0 "\n"
    else keepServer($0)
}

END {
    if (what == "stream" || what == "account") {
        if (!flatten(all, flat)) {
            sub(/\n+$/, "", all)
            print "the answer cannot be read: " substr(all, 1, 200)
            exit
        }
        if (what == "stream") judgeStream()
        else judgeAccount()
    }
    if (what == "servers") {
        if (ENVIRON["PLANNED"] != "") keepServer(ENVIRON["PLANNED"])
        judgeServers()
    }
    if (what == "count") {
        for (i = 1; i <= servers; i++) if (cluster[i] == asked) found++
        print found + 0
    }
}
