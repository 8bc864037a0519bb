/**
 * Makes an Amazon Linux 2023 instance forward and masquerade. Kept as a per-boot script, because neither the
 * kernel setting nor the rules survive a restart.
 */
export const natInstanceUserData = `#!/bin/sh
set -eu
boot=/var/lib/cloud/scripts/per-boot/nat.sh
cat > "$boot" <<'SCRIPT'
#!/bin/sh
set -eu
command -v nft > /dev/null || dnf install -y nftables
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
