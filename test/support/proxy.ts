import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { freePort, root } from './server.ts';

/** A reverse proxy with the shipped configuration: Xpert as a site of its own and under a path of another site. */
export interface ReverseProxy {
  /** `https://127.0.0.1:PORT/` and `https://127.0.0.1:PORT/xpert/`. */
  readonly site: string;
  readonly underPath: string;
  /** Plain HTTP of the own site, which redirects. */
  readonly plain: string;
  /** Everything in its log files and what it wrote itself. */
  logs(): string;
  stop(): Promise<void>;
}

interface Ports {
  readonly upstream: number;
  readonly site: number;
  readonly underPath: number;
  readonly plain: number;
}

/** Starts nginx or Caddy on files of deploy/ in which only addresses, the certificate and the log folder are others. */
export async function startProxy(kind: 'nginx' | 'caddy', folder: string, upstream: number): Promise<ReverseProxy> {
  const ports = { upstream, site: await freePort(), underPath: await freePort(), plain: await freePort() };
  makeCertificate(folder);
  mkdirSync(join(folder, 'log'));
  const [command, args] = kind === 'nginx' ? nginx(folder, ports) : caddy(folder, ports);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder } });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const output = () => Buffer.concat(chunks).toString('utf8');
  for (const port of [ports.site, ports.underPath, ports.plain]) await untilListening(port, child, output);
  return {
    site: `https://127.0.0.1:${ports.site}/`,
    underPath: `https://127.0.0.1:${ports.underPath}/xpert/`,
    plain: `http://127.0.0.1:${ports.plain}/`,
    logs: () => [output(), ...readdirSync(join(folder, 'log')).map((name) => readLog(folder, name))].join('\n'),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const readLog = (folder: string, name: string) => readFileSync(join(folder, 'log', name), 'utf8');
const shipped = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8');

function makeCertificate(folder: string): void {
  const subject = ['-subj', '/CN=panel.example.com', '-addext', 'subjectAltName=DNS:panel.example.com,IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...files,
    ],
    { stdio: 'pipe' },
  );
}

function nginx(folder: string, ports: Ports): [string, string[]] {
  mkdirSync(join(folder, 'snippets'));
  const adapt = (text: string) =>
    text
      .replace('127.0.0.1:5001', `127.0.0.1:${ports.upstream}`)
      .replaceAll('/var/log/nginx/', `${folder}/log/`)
      .replaceAll('/etc/letsencrypt/live/panel.example.com/', `${folder}/`)
      .replaceAll(/^ *listen \[::\].*\n/gm, '')
      .replace('listen 80;', `listen 127.0.0.1:${ports.plain};`)
      .replace('listen 443 ', `listen 127.0.0.1:${ports.site} `);
  const files = {
    'common.conf': shipped('nginx/xpert-common.conf'),
    'site.conf': shipped('nginx/xpert.conf'),
    'snippets/xpert-proxy.conf': shipped('nginx/xpert-proxy.conf'),
    'snippets/xpert-under-path.conf': shipped('nginx/xpert-under-path.conf'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), adapt(text));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/log/main.log; ${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log off; ${temporary.join(' ')}
  include common.conf;
  include site.conf;
  server {
    listen 127.0.0.1:${ports.underPath} ssl; server_name your.site;
    ssl_certificate ${folder}/fullchain.pem; ssl_certificate_key ${folder}/privkey.pem;
    include snippets/xpert-under-path.conf;
  }
}`,
  );
  return ['nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'log/main.log')]];
}

function caddy(folder: string, ports: Ports): [string, string[]] {
  const tls = `tls ${folder}/fullchain.pem ${folder}/privkey.pem`;
  const text = shipped('caddy/Caddyfile');
  const underPath = text.slice(text.indexOf('# your.site {')).replaceAll(/^# ?/gm, '').replace('…', tls);
  const adapted = `${text}\n${underPath}`
    .replace('127.0.0.1:5001', `127.0.0.1:${ports.upstream}`)
    .replaceAll('/var/log/caddy/', `${folder}/log/`)
    .replace(/^panel\.example\.com \{/m, `https://127.0.0.1:${ports.site} {\n\t${tls}`)
    .replace(/^your\.site \{/m, `https://127.0.0.1:${ports.underPath} {`)
    .replace(/^\{/m, `{\n\tadmin off\n\thttp_port ${ports.plain}\n\tstorage file_system ${folder}/storage`)
    .replace(/^\{/m, `{\n\thttps_port ${ports.site}`);
  writeFileSync(join(folder, 'Caddyfile'), adapted);
  return ['caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']];
}

async function untilListening(port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`The proxy ended with ${child.exitCode}:\n${output()}`);
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`The proxy was not listening within 20 s:\n${output()}`);
}
