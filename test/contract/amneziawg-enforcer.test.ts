import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import type { Enforcer } from '../../src/core/access/enforcer.ts';
import { wireguard } from '../../src/integrations/wireguard/integration.ts';

const keyOf = (letter: string) => `${letter.repeat(43)}=`;
const IDENTITY = keyOf('I');
const [ALICE, BOB] = [keyOf('a'), keyOf('b')];
const signal = () => AbortSignal.timeout(20_000);

/** Neither AmneziaWG nor Docker is here: `awg` keeps its peers in files, `docker` runs what it is told beside us. */
const AWG = `#!/bin/sh
table="$FAKE_FOLDER/\${FAKE_CONTAINER:-host}-$2"
[ -f "$table" ] || { echo "Unable to access interface: No such device" >&2; exit 1; }
case "$1 $3" in
  'show public-key') echo '${IDENTITY}' ;;
  'show allowed-ips') cat "$table" ;;
  'set peer')
    ips=$(printf %s "$6" | tr , ' ')
    awk -F'\\t' -v key="$4" -v ips="\${ips:-(none)}" '{ if ($1 == key) $2 = ips; print $1 "\\t" $2 }' "$table" >"$table.new" && mv "$table.new" "$table" ;;
  *) echo "awg: $*" >&2; exit 64 ;;
esac
`;
const DOCKER = `#!/bin/sh
[ "$1 $2" = 'exec -i' ] || exit 64
FAKE_CONTAINER=$3 export FAKE_CONTAINER
shift 3
exec "$@"
`;

let folder: string;
let enforcer: Enforcer;
const path = process.env.PATH;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xpert-awg-'));
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of [
    ['awg', AWG],
    ['docker', DOCKER],
  ] as const) {
    writeFileSync(join(folder, 'bin', name), text);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  process.env.PATH = `${join(folder, 'bin')}${delimiter}${path}`;
  process.env.FAKE_FOLDER = folder;
  if (wireguard.access === undefined) throw new Error('nobody can be cut');
  const options = wireguard.parseOptions({ transport: 'local', containers: ['amnezia-awg2'] });
  enforcer = wireguard.access.createEnforcer(options, { clock: systemClock, runDirectory: folder });
});
afterEach(async () => {
  await enforcer.close();
  process.env.PATH = path;
  delete process.env.FAKE_FOLDER;
  rmSync(folder, { recursive: true });
});

const table = (place: string) => join(folder, `${place}-awg0`);
const show = (place: string) => writeFileSync(table(place), `${ALICE}\t10.8.1.2/32 fd00::2/128\n${BOB}\t10.8.1.3/32\n`);

test.each([
  ['on this host', 'awg0', 'host'],
  ['in a container', 'amnezia-awg2:awg0', 'amnezia-awg2'],
])('AmneziaWG %s: a peer is cut, and gets back exactly what it had', async (_, service, place) => {
  show(place);
  const before = readFileSync(table(place), 'utf8');
  const target = { identity: IDENTITY, service, kind: 'amneziawg', key: ALICE };
  const [seen] = await enforcer.look([target], signal());
  expect(seen).toEqual({ state: 'active', kept: '10.8.1.2/32,fd00::2/128' });
  const change = { target, kept: (seen as { kept: string }).kept };
  expect(await enforcer.suspend([change], signal())).toEqual(['done']);
  expect(readFileSync(table(place), 'utf8')).toBe(`${ALICE}\t(none)\n${BOB}\t10.8.1.3/32\n`);
  expect(await enforcer.look([target], signal())).toEqual([{ state: 'suspended' }]);
  expect(await enforcer.suspend([change], signal())).toEqual(['changed']);
  expect(await enforcer.restore([change], signal())).toEqual(['done']);
  expect(readFileSync(table(place), 'utf8')).toBe(before);
  expect(existsSync(table(place === 'host' ? 'amnezia-awg2' : 'host'))).toBe(false);
});

test('an interface of that name in another place is another', async () => {
  show('host');
  const target = { identity: IDENTITY, service: 'amnezia-awg2:awg0', kind: 'amneziawg', key: ALICE };
  expect(await enforcer.look([target], signal())).toEqual([{ state: 'absent' }]);
});
