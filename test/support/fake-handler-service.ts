import { field, number, StatsServer, sysStatsMessage } from './stats-server.ts';

const STATS = '/xray.app.stats.command.StatsService';
const HANDLER = '/xray.app.proxyman.command.HandlerService';
const UNKNOWN = 2;

export interface FakeXrayUser {
  readonly id: string;
  readonly flow: string;
}

/** HandlerService of an Xray of 2025 and later: users of its inbounds by tag and email (app/proxyman/command/command.go). */
export class FakeHandlerService {
  readonly server = new StatsServer();
  readonly inbounds = new Map<string, Map<string, FakeXrayUser>>([
    ['api', new Map()],
    ['vless-in', new Map()],
    ['vless-2', new Map()],
  ]);
  /** `add EMAIL` and `remove EMAIL`, as they were done. */
  readonly altered: string[] = [];
  uptimeSeconds = 86_400;
  /** Does what it is asked next, and breaks the connection. */
  losesNextChange = false;

  async start(): Promise<number> {
    this.server
      .on(`${STATS}/GetSysStats`, () => ({ status: 0, message: sysStatsMessage(this.uptimeSeconds) }))
      .on(`${HANDLER}/ListInbounds`, () => ({ status: 0, message: Buffer.concat(this.#tags()) }))
      .on(`${HANDLER}/GetInboundUsers`, (request) => this.#user(request))
      .on(`${HANDLER}/AlterInbound`, (request) => this.#alter(request));
    await this.server.listen();
    return this.server.port;
  }

  /** As a server that does not tell whom it lets in. */
  forgetHowToTell(): void {
    this.server.off(`${HANDLER}/ListInbounds`).off(`${HANDLER}/GetInboundUsers`);
  }

  #tags(): Buffer[] {
    return [...this.inbounds.keys()].map((tag) => field(1, field(1, Buffer.from(tag))));
  }

  #user(request: Buffer) {
    const [tag = '', email = ''] = textsOf(request);
    if (tag === 'api') return { status: UNKNOWN, details: 'proxy is not a UserManager' };
    const user = this.inbounds.get(tag)?.get(email);
    return { status: 0, message: field(1, user === undefined ? Buffer.alloc(0) : userBytes(email, user)) };
  }

  #alter(request: Buffer) {
    const [tag = ''] = textsOf(request);
    const users = this.inbounds.get(tag);
    const text = request.toString('latin1');
    const isAdded = text.includes('AddUserOperation');
    const [email = ''] = /[a-z-]+@lab/.exec(text) ?? [];
    const id = /id-of-[a-z-]+@lab/.exec(text)?.[0] ?? '';
    const flow = text.includes('xtls-rprx-vision') ? 'xtls-rprx-vision' : '';
    if (users === undefined) return { status: UNKNOWN, details: `failed to get handler: ${tag} > handler not found` };
    if (isAdded && users.has(email)) return { status: UNKNOWN, details: `proxy/vless: User ${email} already exists.` };
    if (!isAdded && !users.delete(email)) return { status: UNKNOWN, details: `proxy/vless: User ${email} not found.` };
    if (isAdded) users.set(email, { id, flow });
    this.altered.push(`${isAdded ? 'add' : 'remove'} ${email}`);
    if (this.losesNextChange) {
      this.losesNextChange = false;
      this.server.dropConnections();
    }
    return { status: 0, message: Buffer.alloc(0) };
  }
}

/** Texts of the first two fields. */
function textsOf(message: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < message.length && texts.length < 2; ) {
    const length = message[at + 1] ?? 0;
    texts.push(message.toString('utf8', at + 2, at + 2 + length));
    at += 2 + length;
  }
  return texts;
}

function userBytes(email: string, { id, flow }: FakeXrayUser): Buffer {
  const account = Buffer.concat([
    field(1, Buffer.from(id)),
    field(2, Buffer.from(flow)),
    field(3, Buffer.from('none')),
  ]);
  const typed = Buffer.concat([field(1, Buffer.from('xray.proxy.vless.Account')), field(2, account)]);
  return Buffer.concat([number(1, 0n), field(2, Buffer.from(email)), field(3, typed)]);
}
