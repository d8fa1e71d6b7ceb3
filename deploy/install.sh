#!/bin/sh
# Installs or updates Xpert on a host with systemd, from a checkout or an unpacked release. Safe to run again.
#   /opt/xpert            the program (the one before: /opt/xpert.previous)
#   /var/lib/xpert        the data, of user `xpert`
#   /etc/xpert/xpert.env  the configuration, never overwritten
#   /usr/local/bin/xpert  the command
set -eu

usage() {
  cat <<'TEXT'
Usage: install.sh [--local-wireguard] [--no-start]
       install.sh --uninstall

  --local-wireguard  let the service read WireGuard and AmneziaWG on this host (CAP_NET_ADMIN)
  --no-start         install only; start it later with: systemctl enable --now xpert
  --uninstall        remove the program, the unit and the command; data and configuration stay
TEXT
}

say() { printf '%s\n' "$*"; }
# What is wrong, then what to do.
fail() {
  printf 'install.sh: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '%s\n' "$2" >&2
  exit 1
}

app=/opt/xpert
data=/var/lib/xpert
unit=/etc/systemd/system/xpert.service
dropin=/etc/systemd/system/xpert.service.d/local-wireguard.conf
command=/usr/local/bin/xpert
source=$(cd "$(dirname "$0")/.." && pwd)

systemd_runs() { [ -d /run/systemd/system ]; }

