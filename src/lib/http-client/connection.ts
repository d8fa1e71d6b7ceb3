import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type AddressPolicy, isAllowedAddress, kindOfAddress } from './addresses.ts';
import { HttpFailure } from './http-failure.ts';

/** Where to connect and what to insist on. */
export interface ConnectionRules {
  readonly policy: AddressPolicy;
  /** Resolving, connecting and TLS together. */
  readonly connectTimeoutMs: number;
  /** SHA-256 of the one certificate to accept, upper-case hex without colons; null: authorities and name decide. */
  readonly certificateSha256: string | null;
  /** All addresses of a name; the system's resolver but for tests. */
  readonly resolve: (hostname: string) => Promise<readonly string[]>;
}

export interface Place {
  /** As `URL.hostname`, IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** For messages: `https://host:port`. */
  readonly origin: string;
}

export interface Destination extends Place {
  readonly isTls: boolean;
}

export async function resolveBySystem(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);
}

/**
 * Resolves once, checks every address, and connects to one of exactly these: what the name answers a moment later does not
 * matter. With TLS the certificate is checked before anything is sent.
 */
export async function openConnection(to: Destination, rules: ConnectionRules): Promise<Socket> {
  const held: { socket?: Socket; isLate: boolean } = { isLate: false };
  const opening = open(to, rules, held);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late(to)), rules.connectTimeoutMs);
  });
  try {
    return await Promise.race([opening, timeout]);
  } catch (error) {
    held.isLate = true;
    held.socket?.destroy();
    opening.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function open(
  to: Destination,
  rules: ConnectionRules,
  held: { socket?: Socket; readonly isLate: boolean },
): Promise<Socket> {
  const addresses = await resolveAllowed(to, rules.policy, rules.resolve);
  if (held.isLate) throw late(to);
  const socket = connectTo(to, addresses);
  held.socket = socket;
  await whenReady(socket, 'connect');
  if (!to.isTls) return socket;
  const secured = secure(socket, to, rules);
  held.socket = secured;
  await whenReady(secured, 'secureConnect');
  refuseOtherCertificate(secured, to, rules);
  return secured;
}

/** Begins a connection to one of these addresses of the place, and to nothing else. */
export function connectTo({ hostname, port }: Place, addresses: readonly string[]): Socket {
  return connectTcp({ host: hostname, port, lookup: answering(addresses), autoSelectFamily: true });
}

/** All addresses of the place, each of them allowed. @throws HttpFailure `http-address-not-allowed`; what `resolve` throws */
export async function resolveAllowed(
  to: Place,
  policy: AddressPolicy,
  resolve: ConnectionRules['resolve'],
): Promise<readonly string[]> {
  const addresses = isIP(to.hostname) === 0 ? await resolve(to.hostname) : [to.hostname];
  const refused = addresses.find((address) => !isAllowedAddress(address, policy));
  if (refused === undefined && addresses.length > 0) return addresses;
  const kind = refused === undefined ? 'unknown' : (kindOfAddress(refused) ?? 'unknown');
  throw new HttpFailure(
    'http-address-not-allowed',
    `${to.origin} leads to an address that is not of the internet (${kind}).`,
    policy.kind === 'foreign'
      ? 'Addresses that others name may lead to public hosts only.'
      : 'If it is meant so, allow private addresses for it. Link-local addresses are never used.',
  );
}

/** Stands in for the resolver: answers with what was checked. */
function answering(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = all;
    if (options.all) callback(null, all);
    else callback(null, first?.address ?? '', first?.family);
  };
}

function secure(socket: Socket, to: Destination, { certificateSha256 }: ConnectionRules): TLSSocket {
  return connectTls({
    socket,
    host: to.hostname,
    ...(isIP(to.hostname) === 0 ? { servername: to.hostname } : {}),
    ALPNProtocols: ['http/1.1'],
    // A pinned certificate is compared itself, whoever signed it.
    rejectUnauthorized: certificateSha256 === null,
  });
}

function refuseOtherCertificate(socket: TLSSocket, to: Destination, { certificateSha256 }: ConnectionRules): void {
  if (certificateSha256 === null) return;
  const shown = socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toUpperCase() ?? '';
  if (shown === certificateSha256) return;
  throw new HttpFailure(
    'http-certificate-changed',
    `${to.origin} shows another certificate than the pinned one; nothing was sent.`,
    `If it was renewed, pin the new one: SHA-256 ${shown}. If not, somebody may be in between.`,
  );
}

function late({ origin }: Destination): HttpFailure {
  return new HttpFailure(
    'http-connect-timeout',
    `${origin} does not answer.`,
    'It is down, or a firewall drops packets.',
  );
}

function whenReady(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    socket.once(event, () => {
      socket.off('error', reject).off('close', onClose);
      resolve();
    });
    socket.once('error', reject).once('close', onClose);
  });
}
