import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../core/identity/authorize.ts';
import type { ReportOutcome, ReportSender, UsageReport } from '../../core/ledger/report.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { HttpApp } from '../http-app.ts';
import { writeJson } from '../json.ts';
import { requestIds } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import type { HttpConfig, HttpPorts } from '../ports.ts';
import { answerToError, problem } from '../problem.ts';
import { webhookSchema } from '../schemas/webhook.ts';
import { ReachedLimits } from './reached-limits.ts';
import { parseReports, type ReportBody, readReportBody, requestEventId } from './report-body.ts';
import { checkServers, SenderGate, senderOf, UNSIGNED } from './sender.ts';
import { ShortWay } from './short-way.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const SUCCESS = { status: 'success', message: 'Traffic recorded successfully' };
/** The two usual answers, written once. */
const ONE_WITH_ID = writeJson({ ...SUCCESS, recorded: 1, duplicates: 0, stale: 0 });
const ONE_WITHOUT_ID = writeJson({ ...SUCCESS, recorded: 1, duplicates: 0, stale: 0, idempotent: false });

/** A body together with who sent it, known before anything in the body is judged. */
interface Delivery {
  readonly body: ReportBody;
  readonly actor: Extract<Actor, { kind: 'token' }> | null;
}

/**
 * The webhook: the busiest route. It stands in a scope of its own without the hooks of the others; callbacks instead of
 * async functions, because each promise shows at this rate.
 */
export function webhookRoutes(
  app: HttpApp,
  ports: Pick<HttpPorts, 'ledger' | 'inventory' | 'clock' | 'userStates'>,
  config: Pick<HttpConfig, 'webhookAuth' | 'basePath' | 'logger'>,
  parts: { readonly authenticator: Authenticator; readonly metrics: Metrics },
): void {
  const { clock, ledger, inventory } = ports;
  const limits = new ReachedLimits(ports);
  const gate = new SenderGate({ authenticator: parts.authenticator, clock, auth: config.webhookAuth });

  const readBody = (request: FastifyRequest, text: string): Delivery | Promise<Delivery> => {
    const contentType = request.raw.headers['content-type'];
    if (gate.isPlain(request)) return { body: readReportBody(text, contentType), actor: null };
    return gate.identify(request, text).then((actor) => ({ body: readReportBody(text, contentType), actor }));
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, readBodyWith(readBody));
  app.addContentTypeParser('*', { parseAs: 'string' }, readBodyWith(readBody));

  app.addHook('onRequest', (request, _reply, done) => {
    if (!gate.isPlain(request)) return done();
    try {
      gate.limit(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });

  app.post(
    '/api/xpert/traffic-webhook',
    { config: { access: 'sender' }, schema: webhookSchema, validatorCompiler: () => () => true },
    (request, reply: FastifyReply) => {
      const delivery = request.body as unknown as Delivery | undefined;
      if (delivery === undefined) return refuseEmpty(gate, request, reply);
      const { body, actor } = delivery;
      const sender = actor === null && request.raw.url === PATH ? UNSIGNED : senderOf(actor, wantsBackfill(request));
      const { headers } = request.raw;
      const eventId = requestEventId(headers['idempotency-key'], headers['webhook-id']);
      const reports = parseReports(body, eventId, { nowMs: clock.now().getTime(), backfill: sender.backfill });
      if (actor === null && reports.length > 1) gate.charge(request, reports.length);
      record(sender, reports, actor).then(
        (outcome) => {
          parts.metrics.reported(outcome);
          const limited = sender.verified ? limits.among(reports) : NOBODY;
          reply.header('content-type', JSON_TYPE).send(answer(reports, outcome, limited));
        },
        (error: Error) => reply.send(error),
      );
    },
  );

  if (config.webhookAuth === 'open') {
    const record = (reports: readonly UsageReport[]) => ledger.recordReports(UNSIGNED, reports);
    openShortWay(app, { record, gate, clock, metrics: parts.metrics, config });
  }

  function record(sender: ReportSender, reports: UsageReport[], actor: Delivery['actor']): Promise<ReportOutcome> {
    if (actor === null) return ledger.recordReports(sender, reports);
    return checkServers(actor, reports, inventory).then(() => ledger.recordReports(sender, reports));
  }
}

interface ShortWayUse {
  readonly record: (reports: readonly UsageReport[]) => Promise<ReportOutcome>;
  readonly gate: SenderGate;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly config: Pick<HttpConfig, 'basePath' | 'logger'>;
}

/** For requests that say nothing of their sender, and came straight from there. */
function openShortWay(app: HttpApp, { record, gate, clock, metrics, config }: ShortWayUse): void {
  const nextId = requestIds();
  const shortWay = new ShortWay({
    server: app.server,
    targets: [PATH, config.basePath + PATH],
    clock,
    take(text, address) {
      const rules = { nowMs: clock.now().getTime(), backfill: false };
      const reports = parseReports(readReportBody(text, undefined), null, rules);
      gate.limitStraight(address, reports.length);
      return record(reports).then((outcome) => {
        metrics.reported(outcome);
        return answer(reports, outcome, NOBODY);
      });
    },
    answerTo: (error) => answerToError(config.logger, error, nextId()),
  });
  app.addHook('preClose', async () => shortWay.end());
}

const NOBODY: readonly string[] = [];
const PATH = '/api/xpert/traffic-webhook';

type Done = (error: Error | null, body?: unknown) => void;

/** Wraps a reader that answers at once where it can into the parser form Fastify knows. */
function readBodyWith(read: (request: FastifyRequest, text: string) => Delivery | Promise<Delivery>) {
  return (request: FastifyRequest, text: string, done: Done): void => {
    let delivery: Delivery | Promise<Delivery>;
    try {
      delivery = read(request, text);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (delivery instanceof Promise) delivery.then((body) => done(null, body), done);
    else done(null, delivery);
  };
}

/** Fastify does not call a parser for a body of no length: who sends it still has to be known before it is judged. */
function refuseEmpty(gate: SenderGate, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = problem('malformed-json', 'The body is empty.', { pointer: '' });
  gate.identify(request, '').then(
    () => reply.send(refusal),
    (error: Error) => reply.send(error),
  );
}

function wantsBackfill(request: FastifyRequest): boolean {
  return (request.query as { backfill?: string }).backfill === 'true';
}

function answer(reports: readonly UsageReport[], outcome: ReportOutcome, limited: readonly string[]): string {
  const isIdempotent = reports.every((report) => report.eventId !== null || report.mode === 'cumulative');
  const { recorded, duplicates, stale, quarantined } = outcome;
  if (recorded === 1 && duplicates === 0 && stale === 0 && quarantined === 0 && limited.length === 0) {
    return isIdempotent ? ONE_WITH_ID : ONE_WITHOUT_ID;
  }
  return writeJson({
    ...SUCCESS,
    recorded,
    duplicates,
    stale,
    ...(quarantined > 0 ? { quarantined } : {}),
    ...(isIdempotent ? {} : { idempotent: false }),
    ...(limited.length > 0 ? { limit_reached: true, limited_tokens: limited } : {}),
  });
}