find_node() {
  node=$(command -v node) || fail 'There is no node on this host.' \
    'Install Node.js 20.19 or newer; docs/operate/install.md says how for Debian and Ubuntu.'
  node=$(readlink -f "$node")
  "$node" -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1);
  ' || fail "$node is $("$node" --version); Xpert needs 20.19 or newer of 20, or 22.12 or newer." \
    'docs/operate/install.md says how to get it on Debian and Ubuntu.'
  case $node in
    /root/* | /home/*) fail "$node stands in a home folder, which the service cannot read." \
      'Install Node.js for all users, for example with apt.' ;;
  esac
  command -v npm >/dev/null || fail 'There is no npm on this host.' 'It comes with Node.js, or as the package npm.'
}

# A checkout is built by its owner, so that no file of root is left in it.
build() {
  [ -d "$source/src" ] || return 0
  say "Building in $source ..."
  owner=$(stat -c %U "$source")
  if [ "$owner" = root ] || [ "$owner" = UNKNOWN ]; then
    (cd "$source" && "$node" scripts/build.mjs --stale)
  else
    (cd "$source" && runuser -u "$owner" -- "$node" scripts/build.mjs --stale)
  fi
}

# A built checkout holds all of them: only those for development are left out. Needs no network and compiles nothing.
copy_libraries() {
  "$node" -e '
    const { packages } = require(process.argv[1]);
    for (const [path, entry] of Object.entries(packages)) if (path && !entry.dev && !entry.devOptional) console.log(path);
  ' "$source/package-lock.json" | while read -r path; do
    # Libraries for other systems are in the list and not on the disk. Nested ones come with their parent.
    if [ -d "$source/$path" ] && [ ! -e "$new/$path" ]; then
      mkdir -p "$new/$(dirname "$path")"
      cp -R "$source/$path" "$new/$path"
    fi
  done
}

# Everything is made ready beside the running version, which is replaced in one step at the end.
stage() {
  new=$app.new
  rm -rf "$new"
  mkdir -p "$new/bin"
  for name in package.json package-lock.json .npmrc dist deploy docs openapi.json \
    README.md README.ru.md CHANGELOG.md SECURITY.md LICENSE; do
    [ ! -e "$source/$name" ] || cp -R "$source/$name" "$new/"
  done
  [ -f "$new/dist/xpert.mjs" ] || fail "There is no dist/xpert.mjs in $source." \
    'Run this from a checkout or from an unpacked release.'
  ln -s "$node" "$new/bin/node"
  say 'Installing the libraries that run it ...'
  # From Node.js 22 on, every library comes ready-made (ADR 18).
  scripts=
  [ "$("$node" -p 'parseInt(process.versions.node)')" -lt 22 ] || scripts=--ignore-scripts
  if [ -d "$source/node_modules" ]; then
    copy_libraries
  elif [ -f "$new/package-lock.json" ]; then
    (cd "$new" && npm ci --omit=dev $scripts --no-audit --no-fund --loglevel=error)
  else
    (cd "$new" && npm install --omit=dev $scripts --no-audit --no-fund --loglevel=error)
  fi
  chown -R root:root "$new"
  chmod -R u=rwX,go=rX "$new"
  version=$("$new/bin/node" -p "require('$new/package.json').version")
}

make_user() {
  getent passwd xpert >/dev/null ||
    useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin xpert
  install -d -o xpert -g xpert -m 0700 "$data"
  install -d -o root -g xpert -m 0750 /etc/xpert
  [ -e /etc/xpert/xpert.env ] ||
    install -o root -g xpert -m 0640 "$source/deploy/systemd/xpert.env" /etc/xpert/xpert.env
  # Xpert reads .env of its working directory: one file for the service and the command.
  [ -e "$data/.env" ] || ln -s /etc/xpert/xpert.env "$data/.env"
}

switch() {
  rm -rf "$app.previous"
  [ ! -e "$app" ] || mv "$app" "$app.previous"
  mv "$app.new" "$app"
  install -D -m 0755 "$source/deploy/xpert" "$command"
}

install_unit() {
  install -D -m 0644 "$source/deploy/systemd/xpert.service" "$unit"
  alias=/etc/systemd/system/vpn-web.service
  if [ -e "$alias" ] && [ "$(readlink -f "$alias")" != "$unit" ]; then
    sed -i '/^Alias=/d' "$unit"
    say "$alias belongs to another program, so this service is called xpert only."
  fi
  [ "$local_wireguard" = no ] || install -D -m 0644 "$source/deploy/systemd/local-wireguard.conf" "$dropin"
}

start() {
  if ! systemd_runs; then
    say 'systemd does not run here; start it by hand:'
    say "  cd $data && XPERT_DATA_DIR=$data runuser -u xpert -- $app/bin/node $app/dist/xpert.mjs start"
    return 0
  fi
  systemctl daemon-reload
  [ "$start" = yes ] || return 0
  systemctl enable --quiet xpert
  systemctl restart xpert
  tries=0
  until [ -S "$data/xpert.sock" ] || [ $tries -ge 30 ]; do
    if ! systemctl is-active --quiet xpert; then
      journalctl -u xpert -n 20 -o cat --no-pager >&2
      fail 'The service does not stay up; the end of its log stands above.'
    fi
    tries=$((tries + 1))
    sleep 1
  done
}

next_steps() {
  say ''
  say "Xpert $version is installed."
  [ "$start" = yes ] || say '  start             systemctl enable --now xpert'
  say '  address, health   xpert doctor'
  say '  first login       the one-time link in: journalctl -u xpert -g setup'
  say '  first node        xpert node add local --kind wireguard'
  say '  state, log        systemctl status xpert; journalctl -u xpert'
  say '  HTTPS             /opt/xpert/docs/operate/install.md'
}

uninstall() {
  if systemd_runs; then systemctl disable --now --quiet xpert || true; fi
  rm -rf "$app" "$app.new" "$app.previous" "$unit" "$dropin" "$command"
  rmdir /etc/systemd/system/xpert.service.d 2>/dev/null || true
  if systemd_runs; then systemctl daemon-reload; fi
  say "Xpert is removed. Its data stays in $data and its configuration in /etc/xpert. To remove these too:"
  say "  rm -rf $data /etc/xpert && userdel xpert"
}

local_wireguard=no
start=yes
action=install
for argument in "$@"; do
  case $argument in
    --local-wireguard) local_wireguard=yes ;;
    --no-start) start=no ;;
    --uninstall) action=uninstall ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || fail 'This needs root.' "Run it as: sudo $0 $*"
if [ "$action" = uninstall ]; then
  uninstall
  exit 0
fi
find_node
build
stage
make_user
switch
install_unit
start
next_steps
