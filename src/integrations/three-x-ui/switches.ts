import { statusFailure, unexpected } from './failures.ts';
import type { ThreeXuiSession } from './session.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a client of version 2 stands: in the settings of one inbound (it takes no email twice). */
export interface Place {
  readonly inboundId: number;
  readonly protocol: string;
}

/** Whether a client gets through. */
export interface Switch {
  /** `limited`: the panel itself took it away, because its time or its bytes are over. */
  readonly state: 'on' | 'off' | 'limited';
  /** Version 2 only. */
  readonly place?: Place;
}

export interface Switches {
  readonly version: 2 | 3;
  readonly clients: ReadonlyMap<string, Switch>;
}

const CLIENTS = [{ email: 'value', enable: 'value', traffic: { enable: 'value' } }] as const;
const INBOUNDS = [
  { id: 'value', protocol: 'value', settings: 'value', clientStats: [{ email: 'value', enable: 'value' }] },
] as const;
const INBOUND = { settings: 'value' } as const;
/** Settings of one inbound, with all its clients: some 300 bytes each. */
const MAX_SETTINGS_BYTES = 64 * 1024 * 1024;

/** How all clients are switched. @throws SourceFailure */
export async function readSwitches(session: ThreeXuiSession, signal: AbortSignal): Promise<Switches> {
  const listed = await session.get('panel/api/clients/list', CLIENTS, signal);
  if (listed !== null) return { version: 3, clients: switchesOfThree(rowsOf(listed.obj)) };
  const inbounds = await session.get('panel/api/inbounds/list', INBOUNDS, signal, MAX_SETTINGS_BYTES);
  if (inbounds === null) throw statusFailure(404);
  return { version: 2, clients: switchesOfTwo(rowsOf(inbounds.obj)) };
}

function switchesOfThree(rows: readonly Fields[]): Map<string, Switch> {
  const switches = new Map<string, Switch>();
  for (const { email, enable, traffic } of rows) {
    if (typeof email !== 'string' || typeof enable !== 'boolean') throw unexpected('a client cannot be read');
    const isOff = (traffic as Fields | null | undefined)?.enable === false;
    switches.set(email, { state: !enable ? 'off' : isOff ? 'limited' : 'on' });
  }
  return switches;
}

function switchesOfTwo(inbounds: readonly Fields[]): Map<string, Switch> {
  const switches = new Map<string, Switch>();
  for (const { id, protocol, settings, clientStats } of inbounds) {
    const place = { inboundId: Number(id), protocol: String(protocol) };
    const limited = new Set(rowsOf(clientStats ?? null).flatMap(({ email, enable }) => (enable ? [] : [email])));
    for (const { email, enable } of clientsOf(settings)) {
      if (typeof email !== 'string') continue;
      switches.set(email, { state: enable === false ? 'off' : limited.has(email) ? 'limited' : 'on', place });
    }
  }
  return switches;
}

/** Everything that the settings of an inbound say of one client, as they are now; null if it is not there. */
export async function readClient(
  session: ThreeXuiSession,
  { inboundId }: Place,
  email: string,
  signal: AbortSignal,
): Promise<Fields | null> {
  const found = await session.get(`panel/api/inbounds/get/${inboundId}`, INBOUND, signal, MAX_SETTINGS_BYTES);
  if (found === null) throw statusFailure(404);
  const { settings } = (found.obj ?? {}) as Fields;
  return clientsOf(settings).find((client) => client.email === email) ?? null;
}

/** Numbers beyond 2^53 lose digits here as they do in the panel, which reads them as float64. */
function clientsOf(settings: unknown): readonly Fields[] {
  if (typeof settings !== 'string' || settings === '') return [];
  try {
    const { clients } = (JSON.parse(settings) ?? {}) as { clients?: unknown };
    return Array.isArray(clients) ? (clients as Fields[]) : [];
  } catch {
    throw unexpected('the settings of an inbound cannot be read');
  }
}

/** Go writes an empty list as null. */
function rowsOf(value: unknown): readonly Fields[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw unexpected('a list is none');
  return value as Fields[];
}
