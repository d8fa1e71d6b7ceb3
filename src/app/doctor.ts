import { stat } from 'node:fs/promises';
import type { ServiceOperations } from '../core/health/service-operations.ts';
import type { IdentityStore } from '../core/identity/identity-store.ts';
import type { NodeOperations, NodeView } from '../core/inventory/node-operations.ts';
import type { DoctorCheck, Operations } from '../core/settings/operations.ts';
import type { Clock } from '../core/units/clock.ts';
import type { AccessControl } from './access/control.ts';
import type { Backups } from './backups.ts';
import type { Config } from './config.ts';
import { type CounterSources, checkCounters, checkSums } from './doctor-counters.ts';
import { remedyFor } from './node-notices.ts';
import type { WallTime } from './node-polling.ts';
import { backupNotice, clockNotice, diskNotice, openWebhookNotice } from './product-notices.ts';

interface Dependencies {
  readonly config: Config;
  readonly nodes: Pick<NodeOperations, 'views' | 'test'>;
  readonly services: Pick<ServiceOperations, 'standings'>;
  readonly identity: Pick<IdentityStore, 'admins'>;
  readonly operations: Pick<Operations, 'ready' | 'settings' | 'calendar'>;
  readonly wallTime: WallTime;
  /** Where the panel listens now; null when only the CLI runs. */
  readonly listening: () => string | null;
  readonly backups: Pick<Backups, 'list' | 'schedule' | 'failure'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly store: CounterSources['store'];
  readonly access: Pick<AccessControl, 'notices' | 'sums'>;
}

/** Looks at everything that can be wrong and says for each what to do, with the lines to paste. */
export async function examine(use: Dependencies): Promise<DoctorCheck[]> {
  const checks = await Promise.all([
    checkPanel(use),
    checkLedger(use),
    checkDataFolder(use.config),
    checkDisk(use.config),
    checkClock(use.wallTime),
    checkOwner(use.identity),
    checkWebhook(use.config),
    checkTracking(use),
    checkBackups(use),
    checkAccess(use),
    checkNodes(use),
    checkServices(use.services),
  ]);
  return checks.flat();
}

/** The part of it that no notice tells while the product runs: nothing is asked of the nodes for it. */
export async function findingsBesideNotices(use: Dependencies): Promise<DoctorCheck[]> {
  const views = await use.nodes.views();
  const checks = await Promise.all([
    checkDataFolder(use.config),
    checkOwner(use.identity),
    checkTracking(use),
    use.backups.failure === null ? checkBackups(use) : [],
    ...views.filter(({ state }) => state === 'up').map((view) => checkSums(view, use)),
  ]);
  return checks.flat();
}

function check(
  name: string,
  status: DoctorCheck['status'],
  message: string,
  hint: string | null = null,
  commands: readonly string[] = [],
): DoctorCheck {
  return { name, status, message, hint, commands };
}

async function checkPanel({ config, listening }: Dependencies): Promise<DoctorCheck> {
  const url = listening();
  if (url === null)
    return check('panel', 'warning', 'The server does not run: nothing is counted.', 'Start it.', [
      'npm start            # from a checkout',
      'systemctl start xpert   # when it is installed',
    ]);
  const published = config.publicUrl === null ? '' : `, published as ${config.publicUrl}`;
  return check('panel', 'ok', `The panel is at ${url}${published}.`);
}

