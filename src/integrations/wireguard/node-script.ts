import { ACCESS_SCRIPT } from './access-script.ts';

/**
 * Version of the text that the script prints. 2 adds the interfaces' own counters, the network card's, and interfaces
 * that no tool here can read. Scripts of the oldest version still count; newer ones than this are refused by name.
 */
export const FORMAT_VERSION = 2;
export const OLDEST_VERSION = 1;

/** Where setup puts the script on a node. */
export const SCRIPT_PATH = '/usr/local/bin/xpert-node';

/**
 * What the collector asks for over ssh. Without an installed script `sh` takes the script from standard input; with a
 * forced command the node runs its own script, which accepts exactly this request and ignores the input.
 */
export const REMOTE_COMMAND = 'sh -s xpert-node read';

/**
 * What the enforcer asks for. A forced command allows it only in the mode `read+access`; there every word is checked by
 * the script itself, and a place must be one that the forced command names.
 */
export const ACCESS_COMMAND = 'sh -s xpert-node access';

/**
 * The reader that runs on the node: POSIX sh, for dash, busybox and bash. Sent over standard input, or installed.
 * - The last line starts it, in braces: a script that was cut on its way, even in that line, does nothing.
 * - Every interface is read by its own command: `wg show all` exits 0 although one of several interfaces failed, and
 *   that one's peers would look removed (show.c show_main(), wireguard-tools 1.0).
 * - The interface index stands before and after the counters: they belong together only if it is the same.
 * - Time since boot is the start time of a fresh process: in containers /proc/uptime is made up by lxcfs.
 * - Private and preshared keys are never asked for; of the configuration only names in comments are printed.
 * - `access` changes allowed-ips of peers that are there, and nothing else: see access-script.ts.
 */
