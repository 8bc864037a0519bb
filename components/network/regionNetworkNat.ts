/**
 * Makes an Amazon Linux 2023 instance forward and masquerade. Kept as a per-boot script, because neither the
 * kernel setting nor the rules survive a restart.
 *
 * The image has no nft. Installing it needs more than the 512 MB of a t4g.nano, whose dnf the kernel kills (amazonlinux/amazon-linux-2023#404):
 * hence swap for as long as it takes. At a first boot another dnf may empty the cache meanwhile (aws/aws-cdk#36717): hence until it is there.
 */
export const natInstanceUserData = `#!/bin/sh
set -eu
boot=/var/lib/cloud/scripts/per-boot/nat.sh
cat > "$boot" <<'SCRIPT'
#!/bin/sh
set -eu
swap=\${SWAP_FILE:-/var/nat.swap}
install_nft() {
    dd if=/dev/zero of="$swap" bs=1M count=512
    chmod 0600 "$swap"
    mkswap "$swap"
    swapon "$swap"
    until dnf install -y nftables; do sleep "\${RETRY_SECONDS:-5}"; done
    swapoff "$swap"
    rm "$swap"
}
command -v nft > /dev/null || install_nft
sysctl -w net.ipv4.ip_forward=1
nft -f - <<'RULES'
table ip nat {}
delete table ip nat
table ip nat {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        masquerade
    }
}
RULES
SCRIPT
chmod +x "$boot"
"$boot"
`;
