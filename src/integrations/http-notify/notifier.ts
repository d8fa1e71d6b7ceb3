import { createHmac } from 'node:crypto';
import type { AlertMessage, Notifier, NotifierKind } from '../../core/alerting/notifier.ts';
import { NotDelivered } from '../../core/errors.ts';
import { type HttpAnswer, HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { keyOf, parseWebhookOptions, type WebhookOptions } from './options.ts';

const MAX_ANSWER_BYTES = 65_536;

export const httpNotify: NotifierKind = {
  kind: 'webhook',
  secretOptions: ['signingSecret'],
  addressOptions: ['url'],
  parseOptions: (options) => ({ ...parseWebhookOptions(options) }),
  describe: ({ url }) => new URL(String(url)).origin,
  create: (options) => new WebhookNotifier(options as WebhookOptions),
};

/** Posts messages as JSON, signed as Standard Webhooks has it; `webhook-id` stays the same over retries. */
class WebhookNotifier implements Notifier {
  readonly #options: WebhookOptions;
  readonly #http: HttpClient;

  constructor(options: WebhookOptions) {
    this.#options = options;
    const policy = { kind: 'collector', privateAddresses: true } as const;
    this.#http = new HttpClient({ policy: options.privateAddress === true ? policy : { kind: 'foreign' } });
  }

  async send(message: AlertMessage, signal: AbortSignal): Promise<void> {
    const answer = await this.#post(message, signal);
    if (answer.status >= 200 && answer.status < 300) return;
    throw refused(answer, message.at, new URL(this.#options.url).origin);
  }

  async #post(message: AlertMessage, signal: AbortSignal): Promise<HttpAnswer> {
    const { id, at } = message;
    const body = bodyOf(message);
    const timestamp = String(Math.floor(at.getTime() / 1000));
    const signature = createHmac('sha256', keyOf(this.#options)).update(`${id}.${timestamp}.${body}`).digest('base64');
    try {
      return await this.#http.request({
        method: 'POST',
        url: new URL(this.#options.url),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        signal,
        maxBytes: MAX_ANSWER_BYTES,
      });
    } catch (error) {
      // It names the host alone: the path may be secret.
      if (error instanceof HttpFailure) throw new NotDelivered(error.code, error.message, { hint: error.hint });
      throw error;
    } finally {
      this.#http.close();
    }
  }
}

function bodyOf({ at, subject, text, events }: AlertMessage): string {
  const type = events.length === 0 ? 'xpert.test' : 'xpert.alerts';
  return JSON.stringify({ type, timestamp: at, data: { subject, text, events } });
}

function refused({ status, headers }: HttpAnswer, sentAt: Date, origin: string): NotDelivered {
  const retryAfterMs = waitOf(headers, sentAt);
  const details = retryAfterMs > 0 ? { retryAfterMs } : {};
  const hint =
    status === 410
      ? 'The receiver wants no more: remove the channel, or switch it off.'
      : 'It is tried again by itself; a 2xx answer says that the message was taken.';
  return new NotDelivered('webhook-refused', `${origin} answered ${status}.`, { hint, details });
}

/** RFC 9110, 10.2.3: seconds, or an instant of the receiver's own clock. Not above 0 where it says nothing usable. */
function waitOf({ 'retry-after': text, date }: HttpAnswer['headers'], sentAt: Date): number {
  if (text === undefined) return 0;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const answeredMs = Date.parse(date ?? '');
  const waitMs = Date.parse(text) - (Number.isNaN(answeredMs) ? sentAt.getTime() : answeredMs);
  return Number.isNaN(waitMs) ? 0 : waitMs;
}
