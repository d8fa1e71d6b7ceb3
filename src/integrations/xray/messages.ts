import { WireError, WireReader } from './wire.ts';

/**
 * Answers of StatsService: app/stats/command/command.proto of Xray-core (2323273), V2Ray 4.34 and sing-box
 * (experimental/v2rayapi/stats.proto, 7df171f). The three agree in what is read here.
 */

/** Field numbers times 8 plus wire type. */
const FIELD_1_MESSAGE = 0x0a;
const FIELD_1_TEXT = 0x0a;
const FIELD_2_NUMBER = 0x10;
const FIELD_2_MESSAGE = 0x12;
const FIELD_10_NUMBER = 0x50;

/** Steps per turn of the event loop: some 5 ms. */
const STEPS = 8_192;
const MAX_UINT32 = 0xffff_ffffn;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;

/** An empty request asks for every counter and resets none: `reset` is the field 2 that it does not have. */
export const NO_FIELDS = Buffer.alloc(0);

/** `QueryStatsRequest{pattern}`: what contains the text. sing-box ignores it and shows everything. */
export function patternRequest(pattern: string): Buffer {
  const text = Buffer.from(pattern);
  return Buffer.concat([Buffer.from([FIELD_1_TEXT, text.length]), text]);
}

/**
 * Tells each counter of a QueryStatsResponse; `yield`s now and then, so that others get their turn. A value of 0 may be
 * left out on the wire. @throws WireError
 */
export function* eachStat(message: Buffer, tell: (name: string, value: bigint) => void): Generator<void, void> {
  const reader = new WireReader(message);
  for (let step = 1; !reader.isAtEnd; step++) {
    const tag = reader.tag();
    if (tag === FIELD_1_MESSAGE) readStat(reader.message(), tell);
    else reader.skip(tag);
    if (step % STEPS === 0) yield;
  }
}

function readStat(stat: WireReader, tell: (name: string, value: bigint) => void): void {
  let name = '';
  let value = 0n;
  while (!stat.isAtEnd) {
    const tag = stat.tag();
    if (tag === FIELD_1_TEXT) name = stat.string();
    else if (tag === FIELD_2_NUMBER) value = stat.varint();
    else stat.skip(tag);
  }
  if (name === '') throw new WireError('a counter without a name');
  if (value > MAX_INT64) throw new WireError('a counter below zero');
  tell(name, value);
}

/** Seconds that the process has been running: `SysStatsResponse.Uptime`. @throws WireError */
export function readUptime(message: Buffer): number {
  const reader = new WireReader(message);
  let seconds = 0n;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === FIELD_10_NUMBER) seconds = reader.varint();
    else reader.skip(tag);
  }
  if (seconds > MAX_UINT32) throw new WireError('a running time of more than 32 bits');
  return Number(seconds);
}

/** Somebody who is connected now. */
export interface OnlineUser {
  readonly email: string;
  /** Latest of their addresses, where the server tells it. */
  readonly ip: string | null;
  /** Unix seconds; null = connected at the time of the question. */
  readonly lastSeen: number | null;
}

/** `GetUsersStatsResponse`, Xray since 2026-04. It lists who is connected and nobody else. @throws WireError */
export function readUsersOnline(message: Buffer): OnlineUser[] {
  const users: OnlineUser[] = [];
  const reader = new WireReader(message);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === FIELD_1_MESSAGE) users.push(readOnlineUser(reader.message()));
    else reader.skip(tag);
  }
  return users;
}

function readOnlineUser(user: WireReader): OnlineUser {
  let email = '';
  let latest = { ip: '', lastSeen: 0 };
  while (!user.isAtEnd) {
    const tag = user.tag();
    if (tag === FIELD_1_TEXT) email = user.string();
    else if (tag === FIELD_2_MESSAGE) latest = later(latest, readAddress(user.message()));
    else user.skip(tag);
  }
  return { email, ip: latest.ip || null, lastSeen: latest.lastSeen || null };
}

interface SeenAddress {
  readonly ip: string;
  readonly lastSeen: number;
}

function later(a: SeenAddress, b: SeenAddress): SeenAddress {
  return b.lastSeen > a.lastSeen ? b : a;
}

function readAddress(reader: WireReader): SeenAddress {
  let ip = '';
  let lastSeen = 0;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === FIELD_1_TEXT) ip = reader.string();
    else if (tag === FIELD_2_NUMBER) lastSeen = Number(reader.varint());
    else reader.skip(tag);
  }
  return { ip, lastSeen };
}

/** `GetAllOnlineUsersResponse`, Xray since 2025-12: names of the form `user>>>EMAIL>>>online`. @throws WireError */
export function readOnlineNames(message: Buffer): OnlineUser[] {
  const users: OnlineUser[] = [];
  const reader = new WireReader(message);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag !== FIELD_1_TEXT) {
      reader.skip(tag);
      continue;
    }
    const email = /^user>>>(.+)>>>online$/s.exec(reader.string())?.[1];
    if (email !== undefined) users.push({ email, ip: null, lastSeen: null });
  }
  return users;
}
