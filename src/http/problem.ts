import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ExpectedError, LedgerFailure, NotDelivered, SourceFailure } from '../core/errors.ts';
import { writeJson } from './json.ts';
import type { Logger } from './logging.ts';

/** What a code means to an HTTP client. The only place where codes become statuses. */
const PROBLEMS: Readonly<Record<string, readonly [status: number, title: string, hint: string]>> = {
  'invalid-input': [400, 'The request is not valid', 'Correct the named field and send the request again.'],
  'malformed-json': [400, 'The body is not JSON', 'Send one JSON object, an array of objects, or NDJSON.'],
  'too-old-to-deduplicate': [400, 'The report is too old', 'Use ?backfill=true with a token of scope write.'],
  'bad-request': [400, 'The request is not valid', 'Compare the request with /api/docs.'],
  'not-logged-in': [401, 'Login needed', 'Log in, or send an API token as "Authorization: Bearer …".'],
  'invalid-token': [401, 'The API token is not valid', 'Make a new one: xpert token create --name N --scope S.'],
  'invalid-signature': [401, 'The signature is not valid', 'Sign "id.timestamp.body" as Standard Webhooks says.'],
  'wrong-login': [401, 'Wrong name or password', 'Forgotten? On the server: xpert admin password NAME.'],
  'second-factor-needed': [401, 'A code is needed', 'Enter the code of the authenticator app, or a recovery code.'],
  'wrong-code': [
    401,
    'Wrong code',
    'Take the one that is shown now. Lost it? On the server: xpert admin reset-two-factor NAME.',
  ],
  'second-factor-lost': [401, 'The code cannot be checked', 'On the server: xpert admin reset-two-factor NAME.'],
  forbidden: [403, 'Not allowed', 'Ask the owner, or use a token with the scope that is needed.'],
  'cross-site': [403, 'Request from another site', 'Open the panel itself, or use an API token.'],
  'reseller-limit-reached': [403, 'All is used up', 'Wait for the next cycle, or ask the owner for more.'],
  'server-not-allowed': [
    403,
    'Token is bound to other servers',
    'Use a token bound to this server, or an unbound one.',
  ],
  'agent-token-needed': [409, 'Not a token of an agent', 'Make one for the node: xpert node agent NAME.'],
  'agent-brings-readings': [409, 'Its agent brings the readings', 'Look at the log of the agent on the node.'],
  'setup-link-invalid': [403, 'The setup link is not valid', 'Start the server again to get a new link.'],
  'cli-only': [403, 'Only on the server itself', 'Use the xpert command on the machine of the server.'],
  'not-found': [404, 'Not found', 'Check the name or id; the lists show what exists.'],
  'no-such-route': [404, 'No such address', 'All addresses are listed in /api/docs.'],
  'wrong-method': [405, 'Another method is needed here', 'All addresses are described in /api/docs.'],
  'name-taken': [409, 'The name is taken', 'Choose another name.'],
  'token-taken': [409, 'The token is taken', 'Choose another token.'],
  'source-identity-taken': [409, 'Already counted', 'Use the node that counts it already.'],
  'event-id-reused': [
    409,
    'Event id reused',
    'Send the same body when you repeat a report, and a new id for a new one.',
  ],
  'plan-in-use': [409, 'Users have the plan', 'Give them another plan first.'],
  'rule-in-force': [409, 'The rule has begun', 'Set another rule instead.'],
  'more-than-booked': [409, 'More than is booked', 'Take less, or name another time.'],
  'only-days-left': [409, 'Only days are left', 'Name whole days.'],
  'already-decided': [409, 'Already decided', 'Undo the decision first.'],
  'not-bookable': [409, 'Not to be booked', 'Enter a correction instead.'],
  'already-theirs': [409, 'Already theirs', 'Name another user, or an earlier instant.'],
  'owners-changed': [409, 'Other owners since', 'Undo what was given away since then first.'],
  'not-undoable': [409, 'Not to be undone', 'Enter a correction instead.'],
  'already-done': [409, 'Already done', 'Nothing is left to do.'],
  'already-undone': [409, 'Already undone', 'Nothing is left to do.'],
  'cannot-enforce': [409, 'Nobody can be suspended there', 'See docs/enforcement.md for what each kind can do.'],
  'access-plan-changed': [409, 'Others are held by now', 'Look again, and confirm that number.'],
  'access-not-given-back': [409, 'Not all was given back', 'See why, and try again.'],
  'peers-still-suspended': [409, 'Peers are still suspended there', 'Give them back first.'],
  'backup-elsewhere': [409, 'Copies are made elsewhere', 'Use pg_dump or pg_basebackup.'],
  'backup-running': [409, 'A backup is being written', 'Wait until it is done.'],
  'cleanup-running': [409, 'A cleanup is running', 'Wait until it is done, or cancel it.'],
  'history-none': [409, 'No mirror of history', 'Set XPERT_CLICKHOUSE_URL first.'],
  'history-rebuild-running': [409, 'History is being compared', 'Wait until that is done, or cancel it.'],
  'cleanup-cancelled': [409, 'The cleanup was cancelled', 'Start it again to remove the rest.'],
  'records-exceed-day': [500, 'The cleanup was refused', 'Run xpert doctor, and keep a backup.'],
  'setting-fixed': [409, 'Fixed by the environment', 'Change the environment variable and start again.'],
  'processes-stand-by': [
    409,
    'Other processes use the database',
    'Stop all of them but the one whose data folder gets the file, and try again there.',
  ],
  ambiguous: [409, 'More than one matches', 'Use the id.'],
  'last-owner': [409, 'The last owner', 'Make another owner first.'],
  'body-too-large': [413, 'The body is too large', 'Send at most 1 MiB; split a batch.'],
  'unsupported-media-type': [415, 'Unsupported media type', 'Send JSON with "Content-Type: application/json".'],
  'too-many-tries': [429, 'Too many tries', 'Wait as long as Retry-After says.'],
  'too-many-requests': [429, 'Too many requests', 'Send fewer requests, or several reports in one batch.'],
  'too-many-unclaimed-tokens': [429, 'Too many unknown tokens', 'Create users for them, or require signed reports.'],
  'link-sealed': [409, 'Sealed with another key', 'Give the whole link again.'],
  'server-with-port': [400, 'A server is named with a port', 'Leave the port out.'],
  'link-too-long': [400, 'The link gets too long', 'Give it a shorter name.'],
  'too-many-links': [409, 'Too many links', 'Delete what nobody needs any more.'],
  'too-many-addresses': [409, 'Too many subscriptions of others', 'Delete one first.'],
  'sources-not-read': [503, 'Sources have not answered yet', 'Keep what you have, and fetch again later.'],
  'tracking-off': [503, 'Tracking is off', 'Send the report again when tracking is on.'],
  'no-leader': [503, 'No process leads', 'Try again in a moment: another process takes over by itself.'],
  'leader-lost': [503, 'The process that leads ended', 'Look whether it was done; reports with an id may be repeated.'],
  busy: [503, 'Too busy', 'Try again in a moment.'],
};

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly hint: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Codes that Fastify's own errors stand for. */
const FASTIFY_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_VALIDATION: 'invalid-input',
};

