import { isIP, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ProbeResult, Prober, ProbeTarget } from '../../core/health/prober.ts';
import { CommandNotStarted, runCommand } from '../../lib/exec.ts';
import { connectTo, type Place, resolveAllowed, resolveBySystem } from '../../lib/http-client/connection.ts';
import { codeOf, toHttpFailure } from '../../lib/http-client/http-failure.ts';

/** A connection that takes longer is none. */
const ANSWER_WITHIN_MS = 5_000;

/** Asks over the network of this machine. Addresses are checked as those of any collector, and nothing is sent but a handshake. */
export class NetworkProber implements Prober {
  readonly #answerWithinMs: number;
  readonly #resolve: typeof resolveBySystem;

  constructor(options: { readonly answerWithinMs?: number; readonly resolve?: typeof resolveBySystem } = {}) {
    this.#answerWithinMs = options.answerWithinMs ?? ANSWER_WITHIN_MS;
    this.#resolve = options.resolve ?? resolveBySystem;
  }

  async probe(target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
    const late = AbortSignal.timeout(this.#answerWithinMs);
    const ending = AbortSignal.any([signal, late]);
    try {
      const { host, privateAddresses } = target;
      const place = { hostname: host, port: target.port ?? 0, origin: nameOf(target) };
      const policy = { kind: 'collector', privateAddresses } as const;
      const addresses = await untilAborted(resolveAllowed(place, policy, this.#resolve), ending);
      const startedMs = performance.now();
      if (target.kind === 'ping') return await ping(target, addresses[0] ?? host, ending);
      return await this.#connect(target, place, addresses, ending, startedMs);
    } catch (error) {
      signal.throwIfAborted();
      return late.aborted ? silent('probe-timeout', `${nameOf(target)} does not answer.`) : failed(error, target);
    }
  }

  async #connect(
    target: ProbeTarget,
    place: Place,
    addresses: readonly string[],
    signal: AbortSignal,
    startedMs: number,
  ): Promise<ProbeResult> {
    const socket = connectTo(place, addresses);
    let held: Socket = socket;
    try {
      await ready(socket, 'connect', signal);
      if (target.kind === 'tcp') return answered(performance.now() - startedMs);
      const secured = handshake(socket, target);
      held = secured;
      await ready(secured, 'secureConnect', signal);
      const latencyMs = performance.now() - startedMs;
      return secured.authorized || target.anyCertificate ? answered(latencyMs) : untrusted(secured, target, latencyMs);
    } finally {
      // Late errors of a connection that nobody waits for are nobody's.
      socket.on('error', () => {});
      held.on('error', () => {}).destroy();
      socket.destroy();
    }
  }
}

/** What clients would send first, with their SNI; the certificate is judged afterwards, so that a wrong one is told apart. */
function handshake(socket: Socket, { host, serverName }: ProbeTarget): TLSSocket {
  const name = serverName ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    socket,
    host: name ?? host,
    ...(name === undefined ? {} : { servername: name }),
    ALPNProtocols: ['h2', 'http/1.1'],
    rejectUnauthorized: false,
  });
}

/** One echo by the system's `ping`: sending it ourselves would need rights. `time=0.045 ms` (iputils, busybox). */
async function ping(target: ProbeTarget, address: string, signal: AbortSignal): Promise<ProbeResult> {
  let text = '';
  const args = ['-n', '-c', '1', '-W', '3', address];
  const take = (chunk: Buffer) => {
    text += chunk.toString('latin1');
  };
  try {
    const command = { file: 'ping', args, input: '', signal, maxOutputBytes: 65_536, onOutput: take };
    const { exitCode } = await runCommand(command);
    const time = /\btime[=<]([\d.]+) ms/.exec(text)?.[1];
    if (exitCode === 0 && time !== undefined) return answered(Number(time));
    if (exitCode === 1 || exitCode === 0) return silent('probe-no-echo', `${target.host} does not answer a ping.`);
    return impossible(
      'ping-failed',
      `ping of ${target.host} ended with ${exitCode}.`,
      'Try it by hand on this machine.',
    );
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    return impossible('ping-missing', 'There is no ping on this machine.', 'apt-get install iputils-ping');
  }
}

/** Resolves with the event; rejects with an error of the socket, its end, or the signal. */
function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const happening = new Promise<void>((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
  return untilAborted(happening, signal);
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => {});
  }
}

const REASONS: Readonly<Record<string, readonly [code: string, what: string]>> = {
  CERT_HAS_EXPIRED: ['certificate-expired', 'has expired'],
  CERT_NOT_YET_VALID: ['certificate-expired', 'is not valid yet'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['certificate-name', 'is for another name'],
};

function untrusted({ authorizationError }: TLSSocket, target: ProbeTarget, latencyMs: number): ProbeResult {
  // Declared as an Error; it is the code alone, unless the name is wrong.
  const error: unknown = authorizationError;
  const found = typeof error === 'string' ? error : codeOf(error);
  const [code, what] = REASONS[found] ?? ['certificate-untrusted', `is not to be trusted (${found})`];
  const name = target.serverName ?? target.host;
  const message = `${nameOf(target)} answers, but its certificate for ${name} ${what}.`;
  const hint = 'Clients that check it cannot connect. If they do not, let the probe take any certificate.';
  return { outcome: 'flawed', latencyMs, reason: { code, message, hint } };
}

function failed(error: unknown, target: ProbeTarget): ProbeResult {
  const { code, message, hint } = toHttpFailure(error, nameOf(target));
  if (code === 'http-address-not-allowed' || code === 'http-name-not-resolved')
    return impossible(code.replace('http-', 'probe-'), message, hint);
  if (code === 'http-not-tls' || code === 'http-garbled')
    return silent('probe-not-tls', `${nameOf(target)} does not speak TLS.`, 'Probe it with tcp, or correct the port.');
  return silent(code.replace('http-', 'probe-'), message, hint);
}

function answered(latencyMs: number): ProbeResult {
  return { outcome: 'answered', latencyMs: Math.round(latencyMs * 1000) / 1000, reason: null };
}

function silent(code: string, message: string, hint = 'It is down, or a firewall drops packets.'): ProbeResult {
  return { outcome: 'silent', latencyMs: null, reason: { code, message, hint } };
}

function impossible(code: string, message: string, hint: string): ProbeResult {
  return { outcome: 'impossible', latencyMs: null, reason: { code, message, hint } };
}

function nameOf({ host, port }: ProbeTarget): string {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return port === null ? name : `${name}:${port}`;
}
