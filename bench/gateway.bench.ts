import { Agent, type IncomingMessage, request } from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, round } from './lib/figure.ts';
import { median, percentile } from './lib/rounds.ts';
import { type RunningServer, startBaseline, startXpert } from './lib/server.ts';
import { scratchDir } from './lib/workspace.ts';

const users = 500;
const perSecond = 200;
const seconds = 5;
const rounds = 5;
/** Of ten requests: what a panel's pages ask for while somebody works with them. */
const mix = [...Array(6).fill('user'), ...Array(2).fill('list'), ...Array(2).fill('page')] as const;

/**
 * What the gateway adds to an answer of Marzban's interface, at 200 requests a second that come in their time, whether
 * those before are answered or not: p99 through the gateway less p99 without it, both in turn. Absolute, in ms.
 */
export const figure: Figure = {
  name: 'gateway',
  target: 3,
  better: 'lower',
  async run() {
    const panel = await startBaseline('panel-server', [String(users)]);
    const xpert = await startXpert(scratchDir(), { XPERT_TIME_ZONE: 'UTC' });
    const gateway = await putBefore(xpert, panel);
    await proveItAdds(gateway, panel.url);
    await measure(panel.url);
    await measure(gateway);
    const added: number[] = [];
    const direct: number[] = [];
    for (let n = 0; n < rounds; n++) {
      const urls = n % 2 === 0 ? [panel.url, gateway] : [gateway, panel.url];
      const times = new Map<string, number[]>();
      for (const url of urls) times.set(url, await measure(url));
      const p99 = (url: string) => percentile(times.get(url) ?? [], 0.99);
      direct.push(p99(panel.url));
      added.push(p99(gateway) - p99(panel.url));
      process.stderr.write(
        `  round ${n + 1}: p99 ${round(p99(panel.url))} ms without, ${round(p99(gateway))} ms with\n`,
      );
    }
    await xpert.stop();
    await panel.stop();
    return {
      ratio: round(median(added)),
      directP99Ms: round(median(direct)),
      perSecond,
      users,
      rounds: added.map(round),
    };
  },
};

/** A node with a gateway, whose users have each been reported to have used 8 bytes elsewhere. @returns its address */
async function putBefore({ url }: RunningServer, panel: RunningServer): Promise<string> {
  const cookie = await logIn(url);
  const port = await freePort();
  const options = { url: panel.url, username: 'a', password: 'b', privateAddress: true, gateway: `127.0.0.1:${port}` };
  const node = { name: 'panel', kind: 'marzban', options, usersPolicy: 'from-comments', pollIntervalSeconds: 3600 };
  await ask(`${url}/api/v1/nodes`, { method: 'POST', cookie, json: node });
  const { items } = JSON.parse(await ask(`${url}/api/v1/users?limit=500`, { cookie })) as {
    items: { userToken: string }[];
  };
  const reports = items.map(({ userToken }) => {
    return {
      user_token: userToken,
      server: 'vpn',
      port: 443,
      protocol: 'vless',
      bytes_uploaded: 3,
      bytes_downloaded: 5,
    };
  });
  await ask(`${url}/api/xpert/traffic-webhook`, { method: 'POST', json: reports });
  return `http://127.0.0.1:${port}`;
}

async function proveItAdds(gateway: string, panel: string): Promise<void> {
  const used = async (url: string) => Number(/"used_traffic":(\d+)/.exec(await ask(`${url}/api/user/user7`, {}))?.[1]);
  const added = (await used(gateway)) - (await used(panel));
  if (added !== 8) throw new Error(`The gateway added ${added} bytes instead of 8.`);
}

/** Milliseconds from the sending of each request to the end of its answer. */
async function measure(url: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const beganMs = performance.now();
  const all: Promise<number>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const dueMs = beganMs + (n * 1000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const sentMs = performance.now();
    all.push(fetchAll(`${url}${pathOf(n)}`, agent).then(() => performance.now() - sentMs));
  }
  const times = await Promise.all(all);
  agent.destroy();
  return times;
}

function pathOf(n: number): string {
  const kind = mix[n % mix.length];
  if (kind === 'user') return `/api/user/user${(n * 7) % users}`;
  return kind === 'list' ? `/api/users?offset=${(n * 3) % 400}&limit=10` : '/dashboard/';
}

function fetchAll(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, headers: { authorization: 'Bearer t' } }, (answer: IncomingMessage) => {
      if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
      answer.on('end', resolve).on('error', reject).resume();
    });
    outgoing.on('error', reject).end();
  });
}

interface Question {
  readonly method?: 'POST';
  readonly cookie?: string;
  readonly json?: unknown;
}

async function ask(url: string, { method, cookie, json }: Question): Promise<string> {
  const answer = await fetch(url, {
    ...(method === undefined ? {} : { method }),
    headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return text;
}

async function logIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'owner', password: 'bench-password-of-no-worth' }),
  });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
