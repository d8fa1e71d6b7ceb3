import { spawn } from 'node:child_process';

/** Children that run now; each leads its own process group, so that ending it ends what it started. */
const running = new Set();

/**
 * Runs a command to its end and resolves with its exit code.
 * `output`: 'inherit', 'stderr' (its stdout goes to our stderr), 'quiet' (shown only when it fails) or 'silent'.
 */
export function run(command, args, { output = 'inherit', env = process.env, cwd } = {}) {
  const stdio = { inherit: 'inherit', stderr: ['ignore', 2, 2], quiet: ['ignore', 'pipe', 'pipe'], silent: 'ignore' }[
    output
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio, env, cwd, detached: true });
    running.add(child);
    const kept = [];
    child.stdout?.on('data', (chunk) => kept.push(chunk));
    child.stderr?.on('data', (chunk) => kept.push(chunk));
    child.on('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      const failed = code !== 0;
      if (failed && output === 'quiet') process.stderr.write(Buffer.concat(kept));
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}

/** Until the server takes over, SIGTERM and SIGINT end our children and then us with exit code 0. */
export function endOnSignals() {
  const stop = () => {
    if (running.size === 0) process.exit(0);
    for (const child of running) endGroup(child, 'SIGTERM');
    setTimeout(() => {
      for (const child of running) endGroup(child, 'SIGKILL');
      process.exit(0);
    }, 2000).unref();
    for (const child of running) {
      child.once('close', () => {
        if (running.size === 0) process.exit(0);
      });
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', stop);
}

/** Runs `work` and prints `say(seconds)` every ten seconds while it lasts. */
export async function withProgress(say, work) {
  const started = process.hrtime.bigint();
  const timer = setInterval(() => say(Math.round(Number(process.hrtime.bigint() - started) / 1e9)), 10_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
