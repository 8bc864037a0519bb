# First boot of the witness: its disk, its server, its service. Takes everything by environment variable:
#   VOLUME_ID            the retained volume, as AWS names it
#   VOLUME_WAIT_SECONDS  how long the volume may take to be attached
#   SERVER_URL           the server's release archive
#   SERVER_SHA256        its checksum
#   ROOT                 folder in place of /, for tests
set -eu

ROOT=${ROOT:-}
device=$ROOT/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(printf %s "$VOLUME_ID" | tr -d -)
store=$ROOT/var/lib/nats

fail() {
    echo "witness: $*" >&2
    exit 1
}

# It is attached after the instance has started.
wait_for_volume() {
    waited=0
    until [ -e "$device" ]; do
        [ "$waited" -lt "$VOLUME_WAIT_SECONDS" ] || fail "volume $VOLUME_ID was not attached within $VOLUME_WAIT_SECONDS s"
        sleep 1
        waited=$((waited + 1))
    done
}

# Formats a volume that holds nothing at all, and no other: a voter that lost its disk does not count. A volume that
# blkid cannot tell anything about (2) counts as empty only if it begins with nothing but zeros, as AWS makes it.
prepare_volume() {
    status=0
    blkid -p "$device" >/dev/null || status=$?
    case $status in
    0) return ;;
    2) ;;
    *) fail "cannot tell what volume $VOLUME_ID holds (blkid: $status); it is left as it is" ;;
    esac
    content=$(head -c 1048576 "$device" | tr -d '\000' | wc -c)
    [ "$content" -eq 0 ] || fail "volume $VOLUME_ID holds data but no file system that is known; it is left as it is"
    mkfs.xfs -L nats-witness "$device"
}

mount_volume() {
    mkdir -p "$store"
    grep -q "^$device " "$ROOT/etc/fstab" || echo "$device $store xfs defaults,noatime,nofail,x-systemd.device-timeout=300 0 2" >>"$ROOT/etc/fstab"
    mountpoint -q "$store" || mount "$store"
}

install_server() {
    archive=$(mktemp)
    curl -fsSL --retry 10 --retry-all-errors --retry-delay 5 -o "$archive" "$SERVER_URL"
    echo "$SERVER_SHA256  $archive" | sha256sum -c - >/dev/null 2>&1 || fail "$SERVER_URL is not what was pinned: its SHA-256 is not $SERVER_SHA256"
    unpacked=$(mktemp -d)
    tar -xzf "$archive" -C "$unpacked" --strip-components=1
    mkdir -p "$ROOT/usr/local/bin"
    install -m 0755 "$unpacked/nats-server" "$ROOT/usr/local/bin/nats-server"
    rm -rf "$archive" "$unpacked"
}

start() {
    id nats >/dev/null 2>&1 || useradd --system --no-create-home --shell /sbin/nologin nats
    chown nats:nats "$store"
    systemctl daemon-reload
    systemctl enable --now nats.service nats-certificate.timer
}

wait_for_volume
prepare_volume
mount_volume
install_server
start
