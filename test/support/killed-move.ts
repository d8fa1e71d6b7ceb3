import { readConfig } from '../../src/app/config.ts';
import type { MoveStep } from '../../src/app/moving/move.ts';
import { moveToPostgres } from '../../src/app/moving/move-to-postgres.ts';
import { moveToSqlite } from '../../src/app/moving/move-to-sqlite.ts';

/** A move, as the environment says, that ends itself without a chance to finish anything once it reached a step. */
const [to, last] = process.argv.slice(2);
const config = readConfig();
const { databaseUrl } = config;
if (databaseUrl === null) throw new Error('XPERT_DATABASE_URL is not set');
const watcher = {
  say() {},
  step(step: MoveStep) {
    if (step === last) process.kill(process.pid, 'SIGKILL');
  },
};
const noServer = () => Promise.reject(new Error('there is no server'));
if (to === 'sqlite') await moveToSqlite({ ...config, databaseUrl }, watcher, noServer);
else await moveToPostgres(config, databaseUrl, watcher, noServer);
