import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const GIB = 1024 ** 3;
let server: HttpTestServer;
let owner: string;
let sender: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
  sender = await server.token('owner', ['ingest']);
  await server.store.quotas.judge();
});
afterEach(() => server.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const call = (method: Method, url: string, body?: object, token = owner) =>
  server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
const json = async (method: Method, url: string, body?: object) => {
  const answer = await call(method, url, body);
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`);
  return answer.json();
};
let event = 0;
const report = (user_token: string, up: number, down: number, token: string | null = sender) =>
  server.request('POST', '/api/xpert/traffic-webhook', {
    ...(token === null ? {} : { token }),
    body: {
      ...{ user_token, server: 'vpn.example.com', port: 443, protocol: 'vless', event_id: `q${++event}` },
      ...{ bytes_uploaded: up, bytes_downloaded: down },
    },
  });
const addAnn = (entitlement: object) =>
  json('POST', '/api/v1/users', {
    name: 'ann',
    userToken: 'ann',
    entitlement,
    tags: ['paid'],
    email: 'ann@example.com',
  });

it('a user with a quota: what is left is said wherever it is asked, and senders are told when it is used up', async () => {
  const ann = await addAnn({ quota: 10 * GIB, cycle: 'month:1' });
  expect(ann).toMatchObject({ state: 'active', tags: ['paid'], email: 'ann@example.com' });
  const [first] = ann.entitlement.quotas;
  expect(first).toMatchObject({ name: 'all', usedBytes: 0, allowanceBytes: 10 * GIB, percent: 0, usedUp: false });
  expect(ann.entitlement).toMatchObject({
    plan: null,
    terms: { cycle: 'month:1' },
    resetsAt: '2026-04-01T00:00:00.000Z',
  });
  expect((await report('ann', GIB, 3 * GIB)).json()).not.toHaveProperty('limit_reached');
  expect(await json('GET', '/api/admin/usage/ann/detailed')).toMatchObject({
    traffic_limit_bytes: 10 * GIB,
    traffic_limit_gb: 10,
    limit_check: true,
    percentage_used: 40,
  });
  const link = `/api/xpert/sub?user_token=${ann.linkToken}`;
  const userinfo = async () => (await server.request('GET', link)).headers['subscription-userinfo'];
  expect(await userinfo()).toBe(`upload=${GIB}; download=${3 * GIB}; total=${10 * GIB}; expire=0`);
  await report('ann', 0, 6 * GIB);
  expect(await json('GET', '/api/v1/users/ann')).toMatchObject({ state: 'limited', stateReason: 'quota' });
  const told = await report('ann', 1, 2);
  expect(told.json()).toMatchObject({ status: 'success', limit_reached: true, limited_tokens: ['ann'] });
  expect((await report('ann', 1, 2, null)).json()).not.toHaveProperty('limit_reached');
  expect(await json('GET', '/api/admin/external-traffic/stats/ann')).toMatchObject({
    limit_check: { within_limit: false, limit_gb: 10, used_gb: 10, remaining_gb: 0, percentage_used: 100 },
  });
  const page = (await server.request('GET', `/u/${ann.linkToken}?lang=en`)).body;
  expect(page).toContain('Limit reached');
  expect(page).toMatch(/<b>10\.0.GiB<\/b> of 10\.0.GiB/);
  expect(page).toContain('Begins anew');
  const { items } = await json('GET', '/api/v1/users?state=limited&tag=paid');
  expect(items.map(({ name }: { name: string }) => name)).toEqual(['ann']);
  expect((await json('GET', '/api/v1/users?state=expired')).items).toEqual([]);
  const changes = (await json('GET', '/api/v1/users/ann/state-changes')).items;
  expect(changes).toMatchObject([{ from: 'active', to: 'limited', reason: 'quota', quota: 'all' }]);
  const topUp = await json('POST', '/api/v1/users/ann/top-ups', { bytes: 5 * GIB, reason: 'paid' });
  expect(await json('GET', '/api/v1/users/ann')).toMatchObject({ state: 'active' });
  expect(await json('DELETE', `/api/v1/top-ups/${topUp.id}`)).toMatchObject({ id: topUp.id, bytes: 5 * GIB });
  expect((await call('DELETE', `/api/v1/top-ups/${topUp.id}`)).json()).toMatchObject({ code: 'already-undone' });
  const reseller = await server.token('reseller', ['admin']);
  for (const [id, token] of [
    ['none', owner],
    [topUp.id, reseller],
  ])
    expect((await call('DELETE', `/api/v1/top-ups/${id}`, undefined, token)).json()).toMatchObject({
      ...{ status: 404, detail: `There is no top-up "${id}".` },
    });
  expect((await json('GET', '/api/v1/users/ann/top-ups')).items).toHaveLength(1);
  expect(await json('GET', '/api/v1/users/ann')).toMatchObject({ state: 'limited' });
  expect(await json('PUT', '/api/v1/users/ann/entitlement', { plan: null })).toBeNull();
  expect(await json('GET', '/api/v1/users/ann')).toMatchObject({ state: 'active', entitlement: null });
});

it('plans: made, previewed, given, changed for all who have them, and not removed from under them', async () => {
  const ann = await addAnn({ quota: 10 * GIB });
  await report('ann', GIB, GIB);
  const terms = { cycle: 'days:30', quotas: [{ bytes: GIB, softPercent: 80, rollover: true }], validDays: 90 };
  const plan = await json('POST', '/api/v1/plans', { name: 'small', terms });
  expect(plan).toMatchObject({ name: 'small', users: 0, terms: { cycle: 'days:30', validDays: 90 } });
  const preview = { terms: { quotas: [{ bytes: GIB }] }, users: ['ann', 'nobody'] };
  expect(await json('POST', '/api/v1/plans/preview', preview)).toEqual({
    ...{ users: 1, cutOff: 1, restored: 0, cutInPart: 0, names: ['ann'] },
  });
  const given = await json('PUT', `/api/v1/users/${ann.id}/entitlement`, { plan: 'small' });
  expect(given).toMatchObject({
    plan: { name: 'small' },
    expiresAt: '2026-06-08T12:00:00.000Z',
    quotas: [{ usedBytes: 0, allowanceBytes: GIB }],
  });
  await json('PATCH', '/api/v1/plans/small', { terms: { ...terms, quotas: [{ bytes: 2 * GIB }] } });
  expect((await json('GET', '/api/v1/plans/small')).users).toBe(1);
  const { quotas } = await json('GET', '/api/v1/users/ann/entitlement');
  expect(quotas).toMatchObject([{ allowanceBytes: 2 * GIB }]);
  expect((await call('DELETE', '/api/v1/plans/small')).json()).toMatchObject({ status: 409, code: 'plan-in-use' });
  expect((await call('POST', '/api/v1/plans', { name: 'small', terms })).statusCode).toBe(409);
  expect((await call('POST', '/api/v1/plans', { name: 'odd', terms: { cycle: 'month:99' } })).json()).toMatchObject({
    ...{ status: 400, errors: [{ pointer: '/cycle' }] },
  });
  const both = await call('PUT', '/api/v1/users/ann/entitlement', { plan: 'small', quota: 5 });
  expect(both.statusCode).toBe(400);
  const unknown = { name: 'bo', entitlement: { plan: 'none' } };
  expect((await call('POST', '/api/v1/users', unknown)).statusCode).toBe(404);
  expect((await call('GET', '/api/v1/users/bo')).statusCode).toBe(404);
  const reseller = await server.token('reseller', ['admin']);
  expect((await call('GET', '/api/v1/users/ann/entitlement', undefined, reseller)).statusCode).toBe(404);
  expect((await call('PUT', '/api/v1/users/ann/entitlement', { plan: null }, reseller)).statusCode).toBe(404);
  expect((await call('POST', '/api/v1/plans', { name: 'x', terms }, reseller)).statusCode).toBe(403);
});

it('a plan that is given is previewed as itself: one with the same terms that is not theirs begins anew', async () => {
  await json('POST', '/api/v1/users', { name: 'ann' });
  const terms = { quotas: [{ bytes: GIB }], validDays: 30 };
  for (const name of ['first', 'second']) await json('POST', '/api/v1/plans', { name, terms });
  await json('PUT', '/api/v1/users/ann/entitlement', { plan: 'first' });
  server.clock.advance(31 * 86_400_000);
  await server.store.quotas.judge();
  expect(await json('GET', '/api/v1/users/ann')).toMatchObject({ state: 'expired' });
  const preview = (given: string) => json('POST', '/api/v1/plans/preview', { terms, users: ['ann'], given });
  expect(await preview('first')).toMatchObject({ users: 1, restored: 0 });
  expect(await preview('second')).toMatchObject({ users: 1, restored: 1 });
  expect((await call('POST', '/api/v1/plans/preview', { terms, given: 'third' })).statusCode).toBe(404);
});

it('a quota may be of a group of nodes, which the preview counts, too', async () => {
  const nodeId = await server.addNode('de-1');
  await server.poll(nodeId, { 'key-a': [100n, 300n] });
  await json('POST', '/api/v1/users', { name: 'ann' });
  const peer = await server.store.inventory.findPeer('key-a');
  const ann = await server.store.inventory.findUser('ann');
  const assignments = [{ peerId: peer?.id, userId: ann?.id }];
  await json('POST', '/api/v1/peers/assign', { assignments, countInCycle: true });
  const terms = { quotas: [{ name: 'fast ones', bytes: 400, nodeTags: ['fast'] }] };
  expect(await json('POST', '/api/v1/plans/preview', { terms })).toMatchObject({ users: 1, cutInPart: 0 });
  expect(await json('PATCH', '/api/v1/nodes/de-1', { tags: ['fast', 'de'] })).toMatchObject({ tags: ['fast', 'de'] });
  expect(await json('POST', '/api/v1/plans/preview', { terms })).toMatchObject({ cutOff: 0, cutInPart: 1 });
  const plan = await json('POST', '/api/v1/plans', { name: 'fast', terms });
  expect(plan.terms.quotas[0]).toMatchObject({ nodeIds: null, nodeTags: ['fast'], protocols: null });
  // Whose part is off already, or who loses all, loses no part.
  await json('PUT', '/api/v1/users/ann/entitlement', { plan: 'fast' });
  expect(await json('POST', '/api/v1/plans/preview', { terms })).toMatchObject({ cutOff: 0, cutInPart: 0 });
  const all = { quotas: [...terms.quotas, { bytes: 1 }] };
  expect(await json('POST', '/api/v1/plans/preview', { terms: all })).toMatchObject({ cutOff: 1, cutInPart: 0 });
  await json('PUT', '/api/v1/users/ann/entitlement', { plan: 'fast' });
  await server.store.quotas.judge();
  expect((await json('GET', '/api/v1/users/ann/entitlement')).quotas).toMatchObject([{ usedBytes: 400, usedUp: true }]);
  const empty = await call('POST', '/api/v1/plans', { name: 'none', terms: { quotas: [{ bytes: 1, nodeTags: [] }] } });
  expect([empty.statusCode, empty.json().errors[0].pointer]).toEqual([400, expect.stringContaining('/quotas/0')]);
});

it('users made from a template have what it says, but for what is said otherwise', async () => {
  await json('POST', '/api/v1/plans', { name: 'small', terms: { quotas: [{ bytes: GIB }] } });
  const path = '/api/v1/user-templates/trial';
  const trial = { note: 'for a try', tags: ['trial'], entitlement: { plan: 'small' }, expiresInDays: 14 };
  const withOther = { ...trial, entitlement: { ...trial.entitlement, other: 1 } };
  expect(await json('PUT', path, withOther)).toEqual({ name: 'trial', own: true, ...trial });
  const made = await json('POST', '/api/v1/users', { name: 'ann', template: 'trial', tags: ['own'] });
  expect(made).toMatchObject({
    ...{ note: 'for a try', tags: ['own'] },
    entitlement: { plan: { name: 'small' }, expiresAt: '2026-03-24T12:00:00.000Z' },
  });
  const csv = 'name,quota_bytes,note\nbo,,\ncy,2048,mine\n';
  expect(await json('POST', '/api/v1/users/import', { csv, template: 'trial' })).toMatchObject({ created: 2 });
  expect(await json('GET', '/api/v1/users/bo')).toMatchObject({
    ...{ note: 'for a try', tags: ['trial'], entitlement: { plan: { name: 'small' } } },
  });
  const cy = await json('GET', '/api/v1/users/cy');
  expect([cy.note, cy.entitlement.plan, cy.entitlement.quotas[0].allowanceBytes]).toEqual(['mine', null, 2048]);
  expect(cy.entitlement.expiresAt).toBe('2026-03-24T12:00:00.000Z');

  const reseller = await server.token('reseller', ['read', 'write']);
  const { items } = (await call('GET', '/api/v1/user-templates', undefined, reseller)).json();
  expect(items).toMatchObject([{ name: 'trial', own: false }]);
  expect((await call('PUT', path, {}, reseller)).statusCode).toBe(404);
  expect((await call('PUT', '/api/v1/user-templates/own', {}, reseller)).statusCode).toBe(200);
  // The owner corrects it, and it stays the reseller's.
  expect(await json('PUT', '/api/v1/user-templates/own', { note: 'better' })).toMatchObject({ own: false });
  expect((await call('GET', '/api/v1/user-templates', undefined, reseller)).json().items[0]).toMatchObject({
    ...{ name: 'own', own: true, note: 'better' },
  });
  expect((await call('POST', '/api/v1/users', { name: 'dy', template: 'trial' }, reseller)).statusCode).toBe(201);
  const unsound = { entitlement: { plan: 'none such' } };
  expect((await call('PUT', '/api/v1/user-templates/odd', unsound)).statusCode).toBe(404);
  expect((await call('POST', '/api/v1/users', { name: 'ey', template: 'none' })).statusCode).toBe(404);
  expect((await call('DELETE', path)).statusCode).toBe(204);
  expect((await call('DELETE', path)).statusCode).toBe(404);
});

it('whatever a request gives of an entitlement, the template keeps the rest; alone and by file alike', async () => {
  await json('POST', '/api/v1/plans', { name: 'small', terms: { quotas: [{ bytes: GIB }] } });
  await json('POST', '/api/v1/plans', { name: 'large', terms: { quotas: [{ bytes: 7 * GIB }] } });
  const entitlement = { plan: 'small', nextPlan: 'large', begins: 'with-first-use' };
  await json('PUT', '/api/v1/user-templates/trial', { entitlement, expiresInDays: 14 });
  await json('PUT', '/api/v1/user-templates/own', { entitlement: { quota: 2048, cycle: 'days:30' } });
  const made = async (name: string, own: object, template = 'trial') =>
    (await json('POST', '/api/v1/users', { name, template, entitlement: own })).entitlement;
  const [small, large] = [{ name: 'small' }, { name: 'large' }];
  const days = '2026-03-24T12:00:00.000Z';
  const end = '2027-01-01T00:00:00.000Z';
  const isOnHold = { startedAt: null };
  expect(await made('ends', { expiresAt: end })).toMatchObject({ ...isOnHold, plan: small, expiresAt: end });
  expect(await made('begins', { begins: 'now' })).toMatchObject({ plan: small, nextPlan: large, expiresAt: days });
  const other = { ...isOnHold, plan: large, nextPlan: large, expiresAt: days };
  expect(await made('other', { plan: 'large' })).toMatchObject(other);
  expect(await made('quota', { quota: 4096 })).toMatchObject({ ...isOnHold, plan: null, expiresAt: days });
  expect(await made('hold', { begins: 'with-first-use' }, 'own')).toMatchObject({ terms: { cycle: 'days:30' } });
  expect(await made('more', { plan: 'small' }, 'own')).toMatchObject({ plan: small, expiresAt: null });
  const csv = `name,plan,expires_at\nends-2,,${end}\nother-2,large,\n`;
  await json('POST', '/api/v1/users/import', { csv, template: 'trial' });
  const got = async (name: string) => (await json('GET', `/api/v1/users/${name}`)).entitlement;
  expect(await got('ends-2')).toMatchObject({ ...isOnHold, plan: small, expiresAt: end });
  expect(await got('other-2')).toMatchObject(other);
});

it('a file, or a request, may name a day: access ends with it, at midnight of the panel’s zone', async () => {
  await server.ports.operations.setTimeZone('Asia/Tehran');
  const csv = 'name,quota_bytes,expires_at\nann,7,2026-12-31\nbo,8,2026-02-30\n';
  const dry = await json('POST', '/api/v1/users/import', { csv, dryRun: true });
  expect(dry).toMatchObject({ created: 1, errors: [{ line: 3 }] });
  await json('POST', '/api/v1/users/import', { csv: csv.split('\n').slice(0, 2).join('\n') });
  const { expiresAt } = await json('GET', '/api/v1/users/ann/entitlement');
  expect(expiresAt).toBe('2026-12-31T20:30:00.000Z');
  const given = (end: string) => call('PUT', '/api/v1/users/ann/entitlement', { expiresAt: end });
  expect((await given('2026-11-30')).json().expiresAt).toBe('2026-11-30T20:30:00.000Z');
  expect((await given('2026-11-30T10:00:00+02:00')).json().expiresAt).toBe('2026-11-30T08:00:00.000Z');
  for (const wrong of ['2026-02-30', 'tomorrow', '5', '2026-11-30T10:00', ''])
    expect((await given(wrong)).json(), wrong).toMatchObject({ status: 400, errors: [{ pointer: '/expiresAt' }] });
});

it('many users at once: by hand, by file, and all or none', async () => {
  await json('POST', '/api/v1/plans', { name: 'small', terms: { quotas: [{ bytes: GIB }] } });
  const csv = [
    'name,user_token,email,note,tags,plan,quota_bytes,cycle,expires_at',
    'ann,ann,ann@example.com,"\'=1+1, or so",a b,small,,,',
    'bo,,,,,,2048,month:1,2027-01-01T00:00:00Z',
  ].join('\n');
  expect(await json('POST', '/api/v1/users/import', { csv, dryRun: true })).toEqual({
    created: 2,
    existing: [],
    errors: [],
  });
  expect(await json('POST', '/api/v1/users/import', { csv })).toEqual({ created: 2, existing: [], errors: [] });
  expect(await json('POST', '/api/v1/users/import', { csv })).toEqual({
    created: 0,
    existing: ['ann', 'bo'],
    errors: [],
  });
  const odd = await call('POST', '/api/v1/users/import', { csv: 'name,user_token\ncy,cy-token\ndy,no spaces' });
  expect([odd.statusCode, odd.json().errors[0].detail]).toEqual([400, expect.stringContaining('Line 3')]);
  const lines = { csv: 'name,telegram_id\n,1\ncy,no\ney,1\ney,2', dryRun: true };
  expect(await json('POST', '/api/v1/users/import', lines)).toMatchObject({
    ...{ created: 1, errors: [{ line: 2 }, { line: 3 }, { line: 5, message: expect.stringContaining('"ey"') }] },
  });
  const taken = await call('POST', '/api/v1/users/import', { csv: 'name,user_token\ncy,cy\ndy,ann' });
  expect([taken.statusCode, (await call('GET', '/api/v1/users/cy')).statusCode]).toEqual([409, 404]);
  expect(await json('GET', '/api/v1/users/ann')).toMatchObject({
    ...{ note: '=1+1, or so', tags: ['a', 'b'], entitlement: { plan: { name: 'small' } } },
  });
  const file = (await call('GET', '/api/v1/users/export')).body;
  expect(file).toContain('"\'=1+1, or so"');
  expect(file).toMatch(/^bo,[0-9a-f]+,,,,,,2048,month:1,2027-01-01T00:00:00.000Z,active,0,/m);
  const bulk = (body: object) => call('POST', '/api/v1/users/bulk', { users: ['ann', 'bo'], ...body });
  expect((await bulk({ action: 'suspend' })).json()).toEqual({
    users: 2,
    applied: true,
    unchanged: [],
    impossible: [],
  });
  expect((await json('GET', '/api/v1/users?state=suspended')).items).toHaveLength(2);
  expect((await bulk({ action: 'resume', preview: true })).json()).toMatchObject({ users: 2, applied: false });
  expect((await json('GET', '/api/v1/users?state=suspended')).items).toHaveLength(2);
  await bulk({ action: 'resume' });
  expect((await bulk({ action: 'tag', tag: 'a' })).json()).toMatchObject({ users: 1, unchanged: ['ann'] });
  expect((await json('GET', '/api/v1/users?tag=a')).items).toHaveLength(2);
  await bulk({ action: 'untag', tag: 'b' });
  expect((await json('GET', '/api/v1/users/ann')).tags).toEqual(['a']);
  expect((await call('POST', '/api/v1/users/bulk', { users: ['ann'], action: 'tag' })).statusCode).toBe(400);
  await json('POST', '/api/v1/users', { name: 'free', userToken: 'free' });
  const topUp = { users: ['ann', 'free'], action: 'top-up', bytes: 1024 };
  expect((await bulk(topUp)).json()).toMatchObject({ users: 1, impossible: ['free'] });
  expect((await json('GET', '/api/v1/users/ann')).entitlement.quotas[0].allowanceBytes).toBe(GIB + 1024);
  await call('DELETE', '/api/v1/users/free');
  expect((await json('GET', '/api/v1/users?plan=small')).items.map(({ name }: { name: string }) => name)).toEqual([
    'ann',
  ]);
  expect((await call('GET', '/api/v1/users?owner=nobody')).statusCode).toBe(404);
  const nothing = await bulk({ action: 'entitle' });
  expect([nothing.statusCode, nothing.json().errors[0].pointer]).toEqual([400, '/entitlement']);
  await bulk({ action: 'entitle', entitlement: { plan: 'small' } });
  expect((await json('GET', '/api/v1/plans/small')).users).toBe(2);
  expect((await bulk({ users: ['ann', 'nobody'], action: 'delete' })).statusCode).toBe(404);
  await bulk({ action: 'delete' });
  expect((await json('GET', '/api/v1/users')).items).toEqual([]);
  const trusted = { servers: ['vpn.example.com'] };
  expect(await json('PUT', '/api/v1/settings/trusted-servers', trusted)).toEqual(trusted);
  expect(await json('GET', '/api/v1/settings/trusted-servers')).toEqual(trusted);
});

it('a server is trusted by its name alone: one with a port is refused, for no report would match it', async () => {
  const trust = (...servers: string[]) => call('PUT', '/api/v1/settings/trusted-servers', { servers });
  for (const [server, name] of [
    ['vpn.example.com:443', 'vpn.example.com'],
    ['[2001:db8::1]:443', '2001:db8::1'],
  ] as const) {
    expect((await trust('other.example.com', server)).json()).toMatchObject({
      ...{ status: 400, code: 'server-with-port', hint: `Leave the port out: ${name}` },
      errors: [{ pointer: '/servers/1' }],
    });
  }
  expect((await json('GET', '/api/v1/settings/trusted-servers')).servers).toEqual([]);
  const names = ['2001:db8::1', '::1', 'vpn.example.com', 'Berlin 2'];
  expect((await trust(...names)).statusCode).toBe(200);
});

it('many users at once: each once, however often named; the deleted are left out', async () => {
  const ann = await addAnn({ quota: GIB });
  const bo = await json('POST', '/api/v1/users', { name: 'bo', entitlement: { quota: GIB } });
  await call('DELETE', '/api/v1/users/bo');
  const bulk = (body: object) =>
    json('POST', '/api/v1/users/bulk', { users: ['ann', ann.id, bo.id, ann.name], ...body });
  const topUp = await bulk({ action: 'top-up', bytes: 1024 });
  expect(topUp).toMatchObject({ users: 1, unchanged: [], impossible: ['bo'] });
  expect((await json('GET', '/api/v1/users/ann')).entitlement.quotas[0].allowanceBytes).toBe(GIB + 1024);
  expect(await bulk({ action: 'suspend' })).toMatchObject({ users: 1, impossible: ['bo'] });
  expect(await bulk({ action: 'delete' })).toMatchObject({ users: 1, impossible: ['bo'] });
  expect((await server.store.audit.read(1, null)).items[0]).toMatchObject({
    ...{ action: 'users.delete', subject: '1 user', detail: { users: ['ann'] } },
  });
});

it('an end that no date of four digits tells is refused, in a preview of many users, too', async () => {
  await addAnn({ quota: GIB });
  for (const expiresAt of ['9999-12-31', '9999-12-31T23:59:59-00:01', 'soon']) {
    const one = await call('PUT', '/api/v1/users/ann/entitlement', { expiresAt });
    const bulk = { users: ['ann'], action: 'entitle', preview: true, entitlement: { expiresAt } };
    for (const refused of [one, await call('POST', '/api/v1/users/bulk', bulk)])
      expect([refused.statusCode, refused.json().errors[0].pointer], expiresAt).toEqual([400, '/expiresAt']);
  }
});

it('many users at once: what was done before something failed is in the audit log', async () => {
  for (const name of ['ann', 'bo', 'cy']) await json('POST', '/api/v1/users', { name });
  const { id } = await json('GET', '/api/v1/users/bo');
  const { inventory } = server.ports;
  const deleteUser = inventory.deleteUser.bind(inventory);
  vi.spyOn(inventory, 'deleteUser').mockImplementation(async (user, at) => {
    if (user === id) throw new Error('the disk is gone');
    return deleteUser(user, at);
  });
  const failed = await call('POST', '/api/v1/users/bulk', { users: ['ann', 'bo', 'cy'], action: 'delete' });
  expect(failed.statusCode).toBe(500);
  expect((await server.store.audit.read(1, null)).items[0]).toMatchObject({
    ...{ action: 'users.delete', subject: '2 users', detail: { users: ['ann', 'cy'] } },
  });
});

it('a file of users is checked as one user is, line by line, and not too long', async () => {
  const lines = [
    ...['name,email,note,tags,telegram_id,quota_bytes,expires_at', 'a/b,,,,,,', 'bo,nobody,,,,,'],
    ...[`cy,,${'x'.repeat(2001)},,,,`, `dy,,,${'t'.repeat(33)},,,`, 'ey,,,,9007199254740993,,', 'fy,,,,,0,'],
    ...['gy,,,,,,tomorrow', 'hy,,,,,-5,', 'ok,ok@example.com,fine,a b,77,1024,2027-01-01T00:00:00Z'],
  ];
  const csv = lines.join('\n');
  const dry = await json('POST', '/api/v1/users/import', { csv, dryRun: true });
  expect(dry.created).toBe(1);
  const columns = ['name', 'email', 'note', 'tags', 'telegram_id', 'quota_bytes', 'expires_at', 'quota_bytes'];
  expect(dry.errors).toEqual(
    columns.map((column, i) => ({ line: i + 2, message: expect.stringMatching(new RegExp(`^"${column}`)) })),
  );
  expect((await call('POST', '/api/v1/users/import', { csv })).json()).toMatchObject({
    ...{ status: 400, errors: [{ pointer: '/csv', detail: expect.stringContaining('Line 2: "name"') }] },
  });
  const long = { csv: `name\n${Array.from({ length: 5001 }, (_, i) => `u${i}`).join('\n')}`, dryRun: true };
  const refused = await call('POST', '/api/v1/users/import', long);
  expect([refused.statusCode, refused.json().errors[0].detail]).toEqual([400, expect.stringContaining('5001')]);
});