export const NODE_SCRIPT = String.raw`#!/bin/sh
# xpert-node: prints the traffic counters of the WireGuard and AmneziaWG interfaces of this node, for Xpert.
# "read" and "write" only read. Private and preshared keys are neither asked for nor printed.
#
#   xpert-node read [CONTAINER...]         to standard output; CONTAINER: Docker or Podman containers to read as well
#   xpert-node write FILE [CONTAINER...]   into FILE, replaced in one step (for cron or a timer)
#   xpert-node read+access [CONTAINER...]  only as the forced command of an ssh key: what it asks for of the above "read"
#                                          and of "access", which takes the allowed-ips of peers away and gives them back
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
set -f

# The part that runs in each place: on the node itself and in each container.
place_script() {
cat <<'PLACE'
set -f
parts=0
exec 3>&1

# One daemon that hangs must not cost the other interfaces; a place without "timeout" does without.
limit=
timeout 5 true 2>/dev/null && limit='timeout 5'

# Reads one thing; its lines stand between @run and @exit.
run() {
  printf '@run\t%s\t%s\t%s\n' "$1" "$2" "$3"
  error=$($limit "$1" show "$2" "$3" 2>&1 >&3 3>&-)
  status=$?
  [ $status = 124 ] && error='no answer within 5 s'
  finish $status "$error"
  return $status
}

finish() {
  parts=$((parts + 1))
  printf '\n@exit\t%s\t%s\n' "$1" "$(printf %s "$2" | tr '\t\r\n' '   ' | cut -c 1-200)"
}

# Index and flags of an interface: a new index means that the interface was made anew.
link() {
  index=- flags=-
  { read -r index </sys/class/net/$2/ifindex && read -r flags </sys/class/net/$2/flags; } 2>/dev/null
  printf '@link\t%s\t%s\t%s\t%s\n' "$1" "$2" "$index" "$flags"
}

# Counters of a network interface as the kernel keeps them: bytes and packets received, bytes and packets sent.
device_counters() {
  while read -r name rx rx_packets _ _ _ _ _ _ tx tx_packets _; do
    if [ "$name" = "$1:" ]; then printf '%s\t%s\t%s\t%s' "$rx" "$rx_packets" "$tx" "$tx_packets"; fi
  done </proc/net/dev
}

# The interface's own counters. A daemon's interface is a tun: it counts the packets without WireGuard's headers.
own() {
  made=kernel
  [ -e /sys/class/net/$2/tun_flags ] && made=tun
  printf '@own\t%s\t%s\t%s\t%s\n' "$1" "$2" "$made" "$(device_counters "$2" 2>/dev/null)"
}

# Interfaces that are there, whether or not a tool that can read them is: the kernel's, and those of daemons.
devices() {
  (cd /sys/class/net && set +f && for name in *; do
    [ -r "$name/uevent" ] && while read -r line; do
      case $line in
        DEVTYPE=wireguard) printf '@device\t%s\twireguard\n' "$name" ;;
        DEVTYPE=amneziawg) printf '@device\t%s\tamneziawg\n' "$name" ;;
      esac
    done <"$name/uevent"
  done) 2>/dev/null
  for kind in wireguard amneziawg; do
    (cd /var/run/$kind && set +f && for socket in *.sock; do
      name=$(printf %s "$socket" | sed 's/[.]sock$//')
      [ -S "$socket" ] && [ -d "/sys/class/net/$name" ] && printf '@device\t%s\t%s\n' "$name" $kind
    done) 2>/dev/null
  done
}

tool() {
  command -v "$1" >/dev/null 2>&1 || return 0
  printf '@tool\t%s\t%s\n' "$1" "$("$1" --version 2>/dev/null | head -n 1)"
  printf '@run\t%s\t-\tinterfaces\n' "$1"
  if list=$($limit "$1" show interfaces 2>&1); then
    printf '%s' "$list"
    finish 0 ''
  else
    finish $? "$list"
    list=
  fi
  for interface in $list; do
    case " $seen " in *" $interface "*) continue ;; esac
    seen="$seen $interface"
    run "$1" "$interface" public-key || continue
    run "$1" "$interface" listen-port
    link "$1" "$interface"
    own "$1" "$interface"
    run "$1" "$interface" transfer
    link "$1" "$interface"
    run "$1" "$interface" latest-handshakes
    run "$1" "$interface" endpoints
    run "$1" "$interface" allowed-ips
  done
  for folder in /var/run/wireguard /var/run/amneziawg; do
    if [ -d $folder ] && [ ! -x $folder ]; then printf '@denied\t%s\n' $folder; fi
  done
}

# Names of peers: comments of wg-quick files (plain, PiVPN, wg-easy, wireguard-install), Amnezia's table of clients.
names() {
  for folder in /etc/wireguard /etc/amnezia/amneziawg /opt/amnezia/awg /opt/amnezia/wireguard /config /config/wg_confs; do
    [ -d $folder ] || continue
    if [ ! -r $folder ] || [ ! -x $folder ]; then printf '@unreadable\t%s\n' $folder; continue; fi
    set +f
    for file in $folder/*.conf $folder/clientsTable; do
      [ -f "$file" ] || continue
      if [ ! -r "$file" ]; then printf '@unreadable\t%s\n' "$file"; continue; fi
      printf '@run\tnames\t-\t%s\n' "$file"
      error=$(awk "$names_program" "$file" 2>&1 >&3 3>&-)
      finish $? "$error"
    done
    set -f
  done
}

names_program='
function trim(s) { sub(/^[ \t#]+/, "", s); sub(/[ \t#\r]+$/, "", s); return s }
# A comment that may be a key or a password is no name.
function is_safe(s,   rest) {
  if (tolower(s) ~ /private|secret|password|passwd|preshared|psk|token/) return 0
  for (rest = s; match(rest, /[A-Za-z0-9+\/=_]+/); rest = substr(rest, RSTART + RLENGTH)) if (RLENGTH >= 40) return 0
  return 1
}
function name_of(comment,   s, lower) {
  s = trim(comment); lower = tolower(s); marked = 1
  if (lower ~ /^end[_ ]peer|^end /) { ended = 1; return "" }
  if (lower ~ /^(client|begin_peer|begin|friendly_name|name|peer)[ \t]*[:=]/) sub(/^[^:=]*[:=]/, "", s)
  else if (lower ~ /^(client|begin_peer|begin)[ \t]/) sub(/^[^ \t]+[ \t]/, "", s)
  else if (s ~ /^[A-Za-z0-9_]+[ \t]*=/) return ""
  else marked = 0
  s = trim(s)
  if (match(s, / \([0-9a-fA-F-]+\)$/) && RLENGTH == 39) s = substr(s, 1, RSTART - 1)
  if (!is_safe(s)) return ""
  gsub(/[\001-\037\177]/, " ", s)
  return substr(s, 1, 120)
}
function flush() { if (key != "" && name != "") print key "\t" name; key = ""; name = "" }
/"clientId"/ { split($0, q, "\""); client = q[4] }
/"clientName"/ {
  at = index($0, ":"); s = substr($0, at + 1); sub(/^[ \t]*"/, "", s); sub(/",?[ \t\r]*$/, "", s)
  if (length(client) == 44 && is_safe(s)) print client "\t" substr(s, 1, 120)
}
/^[ \t]*$/ { if (!pending_marked) pending = ""; next }
/^[ \t]*\[/ {
  flush(); inside = tolower($0) ~ /\[peer\]/
  if (inside) { name = pending; at = index($0, "#"); if (at) { s = name_of(substr($0, at)); if (s != "") name = s } }
  pending = ""; pending_marked = 0; next
}
/^[ \t]*[#;]/ {
  sub(/^[ \t]*;/, "#"); ended = 0; s = name_of($0)
  if (ended) { pending = ""; pending_marked = 0 }
  else if (s == "") next
  else if (inside && (key == "" || (marked && $0 ~ /=/))) name = s
  else { pending = s; pending_marked = marked }
  next
}
inside && tolower($0) ~ /^[ \t]*publickey[ \t]*=/ {
  s = $0; sub(/^[^=]*=[ \t]*/, "", s); at = index(s, "#")
  if (at) { if (name == "") name = name_of(substr(s, at)); s = substr(s, 1, at - 1) }
  sub(/[ \t\r]+$/, "", s); if (length(s) == 44) key = s; next
}
inside { if (pending != "" && name == "") name = pending; pending = ""; pending_marked = 0 }
END { flush() }
'

# A container that was started again has another process 1; its interface indexes may be the same as before.
place() {
  start=-
  if [ "$1" != . ] && [ -r /proc/1/stat ]; then
    start=$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
  fi
  printf '@place\t%s\t%s\n' "$1" "$start"
  seen=
  tool awg
  tool wg
  devices
  names
  printf '@parts\t%s\n' "$parts"
}
place "$1" </dev/null
PLACE
}

ticks() {
  if [ -r /proc/self/stat ]; then sed 's/.*) //' /proc/self/stat | cut -d ' ' -f 20; else echo -; fi
}

# The network card towards the internet: the interface of the default route (of the best metric), its index and counters.
card() {
  card= best=
  while read -r name destination _ _ _ _ metric mask _; do
    [ "$destination$mask" = 0000000000000000 ] || continue
    if [ -z "$best" ] || [ "$metric" -lt "$best" ]; then card=$name best=$metric; fi
  done </proc/net/route
  if [ -z "$card" ] && [ -r /proc/net/ipv6_route ]; then
    while read -r destination length _ _ _ _ _ _ _ name; do
      [ "$destination$length" = 0000000000000000000000000000000000 ] && [ "$name" != lo ] && card=$name
    done </proc/net/ipv6_route
  fi
  [ -n "$card" ] || return 0
  index=-
  read -r index </sys/class/net/$card/ifindex
  while read -r name rx _ _ _ _ _ _ _ tx _; do
    if [ "$name" = "$card:" ]; then printf '@card\t%s\t%s\t%s\t%s\n' "$card" "$index" "$rx" "$tx"; fi
  done </proc/net/dev
}

read_node() {
  boot=-
  [ -r /proc/sys/kernel/random/boot_id ] && read -r boot </proc/sys/kernel/random/boot_id
  printf '@xpert-node\t2\tread\n@boot\t%s\t%s\t%s\t%s\n' "$boot" "$(ticks)" "$(date +%s)" "$(id -un)"
  card 2>/dev/null
  place_script | sh -s .
  for container; do
    printf '@container\t%s\n' "$container"
    engine=docker
    command -v docker >/dev/null 2>&1 || engine=podman
    case $container in
      [!A-Za-z0-9]* | *[!A-Za-z0-9_.-]*) error='not the name of a container'; status=64 ;;
      *) exec 4>&1; error=$(place_script | $engine exec -i "$container" sh -s "$container" 2>&1 >&4 4>&-); status=$? ;;
    esac
    printf '\n@container-exit\t%s\t%s\t%s\n' "$container" "$status" "$(printf %s "$error" | tr '\t\r\n' '   ' | cut -c 1-200)"
  done
  printf '@done\n'
}

${ACCESS_SCRIPT}
# Who may not read alone goes through sudo, where the owner allowed exactly that.
needs_sudo() {
  [ "$(id -u)" != 0 ] && [ -x /usr/local/bin/xpert-node ] && command -v sudo >/dev/null 2>&1 || return 1
  if [ -d /var/run/wireguard ] && [ ! -x /var/run/wireguard ]; then return 0; fi
  for tool in wg awg; do
    for interface in $($tool show interfaces 2>/dev/null); do
      $tool show "$interface" listen-port >/dev/null 2>&1 || return 0
    done
  done
  return 1
}

main() {
  [ "$1" = xpert-node ] && shift
  case $SSH_ORIGINAL_COMMAND in
    '' | 'sh -s xpert-node read' | 'sh -s xpert-node read '*) ;;
    'sh -s xpert-node access '*)
      [ "$1" = read+access ] || { echo 'xpert-node: this key may only read the traffic counters' >&2; exit 126; }
      shift
      places=". $*"
      set -- access ${'$'}{SSH_ORIGINAL_COMMAND#sh -s xpert-node access }
      case " $places " in *" $3 "*) ;; *) echo 'xpert-node: this key may not change that place' >&2; exit 126 ;; esac ;;
    *) echo 'xpert-node: this key may only read the traffic counters' >&2; exit 126 ;;
  esac
  mode=$1
  [ "$mode" = read+access ] && mode=read
  [ $# -gt 0 ] && shift
  case $mode in
    read)
      if needs_sudo && sudo -n -l /usr/local/bin/xpert-node read "$@" >/dev/null 2>&1; then exec sudo -n /usr/local/bin/xpert-node read "$@"; fi
      read_node "$@" ;;
    write)
      file=$1
      shift
      trap 'rm -f "$file.$$"' EXIT
      read_node "$@" >"$file.$$" && chmod 644 "$file.$$" && mv -f "$file.$$" "$file" ;;
    access)
      if [ "$(id -u)" != 0 ] && sudo -n -l /usr/local/bin/xpert-node access "$@" >/dev/null 2>&1; then exec sudo -n /usr/local/bin/xpert-node access "$@"; fi
      change_access "$@" ;;
    *) echo 'usage: xpert-node read [CONTAINER...] | xpert-node write FILE [CONTAINER...]' >&2; exit 64 ;;
  esac
}
{ main "$@" </dev/null; }
`;
