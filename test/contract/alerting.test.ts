import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SystemNotice } from '../../src/core/inventory/node-operations.ts';
import { isSignedWith } from '../../src/http/ingest/signature.ts';
import { testAlerting } from '../support/alerting.ts';
import { FakeWeb } from '../support/fake-web.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { newUser } from './store-fixture.ts';

const notice = (fields: Partial<SystemNotice> = {}): SystemNotice => ({
  ...{ key: 'node:n1', topic: 'node-down', code: 'ssh-timeout', severity: 'error', nodeId: null, nodeName: 'fin-2' },
  ...{ message: 'ssh does not answer.', hint: 'Look at the network.', since: null },
  ...fields,
});
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('alerts and their channels', () => {
  let server: HttpTestServer;
  let web: FakeWeb;
  let port: number;
  let owner: string;
  let wrong: SystemNotice[] = [];

  beforeEach(async () => {
    server = await startHttp();
    server.ports.nodes.notices = async () => wrong;
    wrong = [];
    owner = await server.token('owner', ['admin']);
    web = new FakeWeb(() => ({ status: 200, body: '{"ok":true,"result":{}}' }));
    port = await web.start();
  }, 60_000);

  afterEach(async () => {
    await web.close();
    await server.close();
  });

  const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object) =>
    server.request(method, url, { token: owner, ...(body === undefined ? {} : { body }) });
  const webhook = (options: object = {}, rules: object = {}) =>
    call('POST', '/api/v1/channels', {
      ...{ name: 'hook', kind: 'webhook', rules },
      options: { url: `http://127.0.0.1:${port}/secret-path`, signingSecret: secret, privateAddress: true, ...options },
    });
  const telegram = (rules: object = {}) =>
    call('POST', '/api/v1/channels', {
      ...{ name: 'tg', kind: 'telegram', rules },
      options: {
        ...{ token: '12345:AAAAAAAAAAAAAAAAAAAAAAAA', chatId: '-100200', privateAddress: true },
        apiUrl: `http://127.0.0.1:${port}`,
      },
    });
  /** Time passes, with a look every ten seconds and whatever is due sent. */
  const pass = async (seconds: number, deliver = true) => {
    for (let passed = 0; passed < seconds; passed += 10) {
      server.clock.advance(10_000);
      await server.alerting.look();
      if (deliver) await server.alerting.deliver();
    }
  };
  const alerts = async (state = 'open') => (await call('GET', `/api/v1/alerts?state=${state}`)).json().items;
  const bodies = () => web.requests.map(({ body }) => JSON.parse(body));

  test('an alert is told once, and once when it is over, and is in the history', async () => {
    await webhook();
    wrong = [notice()];
    await pass(60);
    wrong = [notice({ code: 'ssh-refused' })];
    await pass(60);
    expect(await alerts()).toMatchObject([
      { topic: 'node-down', code: 'ssh-refused', kind: 'nodes', severity: 'error' },
    ]);
    expect((await call('GET', '/api/v1/alerts/counts')).json()).toEqual({
      open: { info: 0, warning: 0, error: 1 },
      waiting: 1,
    });
    wrong = [];
    await pass(200);
    expect(await alerts()).toEqual([]);
    expect(await alerts('ended')).toHaveLength(1);
    const told = bodies().flatMap(({ data }) => data.events.map(({ event }: { event: string }) => event));
    expect(told).toEqual(['opened', 'ended']);
  });

  test('its end goes where its beginning went, also when it came to less before', async () => {
    await webhook({}, { minSeverity: 'error' });
    wrong = [notice()];
    await pass(60);
    wrong = [notice({ topic: 'node-degraded', severity: 'warning', code: 'incomplete-reading' })];
    await pass(60);
    expect(await alerts()).toMatchObject([{ severity: 'warning' }]);
    wrong = [];
    await pass(200);
    const told = bodies().flatMap(({ data }) => data.events.map(({ event }: { event: string }) => event));
    expect(told).toEqual(['opened', 'ended']);
  });

  test('a mute for some hours that ends while the alert lasts is followed by the news of it, once', async () => {
    await webhook();
    const first = notice({ key: 'clock-skew:n1:', topic: 'clock-skew', code: 'clock-skew' });
    wrong = [first];
    await pass(60);
    const [{ id }] = await alerts();
    await call('PUT', `/api/v1/alerts/${id}/muted`, { muted: true, hours: 1 });
    wrong = [];
    await pass(200);
    // It comes again while it is muted, and stays.
    wrong = [first];
    await pass(3_200);
    expect(bodies()).toHaveLength(1);
    await pass(600);
    const told = bodies().flatMap(({ data }) => data.events.map(({ event }: { event: string }) => event));
    expect(told).toEqual(['opened', 'opened']);
  });

  test('who cannot be asked hides nothing of what others say, and ends nothing', async () => {
    await webhook();
    wrong = [notice()];
    await pass(60);
    const { quotas } = server.store;
    const noteworthy = quotas.noteworthy.bind(quotas);
    quotas.noteworthy = () => Promise.reject(new Error('the disk hangs'));
    wrong = [notice(), notice({ key: 'node:n2', nodeName: 'de-1' })];
    await pass(100);
    expect((await alerts()).map(({ message }: { message: string }) => message)).toHaveLength(2);
    quotas.noteworthy = noteworthy;
  });

  test('a budget of a provider is told near its end, and once more when it is used up', async () => {
    await webhook({}, { minSeverity: 'info' });
    const node = await server.addNode('de-1');
    await call('PUT', '/api/v1/nodes/de-1/budget', { bytes: 1000, direction: 'out' });
    const carry = async (rx: bigint, tx: bigint) => {
      await server.poll(node, { key: [rx, tx] });
      await pass(500);
    };
    await carry(0n, 0n);
    await carry(300n, 500n);
    expect(await alerts()).toMatchObject([
      { topic: 'budget-near-end', code: 'budget-near-end-80', kind: 'budget', severity: 'info' },
    ]);
    await carry(400n, 600n);
    expect(await alerts()).toMatchObject([{ topic: 'budget-used-up', severity: 'warning' }]);
    const told = bodies().flatMap(({ data }) => data.events);
    expect(told.map(({ event, title }) => [event, title])).toEqual([
      ['opened', 'What the provider of de-1 includes is nearly used'],
      ['worse', 'What the provider of de-1 includes is used up'],
    ]);
  });

  test('messages are signed, and a repeat has the same id and the same events', async () => {
    await webhook();
    web.override = { status: 503, headers: { 'retry-after': '40' }, body: '' };
    wrong = [notice()];
    await pass(60);
    expect(web.requests).toHaveLength(1);
    expect((await call('GET', '/api/v1/channels')).json().items[0]).toMatchObject({
      ...{ failures: 1, waiting: 1, problem: { code: 'webhook-refused' } },
    });
    web.recover();
    await pass(60);
    const [first, second, ...more] = web.requests;
    expect(more).toEqual([]);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(bodies()[1].data).toEqual(bodies()[0].data);
    for (const { headers, body } of web.requests) {
      const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
        String(headers[`webhook-${name}`]),
      );
      const signed = { id: id ?? '', timestamp: timestamp ?? '', signature: signature ?? '' };
      expect(isSignedWith(Buffer.alloc(32, 7), signed, body)).toBe(true);
      expect(isSignedWith(Buffer.alloc(32, 8), signed, body)).toBe(false);
    }
  });

  test('what waits survives a restart; what piled up meanwhile goes out as one message', async () => {
    await webhook();
    web.isClosing = true;
    wrong = [notice()];
    await pass(100);
    wrong = [notice(), notice({ key: 'node:n2', nodeName: 'de-1' })];
    await pass(100, false);
    web.recover();
    server.clock.advance(3_600_000);
    const { store, clock, changes } = server;
    const restarted = testAlerting({
      store,
      clock,
      changes,
      nodes: server.ports.nodes,
      services: server.ports.services,
    });
    const before = web.requests.length;
    await restarted.look();
    await restarted.deliver();
    await restarted.deliver();
    const sent = bodies().slice(before);
    expect(sent.flatMap(({ data }) => data.events.map(({ node, title }: never) => [node, title]))).toEqual([
      [null, 'Node fin-2 does not answer'],
      [null, 'Node de-1 does not answer'],
    ]);
    expect((await alerts()).map(({ topic }: { topic: string }) => topic).sort()).toEqual([
      ...['channel-failing', 'node-down', 'node-down'],
    ]);
    await restarted.stop();
  });

  test('a receiver may ask for its pause by an instant of its clock', async () => {
    await webhook();
    const [date, later] = ['Tue, 10 Mar 2026 12:00:00 GMT', 'Tue, 10 Mar 2026 13:00:00 GMT'];
    web.override = { status: 503, headers: { date, 'retry-after': later }, body: '' };
    wrong = [notice()];
    await pass(60);
    web.recover();
    await pass(3_400);
    expect(web.requests).toHaveLength(1);
    await pass(300);
    expect(web.requests).toHaveLength(2);
  });

  test('a receiver of the own network is refused unless the owner says so; nothing is sent there', async () => {
    await webhook({ privateAddress: false });
    const tried = await call('POST', '/api/v1/channels/hook/test');
    expect([tried.statusCode, tried.json().code]).toEqual([502, 'http-address-not-allowed']);
    expect(tried.body).not.toContain('secret-path');
    expect(web.requests).toEqual([]);
  });

  test('Telegram gets text in the language of the channel, and is not pressed', async () => {
    await telegram({ language: 'ru' });
    web.override = {
      status: 429,
      body: '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":120}}',
    };
    wrong = [notice()];
    await pass(130);
    expect(web.requests).toHaveLength(1);
    web.recover();
    await pass(60);
    expect(web.requests).toHaveLength(2);
    expect(web.requests[1]?.url.pathname).toBe('/bot12345:AAAAAAAAAAAAAAAAAAAAAAAA/sendMessage');
    expect(bodies()[1]).toMatchObject({ chat_id: '-100200', text: expect.stringContaining('Узел fin-2 не отвечает') });
  });

  test('a bot that nobody knows is said with what to do, without its token', async () => {
    await telegram();
    web.override = { status: 401, body: '{"ok":false,"error_code":401,"description":"Unauthorized"}' };
    const tried = await call('POST', '/api/v1/channels/tg/test');
    expect([tried.statusCode, tried.json().code]).toEqual([502, 'telegram-token-wrong']);
    expect(tried.body).not.toContain('12345:');
  });

  test('mail arrives at a real server, once more with the same Message-ID after it was busy', async () => {
    const mails: string[] = [];
    let isBusy = true;
    const smtp = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false },
      onData(stream, _session, done) {
        let mail = '';
        stream.on('data', (chunk: Buffer) => {
          mail += chunk.toString();
        });
        stream.on('end', () => {
          mails.push(mail);
          done(isBusy ? Object.assign(new Error('Busy, come again'), { responseCode: 451 }) : null);
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
    const { port: smtpPort } = smtp.server.address() as AddressInfo;
    const mailServer = { host: '127.0.0.1', port: smtpPort, security: 'none' };
    await call('POST', '/api/v1/channels', {
      ...{ name: 'mail', kind: 'email' },
      options: { ...mailServer, from: 'xpert@panel.example', to: ['owner@example.com'] },
    });
    wrong = [notice()];
    await pass(40);
    isBusy = false;
    await pass(60);
    const ids = mails.map((mail) => /^Message-ID: (.*)$/im.exec(mail)?.[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    expect(mails[1]).toMatch(/^Subject: Xpert: Node fin-2 does not answer\r$/m);
    expect(mails[1]).toMatch(/^To: owner@example.com\r$/m);
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });

  test('a mail server that says nothing more holds up no stop', { timeout: 10_000 }, async () => {
    let heard = () => {};
    const isHeard = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const sockets = new Set<Socket>();
    const dead = createServer((socket) => {
      sockets.add(socket);
      socket.write('220 mail.example ESMTP\r\n');
      socket.once('data', heard).on('error', () => {});
    });
    await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
    const { port: smtpPort } = dead.address() as AddressInfo;
    await call('POST', '/api/v1/channels', {
      ...{ name: 'mail', kind: 'email' },
      options: {
        ...{ host: '127.0.0.1', port: smtpPort, security: 'none' },
        ...{ from: 'xpert@panel.example', to: ['owner@example.com'] },
      },
    });
    wrong = [notice()];
    await pass(40, false);
    const sending = server.alerting.deliver();
    await isHeard;
    await server.alerting.stop();
    await sending;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => dead.close(resolve));
    // Whoever starts again sends it.
    expect((await call('GET', '/api/v1/channels')).json().items[0]).toMatchObject({ failures: 0, waiting: 1 });
  });

  test('mail never goes over a connection that was to be safe and is not', async () => {
    const smtp = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], logger: false });
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
    const { port: smtpPort } = smtp.server.address() as AddressInfo;
    const options = { host: '127.0.0.1', port: smtpPort, from: 'a@example.com', to: ['b@example.com'] };
    await call('POST', '/api/v1/channels', { name: 'mail', kind: 'email', options });
    const tried = await call('POST', '/api/v1/channels/mail/test');
    expect([tried.statusCode, tried.json().code]).toEqual([502, 'smtp-tls']);
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
    const unsafe = { ...options, host: 'mail.example.com', security: 'none', username: 'a', password: 'geheim' };
    const refused = await call('POST', '/api/v1/channels', { name: 'm2', kind: 'email', options: unsafe });
    expect(refused.statusCode).toBe(400);
    expect(refused.body).not.toContain('geheim');
  });

  test('secrets are sealed, never shown, and not sent to another address', async () => {
    expect((await webhook()).body).not.toContain(secret);
    const [channel] = (await call('GET', '/api/v1/channels')).json().items;
    expect(channel).toMatchObject({ secrets: { signingSecret: 'set' }, where: `http://127.0.0.1:${port}` });
    expect(JSON.stringify(await server.store.alerts.channels())).not.toContain(secret);
    const moved = { url: 'https://elsewhere.example/', privateAddress: true };
    expect((await call('PATCH', '/api/v1/channels/hook', { options: moved })).statusCode).toBe(400);
    const same = { url: `http://127.0.0.1:${port}/secret-path`, privateAddress: true };
    expect((await call('PATCH', '/api/v1/channels/hook', { options: same })).statusCode).toBe(200);
    expect((await call('POST', '/api/v1/channels/hook/test')).statusCode).toBe(204);
  });

  test('a channel is told what it wants; muted and switched off it is told nothing', async () => {
    await webhook({}, { minSeverity: 'error', kinds: ['backup'] });
    wrong = [notice(), notice({ key: 'backup-failed', topic: 'backup-failed', nodeName: null })];
    await pass(60);
    expect(bodies().flatMap(({ data }) => data.events.map(({ topic }: { topic: string }) => topic))).toEqual([
      'backup-failed',
    ]);
    const open = await alerts();
    const backup = open.find(({ kind }: { kind: string }) => kind === 'backup');
    const muted = await call('PUT', `/api/v1/alerts/${backup.id}/muted`, { muted: true, hours: 1 });
    expect(muted.json()).toMatchObject({ muted: { until: expect.any(String) } });
    wrong = [];
    await pass(200);
    expect(web.requests).toHaveLength(1);
    expect((await alerts('ended')).map(({ muted }: { muted: object | null }) => muted === null)).toContain(false);
  });

  test('acknowledged it stays open, is not counted as waiting, and says by whom', async () => {
    wrong = [notice()];
    await pass(40);
    const [{ id }] = await alerts();
    const said = await call('PUT', `/api/v1/alerts/${id}/acknowledged`, { acknowledged: true });
    expect(said.json().acknowledged).toMatchObject({ by: 'the-owner' });
    expect((await call('GET', '/api/v1/alerts/counts')).json()).toMatchObject({ open: { error: 1 }, waiting: 0 });
    expect((await call('PUT', '/api/v1/alerts/none/acknowledged', { acknowledged: true })).statusCode).toBe(404);
  });

  test('users near and at their limit are told by level, and named only where the owner wants it', async () => {
    const user = await server.store.inventory.addUser(newUser('ann'));
    const plan = { name: 'small', terms: { quotas: [{ bytes: 1000, direction: 'both' }] } };
    await call('POST', '/api/v1/plans', plan);
    await call('PUT', `/api/v1/users/${user.id}/entitlement`, { plan: 'small' });
    const use = async (bytes: number) => {
      const fields = { user_token: 'ann-token', server: 's', port: 1, protocol: 'x', bytes_downloaded: bytes };
      await server.request('POST', '/api/xpert/traffic-webhook', { token: owner, body: fields });
      await server.store.quotas.judge();
    };
    await webhook({}, { minSeverity: 'info' });
    await use(799);
    await pass(70);
    expect(await alerts()).toEqual([]);
    await use(1);
    await pass(70);
    expect(await alerts()).toMatchObject([{ topic: 'user-near-limit', severity: 'info', user: { name: 'ann' } }]);
    await use(200);
    await pass(200);
    expect(await alerts()).toMatchObject([{ topic: 'user-limited', severity: 'warning' }]);
    const told = web.requests.map(({ body }) => body);
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain('ann');
    await call('PATCH', '/api/v1/channels/hook', { rules: { namesUsers: true } });
    await call('DELETE', `/api/v1/users/${user.id}`);
    await pass(200);
    expect(web.requests.at(-1)?.body).toContain('ann has used up the quota');
  });

  test('who is at the limit for a week is no news any more, and is not said to have access again', async () => {
    const user = await server.store.inventory.addUser(newUser('ann'));
    const quota = { quotas: [{ bytes: 1000, direction: 'both' }] };
    await call('POST', '/api/v1/plans', { name: 'small', terms: quota });
    await call('PUT', `/api/v1/users/${user.id}/entitlement`, { plan: 'small' });
    const fields = { user_token: 'ann-token', server: 's', port: 1, protocol: 'x', bytes_downloaded: 2000 };
    await server.request('POST', '/api/xpert/traffic-webhook', { token: owner, body: fields });
    await server.store.quotas.judge();
    await webhook({}, { minSeverity: 'info' });
    await pass(200);
    expect(bodies().map(({ data }) => data.events[0].event)).toEqual(['opened']);
    server.clock.advance(7 * 86_400_000);
    await pass(400);
    expect(await alerts()).toEqual([]);
    expect(bodies()).toHaveLength(1);
  });

  test('resellers see none of it, viewers look and change nothing', async () => {
    const [reseller, viewer] = [await server.token('reseller', ['admin']), await server.token('viewer', ['admin'])];
    const status = async (token: string, method: 'GET' | 'POST', url: string) =>
      (await server.request(method, url, { token, ...(method === 'POST' ? { body: {} } : {}) })).statusCode;
    expect(await status(reseller, 'GET', '/api/v1/alerts')).toBe(403);
    expect(await status(viewer, 'GET', '/api/v1/alerts')).toBe(200);
    expect(await status(viewer, 'GET', '/api/v1/channels')).toBe(403);
    expect(await status(viewer, 'POST', '/api/v1/channels')).toBe(403);
  });
});