/** The problem document for an error. Unknown errors tell nothing but the request id. */
export function problemOf(error: unknown, requestId: string): Problem {
  const instance = `urn:request:${requestId}`;
  if (error instanceof ExpectedError) {
    const pointer = error.details.pointer;
    return describe(error.code, statusOf(error), error.message, error.hint, {
      instance,
      ...(typeof pointer === 'string' ? { errors: [{ pointer, detail: error.message }] } : {}),
    });
  }
  const fastify = error as Partial<FastifyError>;
  if (fastify.statusCode !== undefined && fastify.statusCode < 500 && typeof fastify.message === 'string') {
    const code = FASTIFY_CODES[fastify.code ?? ''] ?? 'bad-request';
    const status = PROBLEMS[code]?.[0] ?? fastify.statusCode;
    return describe(code, status, fastify.message, undefined, { instance });
  }
  return describe('internal-error', 500, 'Something went wrong inside the server.', undefined, { instance });
}

function describe(
  code: string,
  status: number,
  detail: string,
  hint: string | undefined,
  rest: Pick<Problem, 'instance' | 'errors'>,
): Problem {
  const known = PROBLEMS[code];
  return {
    type: `urn:problem:xpert:${code}`,
    title: known?.[1] ?? (status >= 500 ? 'The server failed' : 'The request failed'),
    status,
    detail,
    code,
    hint: hint ?? known?.[2] ?? 'Look for the request id in the log of the server.',
    ...rest,
  };
}

function statusOf(error: ExpectedError): number {
  const known = PROBLEMS[error.code];
  if (known !== undefined) return known[0];
  if (error instanceof SourceFailure || error instanceof NotDelivered) return 502;
  if (error instanceof LedgerFailure) return 503;
  return 400;
}

/** Nothing that the log has to tell: the product says so elsewhere, once. */
const NO_FAULT: ReadonlySet<string> = new Set(['tracking-off', 'sources-not-read', 'no-leader', 'leader-lost']);

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to an error; logs what an owner has to know about, once. */
export function answerToError(logger: Logger | null, error: unknown, requestId: string): ProblemAnswer {
  const problem = problemOf(error, requestId);
  if (problem.status >= 500 && !NO_FAULT.has(problem.code)) {
    logger?.error({ requestId, code: problem.code, err: error }, 'request failed');
  }
  const retryAfter = error instanceof ExpectedError ? error.details.retryAfterSeconds : undefined;
  return {
    status: problem.status,
    headers: {
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}),
      ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/problem+json; charset=utf-8',
    },
    body: writeJson(problem),
  };
}

/** Answers with the problem. */
export function sendProblem(
  logger: Logger | null,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, headers, body } = answerToError(logger, error, request.id);
  return reply.code(status).headers(headers).send(body);
}

/** An expected failure of HTTP's own, with its standard hint. */
export function problem(code: string, message: string, details: Record<string, unknown> = {}): ExpectedError {
  return new ExpectedError(code, message, { details });
}
