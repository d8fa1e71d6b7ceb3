import type { Command } from 'commander';
import { NotFound } from '../../core/errors.ts';
import type { Scope } from '../../core/identity/identity-store.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { explain, formatInstant, print, printTable, WrongUse } from '../output.ts';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
  readonly token?: string;
  readonly signingSecret?: string | null;
}

interface CreateOptions {
  readonly name: string;
  readonly scope: string;
  readonly node?: string;
  readonly server?: readonly string[];
  readonly signing?: boolean;
  readonly json?: boolean;
}

const SCOPES: readonly string[] = ['read', 'write', 'ingest', 'metrics', 'admin'] satisfies Scope[];

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('keys for scripts and senders');
  token
    .command('create')
    .description('create a token and print it, this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scope <scopes>', `${SCOPES.join(', ')}; several with commas`)
    .option('--node <node>', 'ingest: only for this node')
    .option('--server <host...>', 'ingest: only for these servers')
    .option('--signing', 'ingest: also make a secret that signs reports (Standard Webhooks)')
    .option('--json', 'answer as JSON')
    .action((options: CreateOptions) => withApi((api) => create(api, options)));
  token
    .command('list')
    .description('list the tokens')
    .option('--json', 'answer as JSON')
    .action((options: { json?: boolean }) => withApi((api) => list(api, options)));
  token
    .command('revoke <token>')
    .description('end a token, by name or id')
    .action((which: string) => withApi((api) => revoke(api, which)));
}

async function create(api: Api, options: CreateOptions): Promise<void> {
  const scopes = options.scope.split(',').map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown !== undefined) throw new WrongUse(`"${unknown}" is no scope.`, `Scopes: ${SCOPES.join(', ')}.`);
  const node = options.node === undefined ? undefined : await findNode(api, options.node);
  const made = await api.post<Token>('/api/v1/tokens', {
    name: options.name,
    scopes,
    ...(node === undefined ? {} : { nodeId: node.id }),
    ...(options.server === undefined ? {} : { servers: options.server.flatMap((host) => host.split(',')) }),
    ...(options.signing ? { signing: true } : {}),
  });
  if (options.json) return print(api.lastText());
  print(made.token ?? '');
  if (made.signingSecret) explain(`Signing secret: ${made.signingSecret}`);
}

async function list(api: Api, options: { json?: boolean }): Promise<void> {
  const { items } = await api.get<{ items: Token[] }>('/api/v1/tokens');
  if (options.json) return print(api.lastText());
  if (items.length === 0) return explain('There is no token: xpert token create --name NAME --scope read');
  printTable(
    ['NAME', 'SCOPES', 'SINCE', 'LAST USED', 'STATE', 'ID'],
    items.map(({ id, name, scopes, createdAt, lastUsedAt, revokedAt }) => [
      name,
      scopes.join(','),
      formatInstant(createdAt),
      formatInstant(lastUsedAt),
      revokedAt === null ? 'valid' : 'revoked',
      id,
    ]),
  );
}

async function revoke(api: Api, which: string): Promise<void> {
  const { items } = await api.get<{ items: Token[] }>('/api/v1/tokens');
  const found = items.filter((token) => token.id === which || (token.name === which && token.revokedAt === null));
  const [token] = found;
  if (token === undefined) throw new NotFound('valid token', which, 'xpert token list shows them.');
  if (found.length > 1)
    throw new WrongUse(`Several tokens are named "${which}".`, 'Name the one by its id: xpert token list');
  await api.delete(`/api/v1/tokens/${token.id}`);
  print(`Token ${token.name} is revoked.`);
}