it('what all users of a reseller may use together: shown where the original showed it; nobody more once it is reached', async () => {
  const reseller = await server.token('reseller', ['admin']);
  const path = '/api/v1/admins/the-reseller/limit';
  expect(await json('GET', path)).toBeNull();
  expect((await call('PUT', path, { bytes: 10 }, reseller)).statusCode).toBe(403);
  expect((await call('PUT', '/api/v1/admins/the-owner/limit', { bytes: 10 })).statusCode).toBe(400);
  expect((await call('PUT', path, { bytes: 10, cycle: 'often' })).statusCode).toBe(400);
  await json('PUT', path, { bytes: 10 * GIB, cutsUsers: true });
  const user = { name: 'cus', userToken: 'cus' };
  expect((await call('POST', '/api/v1/users', user, reseller)).statusCode).toBe(201);
  await report('cus', GIB, 3 * GIB);
  const seen = await server.request('GET', '/api/admin/usage/the-reseller/detailed', { token: reseller });
  const limit = { traffic_limit_bytes: 10 * GIB, traffic_limit_gb: 10 };
  expect(seen.json()).toMatchObject({ ...limit, total_usage_bytes: 4 * GIB, limit_check: true, percentage_used: 40 });
  await report('cus', 0, 6 * GIB);
  await server.store.adminLimits.judge();
  const stats = await json('GET', '/api/admin/external-traffic/stats/the-reseller');
  const check = { within_limit: false, limit_gb: 10, used_gb: 10, remaining_gb: 0, percentage_used: 100 };
  expect(stats).toMatchObject({ ...limit, limit_check: check });
  const standing = { usedBytes: 10 * GIB, percent: 100, cycle: 'month:1', from: '2026-03-01T00:00:00.000Z' };
  expect((await server.request('GET', path, { token: reseller })).json()).toMatchObject(standing);
  expect(await json('GET', '/api/v1/users/cus')).toMatchObject({ state: 'limited', stateReason: 'admin-limit' });
  for (const [method, url, body] of [
    ['POST', '/api/v1/users', { name: 'more' }],
    ['POST', '/api/v1/users/import', { csv: 'name\nmore\n' }],
    ['POST', '/api/v1/users/bulk', { users: ['cus'], action: 'entitle', entitlement: { quota: GIB } }],
    ['PUT', '/api/v1/users/cus/entitlement', { quota: GIB }],
    ['POST', '/api/v1/users/cus/top-ups', { bytes: GIB }],
  ] as const) {
    expect((await call(method, url, body, reseller)).json(), url).toMatchObject({ code: 'reseller-limit-reached' });
  }
  // Resets of their own leave it as it is; the owner's begin it anew.
  await call('POST', '/api/admin/usage/reset/the-reseller', undefined, reseller);
  expect(await json('GET', path)).toMatchObject({ usedBytes: 10 * GIB });
  await json('POST', '/api/admin/usage/reset/the-reseller');
  expect(await json('GET', path)).toMatchObject({ usedBytes: 0, reachedAt: null });
  expect((await call('POST', '/api/v1/users', { name: 'more' }, reseller)).statusCode).toBe(201);
  expect((await call('DELETE', path)).statusCode).toBe(204);
  expect(await json('GET', path)).toBeNull();
});
