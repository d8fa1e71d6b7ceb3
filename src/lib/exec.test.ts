import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { CommandNotStarted, runCommand } from './exec.ts';

const quiet = { input: '', maxOutputBytes: 1_000_000, onOutput: () => {} };
const soon = () => AbortSignal.timeout(10_000);
/** A process that was killed may wait for its parent as a zombie. */
const isRunning = (pid: number) => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
};

describe('runCommand', () => {
  test('hands over input, output, errors and the exit status', async () => {
    let output = '';
    const end = await runCommand({
      ...quiet,
      file: 'sh',
      args: ['-c', 'cat; echo oops >&2; exit 3'],
      input: 'hello',
      signal: soon(),
      onOutput: (chunk) => {
        output += chunk.toString();
      },
    });
    expect(output).toBe('hello');
    expect(end).toEqual({ exitCode: 3, outputBytes: 5, errorText: 'oops\n', hasOverflowed: false, isWhole: true });
  });

  test('a command that does not read its input is no failure', async () => {
    const end = await runCommand({ ...quiet, file: 'true', args: [], input: 'x'.repeat(1_000_000), signal: soon() });
    expect(end.exitCode).toBe(0);
  });

  test('an abort ends the command and its children, at once', async () => {
    const controller = new AbortController();
    let pid = 0;
    const startedMs = performance.now();
    const running = runCommand({
      ...quiet,
      file: 'sh',
      args: ['-c', 'trap "" TERM; sleep 60 & echo $!; wait'],
      signal: controller.signal,
      onOutput: (chunk) => {
        pid = Number(chunk.toString());
        controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(pid).toBeGreaterThan(0);
    expect(isRunning(pid)).toBe(false);
  });

  test('a command that prints too much is ended', async () => {
    let seen = 0;
    const end = await runCommand({
      ...quiet,
      file: 'yes',
      args: [],
      signal: soon(),
      maxOutputBytes: 300_000,
      onOutput: (chunk) => {
        seen += chunk.length;
      },
    });
    expect(end.hasOverflowed).toBe(true);
    expect(end.exitCode).toBeNull();
    expect(seen).toBeLessThanOrEqual(300_000);
  });

  test('a child that keeps the output open does not hold up the end', async () => {
    const startedMs = performance.now();
    const end = await runCommand({ ...quiet, file: 'sh', args: ['-c', 'setsid sleep 15 & exit 0'], signal: soon() });
    expect(end).toMatchObject({ exitCode: 0, isWhole: false });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  test('what a command left in its pipe is read to the end, however slowly', async () => {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const end = await runCommand({
      ...quiet,
      file: 'head',
      args: ['-c', '140000', '/dev/zero'],
      signal: soon(),
      // The event loop stands still for longer than silence may last.
      onOutput: () => void Atomics.wait(sleeper, 0, 0, 1_050),
    });
    expect(end).toMatchObject({ exitCode: 0, outputBytes: 140_000, isWhole: true });
  });

  test('a child that was left behind and never stops printing ends with the signal, or with what is allowed', async () => {
    const args = ['-c', 'setsid sh -c "echo \\$\\$; while :; do echo x; sleep 0.05; done" & exit 0'];
    const controller = new AbortController();
    let text = '';
    const onOutput = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('x\nx\nx\n')) controller.abort();
    };
    const endless = { ...quiet, file: 'sh', args };
    try {
      await expect(runCommand({ ...endless, onOutput, signal: controller.signal })).rejects.toMatchObject({
        name: 'AbortError',
      });
      const end = await runCommand({ ...endless, maxOutputBytes: 20, signal: soon() });
      expect(end).toMatchObject({ hasOverflowed: true, isWhole: false });
    } finally {
      // With nobody to read, it ends by itself; if it did not, it would be ended here.
      const pid = Number(/^\d+/.exec(text)?.[0]);
      if (pid > 0 && isRunning(pid)) process.kill(-pid, 'SIGKILL');
    }
  });

  test('a program that is not there is told apart', async () => {
    const running = runCommand({ ...quiet, file: '/nowhere/program', args: [], signal: soon() });
    await expect(running).rejects.toBeInstanceOf(CommandNotStarted);
    await expect(running).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('an aborted signal starts nothing', async () => {
    const running = runCommand({ ...quiet, file: 'true', args: [], signal: AbortSignal.abort() });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});
