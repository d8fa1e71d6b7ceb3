import type * as Grpc from '@grpc/grpc-js';

/** The status of a failed call (https://grpc.github.io/grpc/core/md_doc_statuscodes.html) and what the server said. */
export class GrpcError extends Error {
  readonly status: number;

  constructor(status: number, details: string) {
    super(details);
    this.name = 'GrpcError';
    this.status = status;
  }
}

/** The statuses that callers tell apart. */
export const GRPC = { unknown: 2, resourceExhausted: 8, unimplemented: 12, internal: 13, unavailable: 14 } as const;

export interface GrpcOptions {
  /** `dns:///host:port`, or `unix:/path`. */
  readonly target: string;
  /** Most that one answer may have. */
  readonly maxMessageBytes: number;
}

/** Bytes in flight before the other side waits: 12 MB through a tunnel of 100 ms take 0.3 s, and 19 s with HTTP/2's 64 KiB. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/**
 * Calls of one gRPC server without TLS, messages as their bytes. The library is loaded with the first call, and the
 * connection is kept; after a broken one the next call connects anew at once, without the library's back-off.
 */
export class GrpcClient {
  readonly #options: GrpcOptions;
  #client: Grpc.Client | null = null;
  /** The kept connection has answered before. */
  #isProven = false;

  constructor(options: GrpcOptions) {
    this.#options = options;
  }

  /**
   * `path`: `/package.Service/Method`, of a call that may be repeated: a kept connection may have broken since its last
   * use, and then it is made once more. @throws GrpcError; the signal's reason when aborted
   */
  async call(path: string, request: Buffer, signal: AbortSignal): Promise<Buffer> {
    const wasProven = this.#isProven;
    try {
      return await this.#attempt(path, request, signal);
    } catch (error) {
      const isBroken = error instanceof GrpcError && error.status === GRPC.unavailable;
      if (!isBroken || !wasProven) throw error;
      return await this.#attempt(path, request, signal);
    }
  }

  async #attempt(path: string, request: Buffer, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    const { default: grpc } = await import('@grpc/grpc-js');
    this.#client ??= this.#connect(grpc);
    const client = this.#client;
    try {
      const answer = await unary(client, path, request, signal);
      this.#isProven = true;
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isServiceError(error)) throw error;
      if (error.code === GRPC.unavailable) this.#drop(client);
      throw new GrpcError(error.code, error.details);
    }
  }

  /** Ends the kept connection. Idempotent. */
  close(): void {
    if (this.#client !== null) this.#drop(this.#client);
  }

  #connect(grpc: Pick<typeof Grpc, 'Client' | 'credentials'>): Grpc.Client {
    return new grpc.Client(this.#options.target, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': this.#options.maxMessageBytes,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      // What the environment says about proxies is not meant for servers beside us.
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
    });
  }

  #drop(client: Grpc.Client): void {
    client.close();
    if (this.#client !== client) return;
    this.#client = null;
    this.#isProven = false;
  }
}

function unary(client: Grpc.Client, path: string, request: Buffer, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(path, same, same, request, (error, answer) => {
      signal.removeEventListener('abort', cancel);
      if (error === null && answer !== undefined) resolve(answer);
      else reject(error ?? new Error('a call ended without an answer'));
    });
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

const same = (message: Buffer): Buffer => message;

function isServiceError(error: unknown): error is Grpc.ServiceError {
  return error instanceof Error && typeof (error as Partial<Grpc.ServiceError>).code === 'number';
}
