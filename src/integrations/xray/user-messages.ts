import { WireReader } from './wire.ts';

/**
 * Messages of HandlerService (app/proxyman/command/command.proto) and of users (common/protocol/user.proto, the
 * account.proto of each protocol) in Xray-core 2323273 and V2Ray 4.34: the fields agree, the names of the types do not.
 */
export type Family = 'xray' | 'v2ray';

/** Before the names of types. */
const PREFIX: Readonly<Record<Family, string>> = { xray: 'xray.', v2ray: 'v2ray.core.' };

const FIELD_1 = 0x0a;
const FIELD_2 = 0x12;

/** One user as the server takes them: the message `User` with the account in it. Secret. */
export type UserMessage = Buffer;

/** What a client of a configuration may be, by its protocol. */
export interface Account {
  readonly protocol: 'vless' | 'vmess' | 'trojan' | 'shadowsocks';
  /** Fields of its message `Account`, texts by their number. */
  readonly texts: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<number, number>;
}

export function userMessage(family: Family, email: string, level: number, account: Account): UserMessage {
  const fields = [...account.texts].map(([id, value]) => (value === '' ? NOTHING : text(id, value)));
  const counts = [...account.numbers].map(([id, value]) => (value === 0 ? NOTHING : number(id, value)));
  const type = `${PREFIX[family]}proxy.${account.protocol}.Account`;
  const typed = typedMessage(type, Buffer.concat([...fields, ...counts]));
  return Buffer.concat([level === 0 ? NOTHING : number(1, level), text(2, email), bytes(3, typed)]);
}

export function addUserRequest(family: Family, tag: string, user: UserMessage): Buffer {
  return alterRequest(tag, `${PREFIX[family]}app.proxyman.command.AddUserOperation`, bytes(1, user));
}

export function removeUserRequest(family: Family, tag: string, email: string): Buffer {
  return alterRequest(tag, `${PREFIX[family]}app.proxyman.command.RemoveUserOperation`, text(1, email));
}

/** `ListInboundsRequest{isOnlyTags}`. */
export const ONLY_TAGS = Buffer.from([0x08, 0x01]);

/** `GetInboundUserRequest`. */
export function inboundUserRequest(tag: string, email: string): Buffer {
  return Buffer.concat([text(1, tag), text(2, email)]);
}

/** Of `ListInboundsResponse`. @throws WireError */
export function readTags(message: Buffer): string[] {
  const tags: string[] = [];
  for (const inbound of messagesOf(message)) {
    const reader = new WireReader(inbound);
    while (!reader.isAtEnd) {
      const tag = reader.tag();
      if (tag === FIELD_1) tags.push(reader.string());
      else reader.skip(tag);
    }
  }
  return tags.filter((tag) => tag !== '');
}

/** The user of `GetInboundUserResponse` if there is one: for a name that it does not know, Xray answers with an empty user. */
export function readUser(message: Buffer): UserMessage | null {
  return messagesOf(message).find((user) => user.length > 0 && emailOf(user) !== '') ?? null;
}

function emailOf(user: UserMessage): string {
  const reader = new WireReader(user);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === FIELD_2) return reader.string();
    reader.skip(tag);
  }
  return '';
}

function messagesOf(message: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const reader = new WireReader(message);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === FIELD_1) found.push(Buffer.from(reader.bytes()));
    else reader.skip(tag);
  }
  return found;
}

function alterRequest(tag: string, type: string, operation: Buffer): Buffer {
  return Buffer.concat([text(1, tag), bytes(2, typedMessage(type, operation))]);
}

/** common/serial/typed_message.proto */
function typedMessage(type: string, value: Buffer): Buffer {
  return Buffer.concat([text(1, type), bytes(2, value)]);
}

const NOTHING = Buffer.alloc(0);

function text(id: number, value: string): Buffer {
  return bytes(id, Buffer.from(value));
}

function bytes(id: number, value: Buffer): Buffer {
  return Buffer.concat([varint(id * 8 + 2), varint(value.length), value]);
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const groups: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) groups.push((rest % 128) | 0x80);
  return Buffer.from([...groups, rest]);
}
