/**
 * The part of the node's script that takes access and gives it back. `xpert-node access VERB PLACE INTERFACE IDENTITY …`:
 * - `look`: prints the allowed-ips of every peer of the interface.
 * - `set` with words in threes: `off KEY IPS` empties the allowed-ips of a peer that has exactly IPS; `on KEY IPS` gives
 *   IPS to a peer that has none. Anything else is left as it is, and told: `absent`, `changed`, `taken` (another peer has
 *   one of these addresses by now: WireGuard would take it away from that one).
 * - IDENTITY is the interface's public key: another interface of the same name is not touched.
 * `wg set` adds a peer that is not there; it is looked at just before, in the same run.
 */
export const ACCESS_SCRIPT = String.raw`
# The part of "access" that runs in the place itself: on the node or in a container.
access_place() {
cat <<'PLACE'
set -f
access() {
verb=$1 interface=$2 identity=$3
shift 3
limit=
timeout 5 true 2>/dev/null && limit='timeout 5'
finish() { printf '@end\t%s\t%s\n' "$1" "$(printf %s "$2" | tr '\t\r\n' '   ' | cut -c 1-200)"; exit 0; }
wg= said=
for tool in awg wg; do
  command -v $tool >/dev/null 2>&1 || continue
  if found=$($limit $tool show "$interface" public-key 2>&1); then
    [ "$found" = "$identity" ] && wg=$tool && break
    said='it has another key now'
  else
    said="$said $found"
  fi
done
[ -n "$wg" ] || finish gone "$interface: $said"
table=$($limit $wg show "$interface" allowed-ips 2>&1) || finish failed "$table"

if [ "$verb" = look ]; then
  printf '%s\n' "$table" | awk -F'\t' 'length($1) == 44 { gsub(/ /, ",", $2); print "@peer\t" $1 "\t" $2 }'
  finish done ''
fi

# Of each order what to do about it, by how the peers are right now.
orders() {
  printf '%s\n' "$table" | awk -F'\t' -v orders="$*" '
    function sorted(list,   n, i, j, t, a, s) {
      n = split(list, a, ",")
      for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
      for (i = 1; i <= n; i++) s = s "," a[i]
      return s
    }
    length($1) == 44 {
      ips = $2; if (ips == "(none)") ips = ""; gsub(/ /, ",", ips)
      has[$1] = ips; known[$1] = 1
      n = split(ips, a, ","); for (i = 1; i <= n; i++) owner[a[i]] = $1
    }
    END {
      n = split(orders, word, " ")
      for (i = 1; i + 2 <= n; i += 3) {
        act = word[i]; key = word[i + 1]; ips = word[i + 2]; verdict = "go"
        if (!(key in known)) verdict = "absent"
        else if (act == "off" && sorted(has[key]) != sorted(ips)) verdict = "changed"
        else if (act == "on" && has[key] != "") verdict = "changed"
        else if (act == "on") {
          m = split(ips, a, ",")
          for (j = 1; j <= m; j++) if ((a[j] in owner) && owner[a[j]] != key) verdict = "taken"
          if (verdict == "go") for (j = 1; j <= m; j++) owner[a[j]] = key
        }
        print verdict, act, key, ips
      }
    }'
}
orders "$@" | while read -r verdict act key ips; do
  [ "$act" = off ] && ips=
  if [ "$verdict" = go ]; then
    error=$($limit $wg set "$interface" peer "$key" allowed-ips "$ips" 2>&1) || { printf '@result\t%s\tfailed\t%s\n' "$key" "$(printf %s "$error" | tr '\t\r\n' '   ' | cut -c 1-200)"; continue; }
  fi
  printf '@result\t%s\t%s\n' "$key" "$verdict"
done
finish done ''
}
access "$@" </dev/null
PLACE
}

refuse() {
  echo "xpert-node: $1" >&2
  exit 64
}

# Nothing that was not checked here reaches a command.
check_access() {
  case $1 in look | set) ;; *) refuse 'look or set' ;; esac
  case $2 in . | [A-Za-z0-9]*) ;; *) refuse 'not a place' ;; esac
  case $2 in *[!A-Za-z0-9_.-]*) refuse 'not a place' ;; esac
  case $3 in '' | -* | *[!A-Za-z0-9_=+.@-]*) refuse 'not an interface' ;; esac
  check_key "$4"
  [ "$1" = look ] && [ $# = 4 ] && return
  [ "$1" = set ] && [ $# -gt 4 ] && [ $((($# - 4) % 3)) = 0 ] || refuse 'words in threes'
  shift 4
  while [ $# -gt 0 ]; do
    case $1 in on | off) ;; *) refuse 'on or off' ;; esac
    check_key "$2"
    case $3 in '' | *[!0-9a-fA-F.:/,]*) refuse 'not addresses' ;; esac
    shift 3
  done
}

check_key() {
  case $1 in *[!A-Za-z0-9+/=]*) refuse 'not a key' ;; esac
  [ "$(printf %s "$1" | wc -c)" -eq 44 ] || refuse 'not a key'
}

change_access() {
  check_access "$@"
  verb=$1 place=$2
  shift 2
  printf '@xpert-access\t1\n'
  if [ "$place" = . ]; then access_place | sh -s "$verb" "$@"; return; fi
  engine=docker
  command -v docker >/dev/null 2>&1 || engine=podman
  access_place | $engine exec -i "$place" sh -s "$verb" "$@"
}
`;
