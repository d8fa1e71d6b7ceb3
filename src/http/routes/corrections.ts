import { type Static, Type } from '@sinclair/typebox';
import { InvalidInput, NotFound } from '../../core/errors.ts';
import { adminIdOf, ownsUser, visibilityOf } from '../../core/identity/authorize.ts';
import type { CorrectedCarrier, CorrectionSubject } from '../../core/ledger/entry.ts';
import { directed, type Traffic, undirected } from '../../core/units/bytes.ts';
import type { EntryId, ServiceId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import { EntryViews } from '../entry-views.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { PageOf, PageQuery } from '../schemas/common.ts';
import { EntryJson, OutcomeJson, Preview, Reason } from '../schemas/entries.ts';

const Id = Type.String({ minLength: 1, maxLength: 256 });
const Change = Type.Optional(
  Type.Integer({
    minimum: -Number.MAX_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Negative: taken.',
  }),
);
const NewCorrection = Type.Object({
  userId: Type.Optional(Type.String({ ...Id, description: 'Whose bytes: name one of userId, peerId and userToken.' })),
  peerId: Type.Optional(Id),
  userToken: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'One that nobody owns, mostly.' })),
  server: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'With port and protocol.' })),
  port: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  protocol: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
  serviceId: Type.Optional(Type.String({ ...Id, description: 'One of our VPN services instead.' })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Default: the instant "to".' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Default: now.' })),
  rxBytes: Change,
  txBytes: Change,
  totalBytes: Type.Optional(
    Type.Integer({
      minimum: -Number.MAX_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Instead of rxBytes and txBytes, where the direction is not known.',
    }),
  ),
  reason: Reason,
  preview: Preview,
});
type Body = Static<typeof NewCorrection>;

const tags = ['ledger'];
const listSchema = {
  tags,
  summary: 'Corrections, decisions and rebindings, newest first',
  querystring: Type.Object({ ...PageQuery, user: Type.Optional(Id) }),
  response: { 200: PageOf(EntryJson) },
};
const addSchema = {
  tags,
  summary: 'Add bytes to what was booked, or take some, as an entry that can be undone',
  body: NewCorrection,
  response: { 200: OutcomeJson },
};
const undoSchema = {
  tags,
  summary: 'Undo an entry by its opposite',
  params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
  body: Type.Object({ reason: Type.Optional(Reason), preview: Preview }),
  response: { 200: OutcomeJson },
};

/** Corrections: what admins add to the ledger by hand. Nothing that was booked is ever changed. */
export function correctionRoutes(app: HttpApp, parts: HttpParts): void {
  const { ledger, history, inventory, clock } = parts.ports;
  const views = new EntryViews(parts.ports);

  app.get('/api/v1/corrections', { config: { access: 'view' }, schema: listSchema }, async (request) => {
    const actor = actorOf(request);
    const { user, limit, cursor } = request.query;
    const found = user === undefined ? null : await inventory.findUser(user);
    if (user !== undefined && (found === null || !ownsUser(actor, found.ownerId))) throw new NotFound('user', user);
    const query = { userId: found?.id ?? null, limit, cursor: cursor ?? null };
    const page = await history.entries(query, visibilityOf(actor));
    return { ...page, items: await Promise.all(page.items.map((entry) => views.entry(actor, entry))) };
  });

  app.post('/api/v1/corrections', { config: { access: 'change-all' }, schema: addSchema }, async (request) => {
    const { body } = request;
    const to = body.to === undefined ? clock.now() : new Date(body.to);
    const asked = {
      subject: await subjectOf(body),
      carrier: carrierOf(body),
      from: body.from === undefined ? to : new Date(body.from),
      to,
      traffic: trafficOf(body),
      reason: body.reason,
      by: adminIdOf(actorOf(request)),
    };
    refuseTooLong(asked);
    const outcome = await ledger.correct(asked, body.preview ?? false);
    if (outcome.entry !== null) {
      const { preview: _, ...detail } = body;
      await audit(parts, request, 'usage.corrected', outcome.entry.id, detail);
    }
    return views.outcome(actorOf(request), outcome);
  });

  app.post(
    '/api/v1/corrections/:id/undo',
    { config: { access: 'change-all' }, schema: undoSchema },
    async (request) => {
      const id = request.params.id as EntryId;
      const { reason = 'Undone.', preview = false } = request.body;
      const outcome = await ledger.undoEntry({ id, reason, by: adminIdOf(actorOf(request)) }, preview);
      if (outcome.entry !== null) await audit(parts, request, 'usage.correction-undone', id, { reason });
      return views.outcome(actorOf(request), outcome);
    },
  );

  async function subjectOf({ userId, peerId, userToken }: Body): Promise<CorrectionSubject> {
    if ([userId, peerId, userToken].filter((each) => each !== undefined).length !== 1) {
      throw new InvalidInput('/userId', 'Name whose bytes they are: one of userId, peerId and userToken.');
    }
    if (userId !== undefined) {
      const user = await inventory.findUser(userId);
      if (user === null) throw new NotFound('user', userId);
      return { kind: 'user', userId: user.id };
    }
    if (userToken !== undefined) return { kind: 'token', userToken };
    const peer = await inventory.findPeer(peerId ?? '');
    if (peer === null) throw new NotFound('peer', peerId ?? '', 'GET /api/v1/peers lists them.');
    return { kind: 'peer', peerId: peer.id };
  }
}

/** What is added is spread over every quarter of an hour of its time. @throws InvalidInput */
function refuseTooLong({ from, to, traffic }: { from: Date; to: Date; traffic: Traffic }): void {
  const adds = [traffic.rx, traffic.tx, traffic.total].some((bytes) => bytes !== null && bytes > 0n);
  if (!adds || to.getTime() - from.getTime() <= MOST_DAYS * 86_400_000) return;
  const hint = 'Name a later "from", or enter several corrections.';
  throw new InvalidInput('/from', `Bytes are added over at most ${MOST_DAYS} days at once.`, hint);
}

const MOST_DAYS = 366;

/** @throws InvalidInput */
function carrierOf({ server, port, protocol, serviceId }: Body): CorrectedCarrier | null {
  if (serviceId !== undefined) {
    if (server === undefined && port === undefined && protocol === undefined)
      return { serviceId: serviceId as ServiceId };
    throw new InvalidInput('/serviceId', 'Name a VPN service, or server, port and protocol.');
  }
  if (server === undefined && port === undefined && protocol === undefined) return null;
  if (server !== undefined && port !== undefined && protocol !== undefined) return { server, port, protocol };
  throw new InvalidInput('/server', '"server", "port" and "protocol" go together.');
}

/** @throws InvalidInput */
function trafficOf({ rxBytes, txBytes, totalBytes }: Body): Traffic {
  if (totalBytes === undefined) return directed(BigInt(rxBytes ?? 0), BigInt(txBytes ?? 0));
  if (rxBytes === undefined && txBytes === undefined) return undirected(BigInt(totalBytes));
  throw new InvalidInput('/totalBytes', 'Name the bytes by direction, or their total alone.');
}
