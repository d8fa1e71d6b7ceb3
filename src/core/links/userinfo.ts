import type { QuotaStanding } from '../quota/evaluate.ts';

/** The header `Subscription-Userinfo`, which clients show as used and left. Bytes; `null`: not said. */
export interface Userinfo {
  readonly upload: bigint;
  readonly download: bigint;
  /** Quota; null: unlimited. */
  readonly total: bigint | null;
  readonly expiresAt: Date | null;
}

/**
 * What clients are told of a quota: used and left add up to it. Bytes that count otherwise than they flowed (a multiplier,
 * one direction only) go to the download.
 */
export function userinfoOf({ sums, used, allowance }: QuotaStanding, expiresAt: Date | null): Userinfo {
  const { rx, tx, undirected } = sums;
  const isAsFlowed = used === rx + tx + undirected;
  const directions = isAsFlowed ? { upload: rx, download: tx + undirected } : { upload: 0n, download: used };
  return { ...directions, total: allowance, expiresAt };
}

/** `upload=1; download=2; total=0; expire=0`: 0 is how every client reads "unlimited" and "never". */
export function formatUserinfo({ upload, download, total, expiresAt }: Userinfo): string {
  const expire = expiresAt === null ? 0 : Math.floor(expiresAt.getTime() / 1000);
  return `upload=${upload}; download=${download}; total=${total ?? 0}; expire=${expire}`;
}

/**
 * Reads the header of somebody else's subscription; null if it says nothing about usage, or something of it that is no number:
 * that is not 0. Unknown members are passed over.
 */
export function parseUserinfo(header: string): Userinfo | null {
  const members = new Map<string, string>();
  for (const part of header.split(';')) {
    const [name = '', value = ''] = part.split('=', 2);
    members.set(name.trim().toLowerCase(), value.trim());
  }
  const upload = wholeNumber(members.get('upload'));
  const download = wholeNumber(members.get('download'));
  if (upload === null && download === null) return null;
  if ((upload === null && members.has('upload')) || (download === null && members.has('download'))) return null;
  const total = wholeNumber(members.get('total'));
  const expire = wholeNumber(members.get('expire'));
  return {
    upload: upload ?? 0n,
    download: download ?? 0n,
    total: total === null || total === 0n ? null : total,
    expiresAt: expire === null || expire === 0n || expire > MAX_SECONDS ? null : new Date(Number(expire) * 1000),
  };
}

/** Last instant that a date can hold. */
const MAX_SECONDS = 8_640_000_000_000n;

/** Some panels write `1.5e+10` or a fraction: no exact number, and then nothing we may count. */
function wholeNumber(text: string | undefined): bigint | null {
  return text !== undefined && /^\d{1,19}$/.test(text) ? BigInt(text) : null;
}
