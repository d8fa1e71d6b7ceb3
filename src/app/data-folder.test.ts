import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { driverPackage, Sqlite } from '../lib/sqlite.ts';
import { DataFolderInUse, holdDataFolder } from './data-folder.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'xpert-lock-'));

/** Another process that holds the folder the way holdDataFolder does, until it is killed. */
async function holdElsewhere(folder: string) {
  const script = `
    import Database from '${pathToFileURL(join(process.cwd(), 'node_modules', driverPackage, 'lib/index.js')).href}';
    import { writeFileSync } from 'node:fs';
    const lock = new Database(process.argv[1] + '/xpert.lock');
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(process.argv[1] + '/xpert.holder', String(process.pid));
    console.log('held');
    setInterval(() => lock.open, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('a folder held by another process is refused, naming its process id', async () => {
  const folder = newFolder();
  const other = await holdElsewhere(folder);
  expect(() => holdDataFolder(folder, 'server')).toThrow(DataFolderInUse);
  expect(() => holdDataFolder(folder, 'server')).toThrow(`process id ${other.pid}`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  holdDataFolder(folder, 'server').release();
});

test('a stale holder file keeps nobody away', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'xpert.holder'), '1\n');
  const held = holdDataFolder(folder, 'server');
  expect(() => holdDataFolder(folder, 'server')).toThrow(`process id ${process.pid}`);
  held.release();
  holdDataFolder(folder, 'server').release();
});

test('a folder that cannot be made says so, with a hint', () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  expect(() => holdDataFolder(join(file, 'data'), 'server')).toThrow(/cannot be used/);
});

describe('the folder for sockets', () => {
  test('lies in the data folder, so that what a killed process left goes with the next one', () => {
    const folder = newFolder();
    const left = join(folder, 'xpert.run');
    mkdirSync(left);
    writeFileSync(join(left, 'c-of-one-that-was-killed'), '');
    const held = holdDataFolder(folder, 'server');
    expect(held.runDirectory).toBe(left);
    expect(readdirSync(left)).toEqual([]);
    expect(statSync(left).mode & 0o777).toBe(0o700);
    held.release();
    expect(existsSync(left)).toBe(false);
  });

  test('is gone before the folder may be somebody else’s', () => {
    const held = holdDataFolder(newFolder(), 'server');
    const seen: boolean[] = [];
    const close = vi.spyOn(Sqlite.prototype, 'close').mockImplementation(function (this: InstanceType<typeof Sqlite>) {
      seen.push(existsSync(held.runDirectory));
      close.mockRestore();
      return this.close();
    });
    held.release();
    expect(seen).toEqual([false]);
  });

  test.each(['a'.repeat(80), 'with a space', '100%h'])(
    'lies elsewhere where ssh could not use it there: %s',
    (name) => {
      const folder = join(newFolder(), name);
      const held = holdDataFolder(folder, 'server');
      expect(held.runDirectory.startsWith(join(tmpdir(), 'xpert-run-'))).toBe(true);
      writeFileSync(join(held.runDirectory, 'socket'), '');
      // As after a kill: the file that names the holder stays, and with it the folder.
      const holder = readFileSync(join(folder, 'xpert.holder'));
      held.release();
      const left = mkdtempSync(join(tmpdir(), 'xpert-run-'));
      writeFileSync(join(folder, 'xpert.holder'), String(holder).replace(held.runDirectory, left));
      holdDataFolder(folder, 'server').release();
      expect(existsSync(left)).toBe(false);
    },
  );
});