async function checkLedger({ operations, config }: Dependencies): Promise<DoctorCheck> {
  try {
    await operations.ready();
    return check('ledger', 'ok', `The ledger ${config.databasePath} can be written.`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return check('ledger', 'error', `The ledger cannot be written: ${message}`, 'Nothing is counted until it can.', [
      `df -h ${config.dataDir}`,
      `ls -l ${config.dataDir}`,
    ]);
  }
}

async function checkDataFolder({ dataDir }: Config): Promise<DoctorCheck> {
  const { mode } = await stat(dataDir);
  if ((mode & 0o077) === 0) return check('data-folder', 'ok', `Only its owner can read ${dataDir}.`);
  return check(
    'data-folder',
    'warning',
    `Other users of this machine can look into ${dataDir}.`,
    'It holds usage and tokens.',
    [`chmod 700 ${dataDir}`],
  );
}

async function checkDisk(config: Config): Promise<DoctorCheck> {
  const { dataDir } = config;
  const notice = await diskNotice(config);
  if (notice === null) return check('disk', 'ok', 'There is room on the disk.');
  return check('disk', notice.severity, notice.message, notice.hint, [`df -h ${dataDir}`]);
}

function checkClock(wallTime: WallTime): DoctorCheck {
  const notice = clockNotice(wallTime);
  if (notice === null) return check('clock', 'ok', 'The clock goes steadily.');
  return check('clock', notice.severity, notice.message, notice.hint, ['timedatectl status']);
}

async function checkOwner(identity: Dependencies['identity']): Promise<DoctorCheck> {
  const owners = (await identity.admins()).filter((admin) => admin.role === 'owner' && admin.disabledAt === null);
  if (owners.length > 0) return check('owner', 'ok', `Owner: ${owners.map((owner) => owner.name).join(', ')}.`);
  return check('owner', 'warning', 'Nobody can log in yet: there is no owner.', 'Create one.', [
    'xpert admin add NAME',
  ]);
}

function checkWebhook(config: Config): DoctorCheck {
  const notice = openWebhookNotice(config);
  if (notice !== null)
    return check('webhook', notice.severity, notice.message, notice.hint, [
      'xpert token create --name NAME --scope ingest',
      'echo XPERT_WEBHOOK_AUTH=key >> .env',
    ]);
  const who = config.webhookAuth === 'key' ? 'senders with a token' : 'anyone on this machine';
  return check('webhook', 'ok', `The webhook takes reports from ${who}.`);
}

async function checkTracking({ operations }: Dependencies): Promise<DoctorCheck> {
  const { tracking, timeZone } = await operations.settings();
  if (tracking.enabled) return check('tracking', 'ok', `Traffic is counted; days begin at midnight of ${timeZone}.`);
  return check(
    'tracking',
    'warning',
    `Tracking is off since ${tracking.since.toISOString()}: nothing is counted.`,
    'Switch it on in Settings.',
    ['grep XPERT_TRAFFIC_TRACKING_ENABLED .env'],
  );
}

async function checkBackups({ backups, clock }: Dependencies): Promise<DoctorCheck> {
  const commands = ['xpert backup', 'xpert backup schedule'];
  const notice = backupNotice(backups.failure);
  if (notice !== null) return check('backup', 'error', notice.message, notice.hint, commands);
  const [newest] = backups.list();
  const { everyHours } = await backups.schedule();
  if (newest === undefined) {
    const first = everyHours === 0 ? 'None is written by itself.' : 'The first is written an hour after the start.';
    return check(
      'backup',
      everyHours === 0 ? 'warning' : 'ok',
      `There is no backup yet. ${first}`,
      'Write one.',
      commands,
    );
  }
  const hours = (clock.now().getTime() - newest.at.getTime()) / 3_600_000;
  if (hours <= Math.max(48, 2 * everyHours)) return check('backup', 'ok', `The newest backup is ${newest.path}.`);
  return check('backup', 'warning', `The newest backup is ${Math.floor(hours / 24)} days old.`, 'Write one.', commands);
}

async function checkAccess({ access }: Dependencies): Promise<DoctorCheck[]> {
  const notices = await access.notices();
  if (notices.length > 0)
    return notices.map(({ message, hint }) => check('access', 'warning', message, hint, ['xpert access list']));
  const { nodes, suspended } = await access.sums();
  if (nodes === 0) return [check('access', 'ok', 'Every node is read-only: nobody loses access by Xpert.')];
  return [check('access', 'ok', `Access is changed on ${nodes} nodes; ${suspended} peers are suspended.`)];
}

async function checkNodes({ nodes, operations, clock, store }: Dependencies): Promise<DoctorCheck[]> {
  const views = await nodes.views();
  if (views.length === 0)
    return [
      check('nodes', 'warning', 'There is no node yet; only reports to the webhook are counted.', 'Add one.', [
        'xpert node add local --kind wireguard',
        'xpert node add NAME --kind wireguard --ssh user@host --identity FILE',
      ]),
    ];
  const checks = views.map(async (view) => [
    ...(await checkNode(view, nodes)),
    ...(await checkCounters(view, { store, operations, clock })),
  ]);
  return (await Promise.all(checks)).flat();
}

async function checkNode(view: NodeView, nodes: Dependencies['nodes']): Promise<DoctorCheck[]> {
  const name = `node ${view.node.name}`;
  const { state, reason } = view;
  if (state === 'up') return [check(name, 'ok', `It answers; ${view.peers.total} peers, ${view.peers.online} online.`)];
  const status = state === 'down' || state === 'error' ? 'error' : 'warning';
  const test = await nodes.test(view.node.source, view.node.id);
  if (test.problems.length > 0)
    return test.problems.map(({ code, message, hint, commands }) =>
      check(name, status, message, hint, commands.length > 0 ? commands : remedyFor(code, view.node.name)),
    );
  const remedy = reason === null ? [] : remedyFor(reason.code, view.node.name);
  const message = reason?.message ?? `It is ${state}.`;
  return [check(name, test.ok ? 'warning' : status, message, reason?.hint ?? null, remedy)];
}

/** One line for all that can be used, one for each that cannot. */
async function checkServices(services: Dependencies['services']): Promise<DoctorCheck[]> {
  const standings = await services.standings();
  if (standings.length === 0) return [];
  const count = (state: string) => standings.filter(({ health }) => health.state === state).length;
  const sums = `${count('up')} up, ${count('degraded')} degraded, ${count('down')} down, ${count('unknown')} unknown`;
  const bad = standings.filter(({ health }) => health.state === 'down' || health.state === 'degraded');
  if (bad.length === 0) return [check('services', 'ok', `VPN services: ${sums}.`)];
  return bad.map(({ service, view, health: { state, reason } }) =>
    check(
      `service ${service.name} of ${view.node.name}`,
      state === 'down' ? 'error' : 'warning',
      reason?.message ?? `It is ${state}.`,
      reason?.hint ?? null,
      [`xpert service show ${view.node.name}/${service.name}`],
    ),
  );
}
