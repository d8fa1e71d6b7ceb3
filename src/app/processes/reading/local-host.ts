/** Words of one machine: `host.docker.internal`, `ip6-localhost`, `localhost.localdomain`. */
const OWN_NAMES = /(^|\.)(localhost|localdomain|internal)$/;
/** Loopback, "any", of one link; and the bridge that Docker makes on every machine. */
const OWN_V4 = /^(0|127)\.|^169\.254\.|^172\.17\./;
const OWN_V6 = /^(::1?|fe[89ab][0-9a-f]:.*)$/;

/**
 * True if an address means another host on another machine. A name without a dot is known to one machine alone (its
 * containers, its `/etc/hosts`, its configuration of ssh): `provesItself` says that the host shows a key which is known,
 * so that nobody else can answer in its place.
 */
export function isLocalHost(host: string, provesItself = false): boolean {
  const bare = host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (bare.includes(':')) return OWN_V6.test(bare) || isOwnV4(v4Within(bare));
  if (/^[\d.]+$/.test(bare)) return isOwnV4(bare);
  return bare === '' || OWN_NAMES.test(bare) || (!bare.includes('.') && (!provesItself || bare.endsWith('localhost')));
}

function isOwnV4(address: string | null): boolean {
  return address !== null && OWN_V4.test(address);
}

/** The address of IPv4 in `::ffff:127.0.0.1`, also as URLs write it: `::ffff:7f00:1`. */
function v4Within(address: string): string | null {
  const rest = /^::ffff:(.+)$/.exec(address)?.[1] ?? '';
  if (rest.includes('.')) return rest;
  const [, high, low] = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(rest) ?? [];
  if (high === undefined || low === undefined) return null;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}
