import type { AlertMessage, Notifier, NotifierKind } from '../../core/alerting/notifier.ts';
import { NotDelivered } from '../../core/errors.ts';
import { parseSmtpOptions, type SmtpOptions } from './options.ts';

const CONNECT_TIMEOUT_MS = 15_000;
const SOCKET_TIMEOUT_MS = 30_000;

export const smtp: NotifierKind = {
  kind: 'email',
  secretOptions: ['password'],
  addressOptions: ['host', 'port', 'security', 'username'],
  parseOptions: (options) => ({ ...parseSmtpOptions(options) }),
  describe: ({ to }) => (to as readonly string[]).join(', '),
  create: (options) => new SmtpNotifier(options as SmtpOptions),
};

/** Sends messages by mail. A repeat has the same Message-ID, which mail servers and programs recognize. */
class SmtpNotifier implements Notifier {
  readonly #options: SmtpOptions;

  constructor(options: SmtpOptions) {
    this.#options = options;
  }

  async send({ id, at, subject, text }: AlertMessage, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { from, to } = this.#options;
    const transport = await this.#open();
    try {
      const messageId = `<${id}@${from.split('@')[1]}>`;
      const headers = { 'Auto-Submitted': 'auto-generated' };
      await transport.sendMail({ from, to: [...to], subject, text, date: at, messageId, headers, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw notDelivered(error, this.#options);
    } finally {
      transport.close();
    }
  }

  /** The package is loaded when the first mail is sent. */
  async #open() {
    const { createTransport } = await import('nodemailer');
    const { host, port, security, username, password } = this.#options;
    return createTransport({
      ...{ host, port },
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(username === undefined || password === undefined ? {} : { auth: { user: username, pass: password } }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

/** Codes of nodemailer, "SMTP transport, error codes". */
function notDelivered(error: unknown, { host, port }: SmtpOptions): NotDelivered {
  const { code, responseCode, response } = error as { code?: string; responseCode?: number; response?: string };
  const where = `${host}:${port}`;
  const said = response === undefined ? '' : `: ${response.split('\n')[0]?.slice(0, 200)}`;
  if (code === 'EAUTH')
    return new NotDelivered('smtp-login-refused', `${where} refuses name or password${said}`, {
      hint: 'Many providers want a password made for programs.',
    });
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return new NotDelivered('smtp-refused', `${where} refuses the mail${said}`, {
      hint: 'Check sender and recipients; many servers send only for their own addresses.',
    });
  if (code === 'ETLS' || isCertificate(error))
    return new NotDelivered('smtp-tls', `No safe connection to ${where}: ${reasonOf(error)}`, {
      hint: 'Check the kind of connection (starttls on 587, tls on 465) and the certificate of the server.',
    });
  if (responseCode !== undefined && responseCode >= 400)
    return new NotDelivered('smtp-busy', `${where} did not take the mail${said}`, { hint: 'It is tried again.' });
  return new NotDelivered('smtp-unreachable', `${where} does not answer as a mail server: ${reasonOf(error)}`, {
    hint: 'Check host and port. Many hosters block port 25.',
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 200) ?? '') : 'unknown';
}

function isCertificate(error: unknown): boolean {
  return /certificate|SELF_SIGNED|UNABLE_TO_VERIFY/i.test(reasonOf(error));
}
