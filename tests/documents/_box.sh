# A box of one's own, for the page about edge boxes: mounts and a network that nobody else sees, what is written gone with
# them, and stand-ins for what a box has and a test has not. Run by root as `unshare --mount --net --pid --fork`, with
# the folder of the page's blocks and files, the cache of packages, the checkout, and Deno. With the folder alone it
# says by its code whether this machine can be such a box.
set -eu
blocks=$1
box=$blocks/box

mount --make-rprivate /
mkdir "$box"
mount -t tmpfs tmpfs "$box"
mkdir "$box/bin" "$box/work"
for folder in etc opt usr/local var/lib; do
  mkdir -p "$box/$folder/upper" "$box/$folder/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$box/$folder/upper,workdir=$box/$folder/work" "/$folder"
done
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
ip link set lo up
command -v setpriv useradd git curl systemd-creds > "$box/found"
[ $# -gt 1 ] || exit 0
packages=$2 checkout=$3 deno=$4

cat > "$box/bin/deno" <<END
#!/bin/sh
exec '$deno' "\$@"
END
cat > "$box/bin/as-mitral" <<'END'
#!/bin/sh
exec setpriv --reuid mitral --regid mitral --clear-groups "$@"
END
cat > "$box/bin/sudo" <<'END'
#!/bin/sh
[ "$1 $2" = "-u mitral" ] && shift 2 && exec as-mitral "$@"
END
cat > "$box/bin/journalctl" <<END
#!/bin/sh
exec cat $box/journal
END
cat > "$box/bin/systemctl" <<END
#!/bin/bash
# Does with the unit what matters to the gateway: its user, folders, credentials, environment and command.
unit=/etc/systemd/system/mitral.service
setting() { sed -n "s/^\$1=//p" "\$unit"; }
case "\$*" in
  daemon-reload) ;;
  "enable --now mitral" | "start mitral")
    mkdir -p /var/lib/mitral /run/credentials/mitral.service
    chown mitral: /var/lib/mitral
    chmod "\$(setting StateDirectoryMode)" /var/lib/mitral
    from=\$(setting LoadCredential)
    install -o mitral -m 400 "\${from#*:}" "/run/credentials/mitral.service/\${from%%:*}"
    from=\$(setting LoadCredentialEncrypted)
    (umask 077 && systemd-creds decrypt --name="\${from%%:*}" "\${from#*:}" "/run/credentials/mitral.service/\${from%%:*}")
    chown mitral: "/run/credentials/mitral.service/\${from%%:*}"
    command=\$(sed -n '/^ExecStart=/,/[^\\\\]\$/p' "\$unit" | sed 's/^ExecStart=//; s/\\\\\$//' | tr -d '\n')
    cd "\$(setting WorkingDirectory)"
    umask "\$(setting UMask)"
    : > $box/journal
    env -i \$(setting Environment) CREDENTIALS_DIRECTORY=/run/credentials/mitral.service \${NPM_CONFIG_REGISTRY:+NPM_CONFIG_REGISTRY="\$NPM_CONFIG_REGISTRY"} PATH="\$PATH" NO_COLOR=1 as-mitral \$command >> $box/journal 2>&1 &
    echo \$! > $box/pid
    timeout 120 tail --pid=\$! -n +1 -f $box/journal | grep -qm1 '^ready '
    ;;
  "stop mitral")
    kill -TERM "\$(cat $box/pid)"
    timeout 60 tail --pid="\$(cat $box/pid)" -f /dev/null
    ;;
  *) echo "no such command in a test: systemctl \$*" >&2; exit 1 ;;
esac
END
chmod 755 "$box"/bin/*
export PATH="$box/bin:/usr/local/bin:$PATH" LC_ALL=C.UTF-8

# A clone, as somebody who packs a release has it; and the packages, since here is no network.
cd "$box/work"
git clone --quiet "file://$checkout" .
mkdir -p 0.1.0/cache
cp -R "$packages/npm" 0.1.0/cache/npm
follow() { echo "== $1" && . "$blocks/$1.sh"; }
follow pack
follow place
cp -R "$blocks/etc/." /etc
# The registry hands over its own public keys.
mkdir /etc/mitral/partners
registry() {
  DENO_DIR=/opt/mitral/current/cache deno run --quiet --cached-only -P /opt/mitral/current/app/mod.ts keys "$@"
}
registry master registry.key
registry init --name registry --out registry --master registry.key
cp registry/registry.partner.json /etc/mitral/partners/registry.json
cd /etc/systemd/system
follow start
cd "$box/work"
follow look
cp -R 0.1.0 0.2.0
tar --create --gzip --file mitral-0.2.0.tar.gz 0.2.0
follow upgrade
readlink /opt/mitral/current
ls /var/lib/mitral
systemctl stop mitral
