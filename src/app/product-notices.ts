import { statfs } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { SystemNotice } from '../core/inventory/node-operations.ts';
import type { Config } from './config.ts';
import type { WallTime } from './node-polling.ts';

type Notice = Omit<SystemNotice, 'nodeId' | 'nodeName' | 'since'>;

const GIB = 1024 ** 3;

/** True if other machines can reach the server: it listens beyond this machine, or is published under a domain. */
export function isPublic(config: Pick<Config, 'host' | 'publicUrl'>): boolean {
  return !isLoopback(config.host) || config.publicUrl !== null;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Anyone may send usage: counted, but marked `unverified`. Null unless that is so on a public address. */
export function openWebhookNotice(config: Config): Notice | null {
  if (config.webhookAuth !== 'open' || !isPublic(config)) return null;
  return {
    code: 'webhook-open',
    severity: 'warning',
    message: 'The webhook takes usage reports from anyone who can reach this server; they count as unverified.',
    hint: 'Create a token (xpert token create --name NAME --scope ingest), give it to the senders, then set XPERT_WEBHOOK_AUTH=key.',
  };
}

export async function diskNotice(dataDir: string): Promise<Notice | null> {
  const { bavail, bsize, blocks } = await statfs(dataDir);
  const free = bavail * bsize;
  const share = bavail / blocks;
  if (free > GIB && (share > 0.05 || free > 10 * GIB)) return null;
  return {
    code: 'disk-almost-full',
    severity: free < GIB / 5 ? 'error' : 'warning',
    message: `The disk with the data folder has ${(free / GIB).toFixed(2)} GiB left. When it is full, nothing can be counted.`,
    hint: 'Free space, or keep 15-minute records for fewer days (Settings, or XPERT_TRAFFIC_RETENTION_DAYS).',
  };
}

export function clockNotice(wallTime: WallTime): Notice | null {
  if (!wallTime.read().suspect) return null;
  return {
    code: 'clock-suspect',
    severity: 'warning',
    message: 'The clock of this machine jumped by more than five minutes; what is counted meanwhile is marked.',
    hint: 'Check the time service: timedatectl status',
  };
}

/** What the owner should know about the product itself, beside its nodes. */
export async function productNotices(config: Config, wallTime: WallTime): Promise<SystemNotice[]> {
  const found = [openWebhookNotice(config), await diskNotice(config.dataDir), clockNotice(wallTime)];
  return found
    .filter((notice) => notice !== null)
    .map((notice) => ({ ...notice, nodeId: null, nodeName: null, since: null }));
}
