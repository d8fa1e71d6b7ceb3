import { resolve } from 'node:path';
import { readVariables, type Variables } from '../config.ts';
import { InvalidConfig } from '../invalid-config.ts';
import type { PanelAddress } from './panel-link.ts';

/** What an agent is told by its environment, or by `.env` in its working directory. */
export interface AgentConfig {
  readonly panel: PanelAddress;
  /** Absolute; spool and memory. */
  readonly folder: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly mostSpoolBytes: number;
}

const MIB = 1024 * 1024;
const LINE = 'the line that "xpert node add NAME --kind agent" printed: https://TOKEN@panel.example.com';

/** @throws InvalidConfig; the token is in no message */
export function readAgentConfig(environment?: Variables, cwd: string = process.cwd()): AgentConfig {
  const value = readVariables(environment, cwd);
  const line = value('AGENT');
  if (line === null) throw new InvalidConfig('XPERT_AGENT', '', LINE);
  const [kind, options] = readSource(value('AGENT_READS') ?? 'wireguard');
  return {
    panel: readPanel(line, /^(true|1|yes|on)$/i.test(value('AGENT_PLAIN_HTTP') ?? '')),
    folder: resolve(cwd, value('AGENT_DIR') ?? 'agent'),
    kind,
    options,
    mostSpoolBytes: readMebibytes(value('AGENT_SPOOL_MB') ?? '512') * MIB,
  };
}

function readPanel(line: string, mayBePlain: boolean): PanelAddress {
  const url = URL.canParse(line) ? new URL(line) : null;
  const token = url?.username ?? '';
  if (url === null || !/^https?:$/.test(url.protocol) || !/^[\w.~-]{16,200}$/.test(token) || url.password !== '')
    throw new InvalidConfig('XPERT_AGENT', '…', LINE);
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !mayBePlain)
    throw new InvalidConfig(
      'XPERT_AGENT',
      `http://…@${url.host}`,
      'an https:// address, since everybody on the way could read the token (XPERT_AGENT_PLAIN_HTTP=true allows it, ' +
        'for a network that is private all the way)',
    );
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), token };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\./.test(host);
}

/** `KIND` or `KIND {options as JSON}`, the same as for a node of that kind. */
function readSource(text: string): [kind: string, options: Readonly<Record<string, unknown>>] {
  const [, kind = '', json = ''] = /^\s*([a-z0-9-]+)\s*(\{.*\})?\s*$/s.exec(text) ?? [];
  const wants = 'a kind of node, with its options as JSON: wireguard {"transport":"local","interface":"wg0"}';
  if (kind === '') throw new InvalidConfig('XPERT_AGENT_READS', text, wants);
  if (json === '') return [kind, kind === 'wireguard' ? { transport: 'local' } : {}];
  try {
    return [kind, JSON.parse(json) as Record<string, unknown>];
  } catch {
    throw new InvalidConfig('XPERT_AGENT_READS', text, wants);
  }
}

function readMebibytes(text: string): number {
  const mebibytes = Number(text);
  if (/^\d+$/.test(text) && mebibytes >= 8 && mebibytes <= 1_000_000) return mebibytes;
  throw new InvalidConfig('XPERT_AGENT_SPOOL_MB', text, 'a whole number from 8 to 1000000');
}
