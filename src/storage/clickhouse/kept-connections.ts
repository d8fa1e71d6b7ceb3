import { Agent, type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

export interface Posted {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Not a text: with one Node.js sends headers as UTF-8, too, instead of byte by byte. */
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Posts to a server, over connections that are kept: `fetch` takes three times as long for a small answer. Follows nobody elsewhere. */
export class KeptConnections {
  readonly #plain = new Agent({ keepAlive: true });
  readonly #tls = new TlsAgent({ keepAlive: true });

  /** @throws the signal's reason, or what the system says */
  async post(posted: Posted, mayRepeat = true): Promise<Answered> {
    const outgoing = this.#send(posted);
    try {
      return await answerOf(outgoing);
    } catch (error) {
      posted.signal.throwIfAborted();
      // The server closed a kept connection at the same moment. Whatever is sent is there once, however often it is sent.
      const isStale = outgoing.reusedSocket && (error as { code?: string }).code === 'ECONNRESET';
      if (isStale && mayRepeat) return await this.post(posted, false);
      throw error;
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }

  #send({ url, headers, body, signal }: Posted): ClientRequest {
    const isTls = url.protocol === 'https:';
    const outgoing = (isTls ? tlsRequest : plainRequest)(url, {
      method: 'POST',
      agent: isTls ? this.#tls : this.#plain,
      headers: { ...headers, 'content-length': String(body.length) },
      signal,
    });
    return outgoing.end(body);
  }
}

function answerOf(outgoing: ClientRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.once('response', (incoming: IncomingMessage) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
  });
}
