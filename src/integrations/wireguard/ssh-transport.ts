import type { SourceFailure } from '../../core/errors.ts';
import { type CommandEnd, CommandNotStarted } from '../../lib/exec.ts';
import { SshHost, type SshHostOptions } from '../../lib/ssh.ts';
import { diagnoseIdentity, diagnoseSsh, type SshProblem, sshMissing } from '../../lib/ssh-problems.ts';
import { accessNotAllowed, failure, notOurOutput, outputTooLarge } from './failures.ts';
import { ACCESS_COMMAND, NODE_SCRIPT, REMOTE_COMMAND } from './node-script.ts';
import { type NodeOutput, OutputReader } from './output-reader.ts';
import { quoteOutput } from './scan.ts';
import { type AccessTransport, MAX_OUTPUT_BYTES, type Transport } from './transport.ts';

/** Exit status with which ssh says that it failed itself; a command that ends so is not told apart. */
const SSH_FAILED = 255;

/** Reads a node over ssh: its forced command, or our script through its shell. */
export class SshTransport implements Transport, AccessTransport {
  readonly #host: SshHost;
  readonly #options: SshHostOptions;
  readonly #wanted: string | undefined;
  readonly #command: string;

  constructor(options: SshHostOptions, wanted: string | undefined, containers: readonly string[]) {
    this.#host = new SshHost(options);
    this.#options = options;
    this.#wanted = wanted;
    // Names of containers are checked in options.ts: nothing in them means anything to a shell.
    this.#command = [REMOTE_COMMAND, ...containers].join(' ');
  }

  async read(signal: AbortSignal): Promise<NodeOutput> {
    const reader = new OutputReader(this.#wanted);
    const end = await this.#run(this.#command, signal, (chunk) => reader.push(chunk));
    if (!reader.isRecognized) throw this.#whyNothing(end, reader.firstLine);
    return reader.finish();
  }

  /** Every word is of an alphabet that means nothing to a shell (see enforcer.ts). */
  async ask(words: readonly string[], signal: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    const end = await this.#run([ACCESS_COMMAND, ...words].join(' '), signal, (chunk) => chunks.push(chunk));
    const text = Buffer.concat(chunks).toString();
    if (end.exitCode === 126 && /this key may/.test(end.errorText)) throw accessNotAllowed(quoteOutput(end.errorText));
    if (end.exitCode !== 0) throw this.#whyNothing(end, quoteOutput(text.slice(0, 200)));
    return text;
  }

  async #run(command: string, signal: AbortSignal, onOutput: (chunk: Buffer) => void): Promise<CommandEnd> {
    const { identityFile } = this.#options;
    const problem = identityFile === null ? null : await diagnoseIdentity(identityFile);
    if (problem !== null) throw toFailure(problem);
    const end = await this.#host
      .run(command, { input: NODE_SCRIPT, signal, maxOutputBytes: MAX_OUTPUT_BYTES, onOutput })
      .catch((error: unknown) => {
        if (error instanceof CommandNotStarted) throw toFailure(sshMissing());
        throw error;
      });
    if (end.hasOverflowed) throw outputTooLarge(MAX_OUTPUT_BYTES);
    return end;
  }

  async close(): Promise<void> {
    await this.#host.close();
  }

  #whyNothing(end: CommandEnd, firstLine: string): SourceFailure {
    const { target, identityFile, hostKey } = this.#options;
    const { errorText, exitCode } = end;
    if (exitCode === SSH_FAILED) {
      return toFailure(diagnoseSsh({ target, identityFile, hasPinnedKey: hostKey !== null, errorText }));
    }
    if (exitCode === 126 || /this key may only|denied|not allowed|restricted/i.test(errorText)) {
      return failure(
        'forced-command-refused',
        `The node refuses our command: ${quoteOutput(errorText) || 'exit status 126'}.`,
        'The key is bound to another command. Install the script and the authorized_keys line of the node setup.',
        ["grep -n 'command=' ~/.ssh/authorized_keys"],
      );
    }
    if (exitCode === 127) {
      return failure(
        'shell-missing',
        `The node has no usable shell for us: ${quoteOutput(errorText) || 'exit status 127'}.`,
        'Give the user /bin/sh as login shell, or bind the key to the script (node setup).',
        [`usermod --shell /bin/sh ${target.user ?? 'USER'}`],
      );
    }
    return notOurOutput(firstLine || quoteOutput(errorText));
  }
}

export function toFailure({ code, message, hint, commands }: SshProblem): SourceFailure {
  return failure(code, message, hint, commands);
}
