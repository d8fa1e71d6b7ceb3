import type { Command } from 'commander';
import { ExpectedError } from '../../core/errors.ts';
import { siteAddress } from '../../lib/web-address.ts';
import { type Api, withApi } from '../api.ts';
import { findNode } from '../find.ts';
import { explain, print } from '../output.ts';

export interface Enrolment {
  readonly line: string;
  readonly unit: string;
  readonly commands: readonly string[];
}

interface Options {
  readonly panelUrl?: string;
  readonly takeOver?: boolean;
  readonly json?: boolean;
}

export function addAgentCommand(node: Command): void {
  node
    .command('agent <name>')
    .description('print what puts an agent on the node, with a new token; the one before ends')
    .option('--panel-url <url>', 'how the node reaches this panel; without it XPERT_DOMAIN')
    .option('--take-over', 'a node that was read in another way is counted by its agent from now on')
    .option('--json', 'answer as JSON')
    .action((name: string, options: Options) => withApi((api) => enroll(api, name, options)));
}

async function enroll(api: Api, name: string, options: Options): Promise<void> {
  const { id } = await findNode(api, name);
  if (options.takeOver) await api.patch(`/api/v1/nodes/${id}`, { kind: 'agent', options: {} });
  await printEnrolment(api, id, options);
}

/** To be asked before the node is made: whoever tries again would find its name taken. @throws ExpectedError */
export async function requirePanelUrl(api: Api, { panelUrl }: Options): Promise<void> {
  const told = panelUrl ?? (await api.get<{ domain: string | null }>('/api/v1/settings')).domain;
  if (told !== null && siteAddress(told) !== null) return;
  throw new ExpectedError(
    'invalid-input',
    told === null ? 'It is not known how the node reaches this panel.' : `"${told}" is not the address of a panel.`,
    { hint: 'Name it: --panel-url https://panel.example.com. Or set XPERT_DOMAIN, and start Xpert again.' },
  );
}

/** Prints a script and nothing else: it may go through a pipe into a root shell. */
export async function printEnrolment(api: Api, id: string, { panelUrl, json }: Options): Promise<void> {
  const { line, commands } = await api.post<Enrolment>(
    `/api/v1/nodes/${id}/agent`,
    panelUrl === undefined ? {} : { panelUrl },
  );
  if (json) return print(api.lastText());
  explain(
    'The whole configuration of the agent, in /etc/xpert-agent/agent.env. It holds a token, shown this once:',
    `    ${line}`,
    'This, run on the node as root, puts the agent there (it needs Node.js 20 or newer, and curl):',
  );
  print('set -e', ...commands);
}
