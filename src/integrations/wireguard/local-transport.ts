import { type CommandEnd, CommandNotStarted, runCommand } from '../../lib/exec.ts';
import { failure, outputTooLarge } from './failures.ts';
import { NODE_SCRIPT } from './node-script.ts';
import { type NodeOutput, OutputReader } from './output-reader.ts';
import { quoteOutput } from './scan.ts';
import { MAX_OUTPUT_BYTES, type Transport } from './transport.ts';

/** Reads this very host: the script runs in a shell of ours. */
export class LocalTransport implements Transport {
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
    const [file = 'sh', ...args] = this.#shell;
    const end = await runCommand({
      file,
      args: [...args, '-s', 'xpert-node', 'read', ...this.#containers],
      input: NODE_SCRIPT,
      signal,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      onOutput: (chunk) => reader.push(chunk),
    }).catch((error: unknown) => {
      if (error instanceof CommandNotStarted) throw localFailed(error.message);
      throw error;
    });
    if (end.hasOverflowed) throw outputTooLarge(MAX_OUTPUT_BYTES);
    if (!reader.isRecognized) throw localFailed(said(end));
    return reader.finish();
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
