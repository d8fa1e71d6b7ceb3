/**
 * A request that brought no usable answer, in words for people. Names the host at most: paths and queries may be secret.
 * `code` is stable: `http-name-not-resolved`, `http-refused`, `http-unreachable`, `http-connect-timeout`, `http-timeout`,
 * `http-address-not-allowed`, `http-certificate`, `http-certificate-changed`, `http-not-tls`, `http-closed`, `http-cut`,
 * `http-too-large`, `http-garbled`, `http-redirect`.
 */
export class HttpFailure extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

const NOT_RESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA']);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);
const NOT_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST']);
const BAD_CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_)/;
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'ERR_SOCKET_CLOSED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What the system or TLS says, translated. `origin` is `https://host:port`. */
export function toHttpFailure(error: unknown, origin: string): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const code = codeOf(error);
  const make = (ours: string, message: string, hint: string) => new HttpFailure(ours, message, hint, error);
  if (NOT_RESOLVED.has(code))
    return make('http-name-not-resolved', `The name in ${origin} is not known here.`, 'Check its spelling, or DNS.');
  if (code === 'ECONNREFUSED')
    return make('http-refused', `${origin} refuses connections.`, 'Check that it runs, and on which port.');
  if (UNREACHABLE.has(code))
    return make('http-unreachable', `There is no route to ${origin}.`, 'Check the network of both machines.');
  if (code === 'ETIMEDOUT')
    return make('http-connect-timeout', `${origin} does not answer.`, 'It is down, or a firewall drops packets.');
  if (NOT_TLS.has(code))
    return make('http-not-tls', `${origin} does not speak TLS on this port.`, 'Write http:// if it is meant so.');
  if (BAD_CERTIFICATE.test(code))
    return make(
      'http-certificate',
      `The certificate of ${origin} is not to be trusted (${code}).`,
      'Give it one for that name by a known authority, or pin the one it has by its SHA-256.',
    );
  if (CLOSED.has(code))
    return make('http-closed', `${origin} closed the connection without an answer.`, 'Look into the log there.');
  return make('http-garbled', `${origin} does not answer as HTTP (${code}).`, 'Is this the right port?');
}

export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'unknown';
}
