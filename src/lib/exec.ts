import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface CommandRequest {
  readonly file: string;
  readonly args: readonly string[];
  /** Written to standard input, which is then closed. */
  readonly input: string;
  /** Ends the command and all its children at once, hard. */
  readonly signal: AbortSignal;
  readonly maxOutputBytes: number;
  readonly onOutput: (chunk: Buffer) => void;
}

export interface CommandEnd {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly outputBytes: number;
  /** The beginning of standard error. */
  readonly errorText: string;
  /** It was ended because it printed more than allowed. */
  readonly hasOverflowed: boolean;
  /** Its output was read to the end. False if something that it left behind held it open, and it was given up. */
  readonly isWhole: boolean;
}

/** The program itself could not be started; `code` is the system's, for example ENOENT. */
export class CommandNotStarted extends Error {
  readonly code: string;

  constructor(file: string, code: string) {
    super(`${file} could not be started: ${code}`);
    this.code = code;
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const MAX_ERROR_CHARACTERS = 16_384;
/** After the command ended, a child that it left behind may hold its output open for this long without printing anything. */
const LINGER_MS = 1_000;

/**
 * Runs a program without a shell, in a process group of its own, so that nothing of it survives the signal.
 * @throws the signal's reason when aborted; CommandNotStarted
 */
export async function runCommand(request: CommandRequest): Promise<CommandEnd> {
  request.signal.throwIfAborted();
  const child = spawn(request.file, request.args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let outputBytes = 0;
  let errorText = '';
  let hasOverflowed = false;
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  request.signal.addEventListener('abort', stop, { once: true });
  child.stdout.on('data', (chunk: Buffer) => {
    // Else 2 MiB of what is waiting would be handed over in one turn of the event loop.
    child.stdout.pause();
    setImmediate(() => child.stdout.resume());
    outputBytes += chunk.length;
    if (outputBytes <= request.maxOutputBytes) request.onOutput(chunk);
    else if (!hasOverflowed) {
      hasOverflowed = true;
      stop();
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errorText.length < MAX_ERROR_CHARACTERS) errorText += text;
  });
  // A command that does not read its input closes it: no failure of ours.
  child.stdin.on('error', () => {}).end(request.input);
  try {
    const exitCode = await ended(child, request.file, stopping.signal);
    request.signal.throwIfAborted();
    const isWhole = child.stdout.readableEnded;
    return { exitCode, outputBytes, errorText: errorText.slice(0, MAX_ERROR_CHARACTERS), hasOverflowed, isWhole };
  } finally {
    request.signal.removeEventListener('abort', stop);
  }
}

function ended(child: Child, file: string, stopping: AbortSignal) {
  return new Promise<number | null>((resolve, reject) => {
    let linger: NodeJS.Timeout | undefined;
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CommandNotStarted(file, error.code ?? error.message));
    });
    stopping.addEventListener('abort', () => endGroup(child), { once: true });
    child.once('exit', () => {
      // Children that left the group (the kept ssh connection) may hold the other ends: they are let go.
      stopping.addEventListener('abort', () => closeStreams(child), { once: true });
      if (stopping.aborted) closeStreams(child);
      else linger = whenSilent(child);
    });
    child.once('close', (exitCode) => {
      clearTimeout(linger);
      resolve(exitCode);
    });
  });
}

/** Gives the output up when nothing of it has come for a while. What waits to be read is read first, however busy we are. */
function whenSilent(child: Child): NodeJS.Timeout {
  let chunks = 0;
  const linger = setTimeout(() => {
    const before = chunks;
    // A turn of the event loop reads between its timers and this.
    setImmediate(() => (chunks === before ? closeStreams(child) : linger.refresh()));
  }, LINGER_MS);
  child.stdout.on('data', () => {
    chunks += 1;
    linger.refresh();
  });
  return linger;
}

function endGroup(child: Child): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: it has just ended by itself.
  }
}

function closeStreams(child: Child): void {
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
}
