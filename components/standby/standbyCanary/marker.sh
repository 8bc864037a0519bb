# Runs in the primary region every minute: publishes the time, and what runs here, into each stream. The standby reads it
# from the mirrors (check.sh).
#
# MARKER_SUBJECTS    a subject of each stream, separated by spaces

facts "$work/facts" || {
    echo "marker: cannot list what runs here" >&2
    exit 1
}
grep -q '^image ' "$work/facts" || {
    echo "marker: no image runs in $IMAGE_NAMESPACES" >&2
    exit 1
}

failed=0
for subject in $MARKER_SUBJECTS; do
    {
        echo "time $(date +%s)"
        cat "$work/facts"
    } | nats publish "$subject" --jetstream --force-stdin --no-templates >"$work/answer" 2>&1 || {
        echo "marker: $subject is not stored: $(tail -n 1 "$work/answer")" >&2
        failed=1
    }
done
[ "$failed" = 0 ] || exit 1
echo "marker: stored in $MARKER_SUBJECTS"
