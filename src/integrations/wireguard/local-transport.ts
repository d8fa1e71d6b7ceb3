import { type CommandEnd, CommandNotStarted, runCommand } from '../../lib/exec.ts';
import { failure, outputTooLarge } from './failures.ts';
import { NODE_SCRIPT } from './node-script.ts';
import { type NodeOutput, OutputReader } from './output-reader.ts';
import { quoteOutput } from './scan.ts';
import { type AccessTransport, MAX_OUTPUT_BYTES, type Transport } from './transport.ts';

/** Reads this very host: the script runs in a shell of ours. */
export class LocalTransport implements Transport, AccessTransport {
  readonly #shell: readonly string[];
  readonly #wanted: string | undefined;
  readonly #containers: readonly string[];

  /** `shell`: the command that takes the script on standard input; another network namespace may be entered with it. */
  constructor(shell: readonly string[], wanted: string | undefined, containers: readonly string[]) {
    this.#shell = shell;
    this.#wanted = wanted;
    this.#containers = containers;
  }

  async read(signal: AbortSignal): Promise<NodeOutput> {
    const reader = new OutputReader(this.#wanted);
    const end = await this.#run(['read', ...this.#containers], signal, (chunk) => reader.push(chunk));
    if (!reader.isRecognized) throw localFailed(said(end));
    return reader.finish();
  }

  async ask(words: readonly string[], signal: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    const end = await this.#run(['access', ...words], signal, (chunk) => chunks.push(chunk));
    if (end.exitCode !== 0) throw localFailed(said(end));
    return Buffer.concat(chunks).toString();
  }

  async #run(words: readonly string[], signal: AbortSignal, onOutput: (chunk: Buffer) => void): Promise<CommandEnd> {
    const [file = 'sh', ...args] = this.#shell;
    const end = await runCommand({
      file,
      args: [...args, '-s', 'xpert-node', ...words],
      input: NODE_SCRIPT,
      signal,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      onOutput,
    }).catch((error: unknown) => {
      if (error instanceof CommandNotStarted) throw localFailed(error.message);
      throw error;
    });
    if (end.hasOverflowed) throw outputTooLarge(MAX_OUTPUT_BYTES);
    return end;
  }

  async close(): Promise<void> {}
}

function localFailed(detail: string) {
  return failure('read-failed', `Reading WireGuard on this machine failed: ${detail}.`, 'Run it by hand.', [
    'wg show interfaces',
  ]);
}

function said({ errorText, exitCode }: CommandEnd): string {
  return quoteOutput(errorText) || `the reader ended with exit status ${exitCode}`;
}
