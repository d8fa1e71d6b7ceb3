import type { NodeTest, Notice } from '../../core/inventory/node-operations.ts';
import type { IntegrationTools } from '../../core/metering/integration.ts';
import { type SourceFacts, testCollector } from '../../core/metering/source-test.ts';
import { MarzbanClient } from './client.ts';
import { MarzbanCollector } from './collector.ts';
import type { MarzbanOptions } from './options.ts';

const SYSTEM = { version: 'value' } as const;
const ADMIN = { is_sudo: 'value', role: { is_owner: 'value' } } as const;
const NODES = [{ name: 'value', usage_coefficient: 'value', status: 'value' }] as const;

interface AdminFields {
  readonly is_sudo?: unknown;
  readonly role?: { readonly is_owner?: unknown };
}

/** Reads the panel once; tells its version, whose users are seen, and which nodes multiply. */
export async function testPanel(
  options: MarzbanOptions,
  { clock }: IntegrationTools,
  signal: AbortSignal,
): Promise<NodeTest> {
  const client = new MarzbanClient(options);
  const collector = new MarzbanCollector(client, new URL(options.url));
  return await testCollector(collector, clock, signal, () => readFacts(client, options, signal));
}

async function readFacts(client: MarzbanClient, options: MarzbanOptions, signal: AbortSignal): Promise<SourceFacts> {
  const { panel } = await client.dialect(signal);
  const isMarzneshin = panel === 'Marzneshin';
  // Marzneshin does not tell its version.
  const system = isMarzneshin ? {} : ((await client.get('api/system', SYSTEM, signal)) as { version?: unknown });
  const admin = (await client.get(isMarzneshin ? 'api/admins/current' : 'api/admin', ADMIN, signal)) as AdminFields;
  const notes = isMarzneshin ? [MARZNESHIN_SEEN] : [];
  if (seesAll(admin)) notes.push(...(await nodeNotes(client, isMarzneshin, signal)));
  else if (admin.is_sudo === false) notes.push(OWN_USERS_ONLY);
  if (options.url.startsWith('http://') && !options.privateAddress) notes.push(PLAIN);
  return { version: typeof system.version === 'string' ? system.version : null, notes };
}

/** PasarGuard 4 and later has roles in place of sudo; what else than its owner may see is not told. */
function seesAll({ is_sudo: isSudo, role }: AdminFields): boolean {
  return isSudo === true || role?.is_owner === true;
}

/** A list in Marzban, a field of an object in the others; an answer of another form is none. */
async function nodesOf(client: MarzbanClient, isMarzneshin: boolean, signal: AbortSignal): Promise<unknown> {
  if (!isMarzneshin) {
    const list = await client.ask('api/nodes', NODES, signal);
    if (list !== undefined) return list;
  }
  const { nodes, items } = ((await client.get('api/nodes', { nodes: NODES, items: NODES }, signal)) ?? {}) as {
    nodes?: unknown;
    items?: unknown;
  };
  return nodes ?? items;
}

async function nodeNotes(client: MarzbanClient, isMarzneshin: boolean, signal: AbortSignal): Promise<Notice[]> {
  const nodes = (await nodesOf(client, isMarzneshin, signal)) as Record<string, unknown>[];
  const notes: Notice[] = [];
  for (const { name, usage_coefficient: factor, status } of Array.isArray(nodes) ? nodes : []) {
    const shown = String(name).slice(0, 64);
    if (Number(factor ?? 1) !== 1)
      notes.push({
        code: 'weighted',
        message: `The panel multiplies what node "${shown}" carries by ${String(factor)}.`,
        hint: 'Xpert counts what the panel counts, and does not multiply again.',
      });
    if (status === 'error' || status === 'connecting' || status === 'unhealthy')
      notes.push({
        code: 'panel-node-away',
        message: `The panel has no connection to its node "${shown}".`,
        hint: 'What that node carries meanwhile comes late or, if it restarts, never: Marzban does not keep it.',
      });
  }
  return notes;
}

const MARZNESHIN_SEEN: Notice = {
  code: 'marzneshin',
  message: 'The panel is a Marzneshin.',
  hint: 'Counted and switched as Marzban; a gateway before it knows only the routes of Marzban.',
};
const OWN_USERS_ONLY: Notice = {
  code: 'own-users-only',
  message: 'This admin is not sudo: only their own users are seen.',
  hint: 'To count all users of the panel, take a sudo admin.',
};
const PLAIN: Notice = {
  code: 'plain-http',
  message: 'The password goes over the network in the clear.',
  hint: 'Use https:// if the panel has it.',
};
