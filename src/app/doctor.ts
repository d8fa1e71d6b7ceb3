import { stat } from 'node:fs/promises';
import type { ServiceOperations } from '../core/health/service-operations.ts';
import type { IdentityStore } from '../core/identity/identity-store.ts';
import type { NodeOperations, NodeView } from '../core/inventory/node-operations.ts';
import { unmendedDays } from '../core/ledger/history-rebuild.ts';
import type { DoctorCheck, Operations } from '../core/settings/operations.ts';
import { formatDay } from '../core/units/calendar.ts';
import type { Clock } from '../core/units/clock.ts';
import { counted } from '../core/units/counted.ts';
import type { AccessControl } from './access/control.ts';
import type { Backups } from './backups.ts';
import { type Config, ledgerPlace } from './config.ts';
import { type CounterSources, checkCounters, checkSums } from './doctor-counters.ts';
import { remedyFor } from './node-notices.ts';
import type { WallTime } from './node-polling.ts';
import { backupNotice, clockNotice, diskNotice, openWebhookNotice, shippingNotice } from './product-notices.ts';

interface Dependencies {
  readonly config: Config;
  readonly nodes: Pick<NodeOperations, 'views' | 'test'>;
  readonly services: Pick<ServiceOperations, 'standings'>;
  readonly identity: Pick<IdentityStore, 'admins'>;
  readonly operations: Pick<Operations, 'ready' | 'settings' | 'calendar' | 'historyShipping' | 'historyRebuilds'>;
  readonly wallTime: WallTime;
  /** Where the panel listens now; null when only the CLI runs. */
  readonly listening: () => string | null;
  readonly backups: Pick<Backups, 'list' | 'schedule' | 'failure'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly store: CounterSources['store'];
  readonly access: Pick<AccessControl, 'notices' | 'sums'>;
  /** Processes on the same database; absent where there can be no other. */
  readonly processes?: (() => ProcessesNow) | undefined;
}

/** What this process, which leads, knows of the others. */
export interface ProcessesNow {
  /** Where others reach this one. */
  readonly leader: string;
  /** Names of those that stand by. */
  readonly standingBy: readonly string[];
}

