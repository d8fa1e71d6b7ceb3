import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { AlertMessage, Notifier, NotifierKind } from '../../core/alerting/notifier.ts';
import { NotDelivered } from '../../core/errors.ts';
import { HttpClient } from '../../lib/http-client/http-client.ts';
import { HttpFailure } from '../../lib/http-client/http-failure.ts';
import { parseTelegramOptions, type TelegramOptions } from './options.ts';

const TELEGRAM = 'https://api.telegram.org/';
/** sendMessage: "1-4096 characters after entities parsing"; counted in UTF-16 units, as here. */
const MAX_TEXT = 4096;
const MAX_ANSWER_BYTES = 65_536;

/** Bot API, "Making requests": what every answer has, as far as we need it. */
const Answer = Type.Object({
  ok: Type.Boolean(),
  error_code: Type.Optional(Type.Integer()),
  description: Type.Optional(Type.String()),
  parameters: Type.Optional(Type.Object({ retry_after: Type.Optional(Type.Number()) })),
});

export const telegram: NotifierKind = {
  kind: 'telegram',
  secretOptions: ['token'],
  addressOptions: ['apiUrl', 'privateAddress'],
  parseOptions: (options) => ({ ...parseTelegramOptions(options) }),
  describe: ({ chatId }) => `Telegram ${String(chatId)}`,
  create: (options) => new TelegramNotifier(options as TelegramOptions),
};

/** Sends messages as a bot. It has no way to recognize a repeat: a lost answer brings the message twice. */
class TelegramNotifier implements Notifier {
  readonly #options: TelegramOptions;
  readonly #http: HttpClient;

  constructor(options: TelegramOptions) {
    this.#options = options;
    const isOwn = options.apiUrl !== undefined && options.privateAddress === true;
    this.#http = new HttpClient({
      policy: isOwn ? { kind: 'collector', privateAddresses: true } : { kind: 'foreign' },
    });
  }

  async send(message: AlertMessage, signal: AbortSignal): Promise<void> {
    const { chatId, threadId } = this.#options;
    const body = JSON.stringify({
      chat_id: chatId,
      ...(threadId === undefined ? {} : { message_thread_id: threadId }),
      text: cut(`${message.subject}\n\n${message.text}`),
      link_preview_options: { is_disabled: true },
    });
    const { status, answer } = await this.#post(body, signal);
    if (status === 200 && answer?.ok === true) return;
    throw refused(status, answer);
  }

  async #post(body: string, signal: AbortSignal) {
    const { token, apiUrl = TELEGRAM } = this.#options;
    try {
      const { status, body: text } = await this.#http.request({
        method: 'POST',
        // Not relative to the address: `bot123:` would be taken for a scheme.
        url: new URL(`${apiUrl}bot${token}/sendMessage`),
        headers: { 'content-type': 'application/json' },
        body,
        signal,
        maxBytes: MAX_ANSWER_BYTES,
      });
      return { status, answer: parse(text.toString('utf8')) };
    } catch (error) {
      // It names the host alone: the token stands in the path.
      if (error instanceof HttpFailure) throw new NotDelivered(error.code, error.message, { hint: error.hint });
      throw error;
    } finally {
      this.#http.close();
    }
  }
}

function parse(text: string) {
  try {
    const answer: unknown = JSON.parse(text);
    return Value.Check(Answer, answer) ? answer : null;
  } catch {
    return null;
  }
}

function refused(status: number, answer: ReturnType<typeof parse>): NotDelivered {
  const code = answer?.error_code ?? status;
  const said = answer?.description?.slice(0, 200) ?? `status ${status}`;
  if (code === 429) {
    const retryAfterMs = (answer?.parameters?.retry_after ?? 30) * 1000;
    const hint = 'It is tried again by itself.';
    return new NotDelivered('telegram-slow-down', `Telegram wants fewer messages: ${said}`, {
      ...{ hint, details: { retryAfterMs } },
    });
  }
  if (code === 401 || code === 404)
    return new NotDelivered('telegram-token-wrong', `Telegram does not know the bot: ${said}`, {
      hint: 'Enter the token again as @BotFather shows it.',
    });
  if (code === 403)
    return new NotDelivered('telegram-blocked', `The bot may not write there: ${said}`, {
      hint: 'Write to the bot once (/start), or add it to the group again.',
    });
  if (code === 400)
    return new NotDelivered('telegram-chat-unknown', `Telegram refuses the message: ${said}`, {
      hint: 'Check the number of the chat. A group that became a supergroup has a new one (-100…).',
    });
  return new NotDelivered('telegram-failed', `Telegram did not take the message: ${said}`, {
    hint: 'It is tried again by itself.',
  });
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
