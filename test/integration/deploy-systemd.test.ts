import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootMachine, type Machine, whyNoMachine } from '../support/machine.ts';
import { root, temporaryFolder } from '../support/server.ts';

const unit = join(root, 'deploy/systemd/xpert.service');

describe('the unit', () => {
  const folder = temporaryFolder('unit');
  afterAll(() => folder.remove());

  test('is understood by systemd in every line', () => {
    const copy = join(folder.path, 'xpert.service');
    writeFileSync(copy, readFileSync(unit, 'utf8').replace('/opt/xpert/bin/node', process.execPath));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  test('is hardened: an exposure of at most 2 of 10, also with the right to read WireGuard', () => {
    copyFileSync(unit, join(folder.path, 'plain.service'));
    const dropIn = readFileSync(join(root, 'deploy/systemd/local-wireguard.conf'), 'utf8').replace(
      /^[\s\S]*\[Service\]/,
      '',
    );
    writeFileSync(
      join(folder.path, 'wireguard.service'),
      readFileSync(unit, 'utf8').replace('[Install]', `${dropIn}\n[Install]`),
    );
    for (const name of ['plain', 'wireguard']) {
      const args = ['security', '--offline=true', '--threshold=20', '--no-pager', join(folder.path, `${name}.service`)];
      execFileSync('systemd-analyze', args, { stdio: 'pipe' });
    }
  });

  test('the shell scripts are clean', () => {
    execFileSync('shellcheck', [join(root, 'deploy/install.sh'), join(root, 'deploy/xpert')], { stdio: 'pipe' });
  });
});

const why = whyNoMachine();

/** A Debian booted by systemd, on which everything is done as docs/operate/install.md says. */
describe.skipIf(why !== null)(`installed on a host${why === null ? '' : ` (${why})`}`, () => {
  let machine: Machine;
  const installer = join(root, 'deploy/install.sh');

  beforeAll(async () => {
    machine = await bootMachine();
    machine.must(`${installer}`);
  }, 180_000);
  afterAll(async () => machine?.stop());

  const until = (condition: string, seconds = 15) =>
    machine.must(`for i in $(seq ${seconds * 10}); do if ${condition}; then exit 0; fi; sleep 0.1; done; exit 1`);
  const ready = () => until('curl -fsS -o /dev/null http://127.0.0.1:5001/readyz 2>/dev/null');
  const mainPid = () => machine.must('systemctl show -P MainPID xpert').trim();

  test('it runs as a user of its own that can write its data and nothing else', () => {
    ready();
    expect(machine.must(`ps -o user= -p ${mainPid()}`).trim()).toBe('xpert');
    expect(
      machine.must('stat -c "%a %U" /var/lib/xpert /var/lib/xpert/traffic_stats.db /var/lib/xpert/xpert.sock'),
    ).toBe('700 xpert\n600 xpert\n600 xpert\n');
    expect(machine.must(`grep -c '^Cap...:.0000000000000000$' /proc/${mainPid()}/status`).trim()).toBe('5');
    expect(machine.must('systemctl is-enabled xpert').trim()).toBe('enabled');
  });

  test('the log has the link that creates the owner, and the doctor knows where the panel is', () => {
    expect(machine.must('journalctl -u xpert -g setup -o cat')).toMatch(
      /http:\/\/127\.0\.0\.1:5001\/#\/setup\/\S{20,}/,
    );
    expect(machine.run('xpert doctor').stdout).toContain('http://127.0.0.1:5001');
  });

  test('the command works for root, in the data folder of the service', () => {
    expect(machine.must('cd /root && xpert admin add ann --role owner')).toMatch(/Added owner ann/);
    expect(machine.must('xpert admin list')).toMatch(/ann +owner/);
  });

  test('it answers to its old name, too', () => {
    const before = mainPid();
    machine.must('systemctl restart vpn-web');
    ready();
    expect(mainPid()).not.toBe(before);
  });

  test('killed, it comes back; stopped, it ends in order within 5 s', () => {
    machine.must(`kill -9 ${mainPid()}`);
    until(
      `[ "$(systemctl show -P MainPID xpert)" != 0 ] && curl -fsS -o /dev/null http://127.0.0.1:5001/readyz 2>/dev/null`,
    );
    const began = performance.now();
    machine.must('systemctl stop xpert');
    expect(performance.now() - began).toBeLessThan(5000);
    expect(machine.must('systemctl show -P Result xpert').trim()).toBe('success');
    machine.must('systemctl start xpert');
    ready();
  });

  test('a wrong configuration is named in the log and not tried again and again', () => {
    machine.must('echo XPERT_PORT=all >> /etc/xpert/xpert.env; systemctl restart xpert');
    until('[ "$(systemctl show -P ActiveState xpert)" = failed ]');
    expect(machine.must('journalctl -u xpert -o cat -n 20')).toContain('XPERT_PORT is "all"');
    expect(machine.must('systemctl show -P ExecMainStatus xpert').trim()).toBe('2');
    machine.must('sed -i /XPERT_PORT/d /etc/xpert/xpert.env; systemctl start xpert');
    ready();
  });

  test('it can listen on all addresses', () => {
    machine.must('echo XPERT_HOST=0.0.0.0 >> /etc/xpert/xpert.env; systemctl restart xpert');
    ready();
    machine.must('sed -i /XPERT_HOST/d /etc/xpert/xpert.env; systemctl restart xpert');
    ready();
  });

  test('it reads a node by SSH with a key that can do nothing else', () => {
    machine.must(prepareSshNode);
    const how = '--ssh root@127.0.0.1 --identity /var/lib/xpert/.ssh/id_ed25519';
    const add = `xpert node add de-1 --kind wireguard ${how}`;
    const refused = machine.run(add);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`xpert node setup ${how}`);
    machine.must(`xpert node setup ${how} | sh`);
    expect(machine.must(`${add} --interval 1`)).toMatch(/de-1 is read every 1 s: 1 peer,/);
    expect(machine.must('xpert node list')).toMatch(/de-1 +up/);
    const other = machine.run(
      'runuser -u xpert -- ssh -i /var/lib/xpert/.ssh/id_ed25519 -o StrictHostKeyChecking=accept-new root@127.0.0.1 id',
    );
    expect(other.stderr).toContain('this key may only read the traffic counters');
    expect(other.stdout).not.toContain('uid=');
  });

  test('with the drop-in it holds exactly the right that wg needs', () => {
    machine.must(`${installer} --local-wireguard`);
    ready();
    expect(machine.must(`grep CapEff /proc/${mainPid()}/status`)).toMatch(/0000000000001000/);
  });

  test('behind nginx, with the commands of the guide', () => {
    machine.must(nginxSite);
    const ask =
      'curl -fsS --cacert /etc/letsencrypt/live/panel.example.com/fullchain.pem --resolve panel.example.com:443:127.0.0.1';
    expect(machine.must(`${ask} https://panel.example.com/`)).toMatch(/<script/);
    expect(machine.must('cat /var/log/nginx/xpert-access.log')).toMatch(/"GET \/ HTTP\/2\.0" 200/);
  });

  test('an update keeps data and configuration, and the version before', () => {
    machine.must(`echo XPERT_TIME_ZONE=Asia/Tehran >> /etc/xpert/xpert.env; ${installer}`);
    ready();
    expect(machine.must('xpert admin list')).toMatch(/ann +owner/);
    expect(machine.must('tail -n 1 /etc/xpert/xpert.env').trim()).toBe('XPERT_TIME_ZONE=Asia/Tehran');
    machine.must('test -f /opt/xpert.previous/dist/xpert.mjs');
  });

  test('a backup can be restored, as the guide says', () => {
    const file = machine.must('xpert backup').trim();
    machine.must('xpert admin add bob --role viewer');
    machine.must(`systemctl stop xpert; xpert restore ${file}; systemctl start xpert`);
    ready();
    const admins = machine.must('xpert admin list');
    expect(admins).toMatch(/ann/);
    expect(admins).not.toMatch(/bob/);
  });

  test('uninstalled, its data stays', () => {
    machine.must('/opt/xpert/deploy/install.sh --uninstall');
    machine.must('test -f /var/lib/xpert/traffic_stats.db && test -f /etc/xpert/xpert.env');
    expect(machine.run('ls /opt/xpert /etc/systemd/system/xpert.service /usr/local/bin/xpert').stdout).toBe('');
    expect(machine.run('systemctl cat xpert vpn-web').code).not.toBe(0);
  });
});

/** A node on the same machine: sshd on port 22 and a userspace WireGuard interface with one peer. */
const prepareSshNode = `
set -e
rm -f /run/nologin
mkdir -p /run/sshd /root/.ssh && chmod 700 /root/.ssh && ssh-keygen -A >/dev/null
install -d -o xpert -g xpert -m 700 /var/lib/xpert/.ssh
runuser -u xpert -- ssh-keygen -q -t ed25519 -N '' -f /var/lib/xpert/.ssh/id_ed25519
/usr/sbin/sshd -o PermitRootLogin=forced-commands-only -o PasswordAuthentication=no
wireguard-go wg0
wg set wg0 private-key <(wg genkey) listen-port 51820 peer "$(wg genkey | wg pubkey)" allowed-ips 10.9.0.2/32
ip link set wg0 up
`
  .replace('<(wg genkey)', '/root/wg.key')
  .replace('wireguard-go wg0', 'wg genkey > /root/wg.key; wireguard-go wg0 >/dev/null 2>&1');

/** docs/operate/install.md, "nginx", with a certificate of our own in the place where certbot puts it. */
const nginxSite = `
set -e
mkdir -p /etc/letsencrypt/live/panel.example.com
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=panel.example.com \
  -addext subjectAltName=DNS:panel.example.com -keyout /etc/letsencrypt/live/panel.example.com/privkey.pem \
  -out /etc/letsencrypt/live/panel.example.com/fullchain.pem 2>/dev/null
install -m 644 /opt/xpert/deploy/nginx/xpert-common.conf /etc/nginx/conf.d/
install -m 644 /opt/xpert/deploy/nginx/xpert-proxy.conf /opt/xpert/deploy/nginx/xpert-under-path.conf /etc/nginx/snippets/
cp /opt/xpert/deploy/nginx/xpert.conf /etc/nginx/sites-available/xpert.conf
ln -sf ../sites-available/xpert.conf /etc/nginx/sites-enabled/
nginx -t 2>&1 && systemctl restart nginx
`;