/** Looks at everything that can be wrong and says for each what to do, with the lines to paste. */
export async function examine(use: Dependencies): Promise<DoctorCheck[]> {
  const checks = await Promise.all([
    checkPanel(use),
    checkLedger(use),
    checkProcesses(use),
    checkDataFolder(use.config),
    checkDisk(use.config),
    checkClock(use.wallTime),
    checkOwner(use.identity),
    checkWebhook(use.config),
    checkTracking(use),
    checkBackups(use),
    checkHistory(use),
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

interface Words extends Pick<DoctorCheck, 'code' | 'message'> {
  readonly hint?: string | null;
  readonly values?: DoctorCheck['values'];
}

function check(
  name: string,
  status: DoctorCheck['status'],
  { code, message, hint = null, values = {} }: Words,
  commands: readonly string[] = [],
): DoctorCheck {
  return { name, status, code, values, message, hint, commands };
}

async function checkPanel({ config, listening }: Dependencies): Promise<DoctorCheck> {
  const url = listening();
  if (url === null)
    return check(
      'panel',
      'warning',
      { code: 'doctor-not-running', message: 'The server does not run: nothing is counted.', hint: 'Start it.' },
      ['npm start            # from a checkout', 'systemctl start xpert   # when it is installed'],
    );
  const { publicUrl } = config;
  const at = publicUrl === null ? url : `${url}, published as ${publicUrl}`;
  return check('panel', 'ok', {
    code: 'doctor-running',
    values: { at: publicUrl === null ? url : `${url}, ${publicUrl}` },
    message: `The panel is at ${at}.`,
  });
}

async function checkLedger({ operations, config }: Dependencies): Promise<DoctorCheck> {
  const { dataDir, databaseUrl } = config;
  const path = ledgerPlace(config);
  try {
    await operations.ready();
    const message = `The ledger ${path} can be written.`;
    return check('ledger', 'ok', { code: 'doctor-ledger-writable', values: { path }, message });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return check(
      'ledger',
      'error',
      {
        code: 'doctor-ledger-not-writable',
        values: { reason },
        message: `The ledger cannot be written: ${reason}`,
        hint: 'Nothing is counted until it can.',
      },
      databaseUrl === null ? [`df -h ${dataDir}`, `ls -l ${dataDir}`] : [`pg_isready -d ${path}`],
    );
  }
}

async function checkProcesses({ processes }: Dependencies): Promise<DoctorCheck[]> {
  if (processes === undefined) return [];
  const { leader, standingBy } = processes();
  if (standingBy.length === 0)
    return [
      check('processes', 'ok', {
        code: 'doctor-process-alone',
        values: { leader },
        message: `${leader} leads, and no other process stands by.`,
      }),
    ];
  const names = standingBy.join(', ');
  return [
    check('processes', 'ok', {
      code: 'doctor-processes',
      values: { leader, names },
      message: `${leader} leads; standing by: ${names}.`,
    }),
  ];
}

async function checkDataFolder({ dataDir }: Config): Promise<DoctorCheck> {
  const { mode } = await stat(dataDir);
  const values = { path: dataDir };
  if ((mode & 0o077) === 0)
    return check('data-folder', 'ok', {
      code: 'doctor-folder-private',
      values,
      message: `Only its owner can read ${dataDir}.`,
    });
  return check(
    'data-folder',
    'warning',
    {
      code: 'doctor-folder-open',
      values,
      message: `Other users of this machine can look into ${dataDir}.`,
      hint: 'It holds usage and tokens.',
    },
    [`chmod 700 ${dataDir}`],
  );
}

async function checkDisk(config: Config): Promise<DoctorCheck> {
  const notice = await diskNotice(config);
  if (notice === null) return check('disk', 'ok', { code: 'doctor-disk-room', message: 'There is room on the disk.' });
  return check('disk', notice.severity, notice, [`df -h ${config.dataDir}`]);
}

function checkClock(wallTime: WallTime): DoctorCheck {
  const notice = clockNotice(wallTime);
  if (notice === null)
    return check('clock', 'ok', { code: 'doctor-clock-steady', message: 'The clock goes steadily.' });
  return check('clock', notice.severity, notice, ['timedatectl status']);
}

async function checkOwner(identity: Dependencies['identity']): Promise<DoctorCheck> {
  const owners = (await identity.admins()).filter((admin) => admin.role === 'owner' && admin.disabledAt === null);
  const names = owners.map((owner) => owner.name).join(', ');
  if (names !== '')
    return check('owner', 'ok', { code: 'doctor-owner', values: { names }, message: `Owner: ${names}.` });
  const message = 'Nobody can log in yet: there is no owner.';
  return check('owner', 'warning', { code: 'doctor-no-owner', message, hint: 'Create one.' }, ['xpert admin add NAME']);
}

function checkWebhook(config: Config): DoctorCheck {
  const notice = openWebhookNotice(config);
  if (notice !== null)
    return check('webhook', notice.severity, notice, [
      'xpert token create --name NAME --scope ingest',
      'echo XPERT_WEBHOOK_AUTH=key >> .env',
    ]);
  const byKey = config.webhookAuth === 'key';
  return check('webhook', 'ok', {
    code: byKey ? 'doctor-webhook-key' : 'doctor-webhook-local',
    message: `The webhook takes reports from ${byKey ? 'senders with a token' : 'anyone on this machine'}.`,
  });
}

async function checkTracking({ operations }: Dependencies): Promise<DoctorCheck> {
  const { tracking, timeZone } = await operations.settings();
  if (tracking.enabled)
    return check('tracking', 'ok', {
      code: 'doctor-tracking-on',
      values: { timeZone },
      message: `Traffic is counted; days begin at midnight of ${timeZone}.`,
    });
  const since = tracking.since.toISOString();
  return check(
    'tracking',
    'warning',
    {
      code: 'doctor-tracking-off',
      values: { since },
      message: `Tracking is off since ${since}: nothing is counted.`,
      hint: 'Switch it on in Settings.',
    },
    ['grep XPERT_TRAFFIC_TRACKING_ENABLED .env'],
  );
}

async function checkBackups({ backups, clock, config }: Dependencies): Promise<DoctorCheck> {
  if (config.databaseUrl !== null) {
    const values = { folder: config.dataDir };
    const message = `PostgreSQL holds the ledger: back it up with its own means (pg_dump, pg_basebackup), and ${config.dataDir}/secret.key with it.`;
    return check('backup', 'ok', { code: 'doctor-backup-elsewhere', values, message });
  }
  const commands = ['xpert backup', 'xpert backup schedule'];
  const notice = backupNotice(backups.failure);
  if (notice !== null) return check('backup', 'error', notice, commands);
  const [newest] = backups.list();
  const { everyHours } = await backups.schedule();
  const hint = 'Write one.';
  if (newest === undefined) {
    const isNever = everyHours === 0;
    const first = isNever ? 'None is written by itself.' : 'The first is written an hour after the start.';
    const code = isNever ? 'doctor-no-backup-ever' : 'doctor-no-backup-yet';
    return check(
      'backup',
      isNever ? 'warning' : 'ok',
      { code, message: `There is no backup yet. ${first}`, hint },
      commands,
    );
  }
  const hours = (clock.now().getTime() - newest.at.getTime()) / 3_600_000;
  const days = Math.floor(hours / 24);
  if (hours <= Math.max(48, 2 * everyHours))
    return check('backup', 'ok', {
      code: 'doctor-backup-new',
      values: { path: newest.path },
      message: `The newest backup is ${newest.path}.`,
    });
  const old = {
    code: 'doctor-backup-old',
    values: { days },
    message: `The newest backup is ${counted(days, 'day')} old.`,
    hint,
  };
  return check('backup', 'warning', old, commands);
}

async function checkHistory({ operations, clock }: Dependencies): Promise<DoctorCheck[]> {
  const state = await operations.historyShipping();
  if (state === null) return [];
  const notice = shippingNotice(state, clock.now());
  if (notice !== null) return [check('history', 'warning', notice, ['journalctl -u xpert | grep ClickHouse'])];
  const differing = unmendedDays(operations.historyRebuilds.job);
  if (differing !== null) return [check('history', 'warning', ...differenceOf(differing))];
  const days = state.missingDays ?? 0;
  const [code, message] =
    days === 0
      ? ['doctor-history', 'ClickHouse has all days that are over.']
      : [
          'doctor-history-filling',
          `ClickHouse is being filled: ${counted(days, 'day is', 'days are')} missing. PostgreSQL answers for them.`,
        ];
  return [check('history', 'ok', { code, values: { days }, message })];
}

function differenceOf({ first, last }: { readonly first: number; readonly last: number }) {
  const values = { from: formatDay(first), to: formatDay(last) };
  const message = `Days in ClickHouse differ from the ledger, from ${values.from} to ${values.to}.`;
  const words = { code: 'doctor-history-differs', values, message, hint: 'Make them anew.' };
  return [words, [`xpert history rebuild --from ${values.from} --to ${values.to}`]] as const;
}

async function checkAccess({ access }: Dependencies): Promise<DoctorCheck[]> {
  const notices = await access.notices();
  if (notices.length > 0) return notices.map((notice) => check('access', 'warning', notice, ['xpert access list']));
  const { nodes, suspended } = await access.sums();
  const readOnly = 'Every node is read-only: nobody loses access by Xpert.';
  if (nodes === 0) return [check('access', 'ok', { code: 'doctor-access-read-only', message: readOnly })];
  const message = `Access is changed on ${counted(nodes, 'node')}; ${counted(suspended, 'peer is', 'peers are')} suspended.`;
  return [check('access', 'ok', { code: 'doctor-access', values: { nodes, suspended }, message })];
}

async function checkNodes({ nodes, operations, clock, store }: Dependencies): Promise<DoctorCheck[]> {
  const views = await nodes.views();
  const message = 'There is no node yet; only reports to the webhook are counted.';
  if (views.length === 0)
    return [
      check('nodes', 'warning', { code: 'doctor-no-nodes', message, hint: 'Add one.' }, [
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
  const { total, online } = view.peers;
  if (state === 'up') {
    const message = `It answers; ${counted(total, 'peer')}, ${online} online.`;
    return [check(name, 'ok', { code: 'doctor-node-answers', values: { total, online }, message })];
  }
  const status = state === 'down' || state === 'error' ? 'error' : 'warning';
  const test = await nodes.test(view.node.source, view.node.id);
  if (test.problems.length > 0)
    return test.problems.map((problem) => {
      const { code, commands } = problem;
      return check(name, status, problem, commands.length > 0 ? commands : remedyFor(code, view.node.name));
    });
  const remedy = reason === null ? [] : remedyFor(reason.code, view.node.name);
  const words = reason ?? { code: 'doctor-node-not-up', values: { state }, message: `It is ${state}.` };
  return [check(name, test.ok ? 'warning' : status, words, remedy)];
}

/** One line for all that can be used, one for each that cannot. */
async function checkServices(services: Dependencies['services']): Promise<DoctorCheck[]> {
  const standings = await services.standings();
  if (standings.length === 0) return [];
  const count = (state: string) => standings.filter(({ health }) => health.state === state).length;
  const values = { up: count('up'), degraded: count('degraded'), down: count('down'), unknown: count('unknown') };
  const sums = Object.entries(values).map(([state, number]) => `${number} ${state}`);
  const bad = standings.filter(({ health }) => health.state === 'down' || health.state === 'degraded');
  if (bad.length === 0)
    return [check('services', 'ok', { code: 'doctor-services', values, message: `VPN services: ${sums.join(', ')}.` })];
  return bad.map(({ service, view, health: { state, reason } }) =>
    check(
      `service ${service.name} of ${view.node.name}`,
      state === 'down' ? 'error' : 'warning',
      reason ?? { code: 'doctor-node-not-up', values: { state }, message: `It is ${state}.` },
      [`xpert service show ${view.node.name}/${service.name}`],
    ),
  );
}
