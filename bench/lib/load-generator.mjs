// Load generator for machines without wrk; takes the arguments of the two wrk scripts beside it and prints the same line.
// Usage: node load-generator.mjs single-reports|batch-reports URL CONNECTIONS SECONDS USERS|FILE PREFIX SEED
import { readFileSync } from 'node:fs';
import net from 'node:net';

const [script, url, connections, seconds, source, prefix, seed] = process.argv.slice(2);
const target = new URL(url);
const bodies = script === 'batch-reports' ? readFileSync(source, 'utf8').trimEnd().split('\n') : [];
let state = Number(seed);
let count = 0;
const micros = [];
let bad = 0;
let socketErrors = 0;
let running = true;

/** mulberry32: 0 <= x < limit. */
function random(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
}

function single() {
  const user = random(Number(source));
  const server = `node${String(user % 20).padStart(2, '0')}.example.net`;
  const bytes = `"bytes_uploaded":${1000 + random(999_001)},"bytes_downloaded":${10_000 + random(49_990_001)}`;
  const token = `user-${String(user).padStart(6, '0')}`;
  return `{"user_token":"${token}","server":"${server}","port":443,"protocol":"vless",${bytes},"event_id":"${prefix}-${count}"}`;
}

function nextRequest() {
  count++;
  const body = script === 'batch-reports' ? bodies[random(bodies.length)] : single();
  const key = script === 'batch-reports' ? `idempotency-key: ${prefix}-${count}\r\n` : '';
  const head = `POST ${target.pathname} HTTP/1.1\r\nhost: ${target.host}\r\ncontent-type: application/json\r\n`;
  return `${head}${key}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function connect() {
  const socket = net.connect(Number(target.port), target.hostname);
  let sentAt = 0;
  let received = '';
  const send = () => {
    sentAt = performance.now();
    socket.write(nextRequest());
  };
  socket.setNoDelay(true).setEncoding('latin1').on('connect', send);
  socket.on('data', (chunk) => {
    received += chunk;
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < end + 4 + length) return;
    micros.push((performance.now() - sentAt) * 1000);
    if (!received.startsWith('HTTP/1.1 2')) bad++;
    received = '';
    if (running) send();
    else socket.destroy();
  });
  socket.on('error', () => {
    socketErrors++;
  });
}

const startedAt = performance.now();
for (let n = 0; n < Number(connections); n++) connect();
setTimeout(() => {
  running = false;
  const sorted = Float64Array.from(micros).sort();
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  const duration = Math.round((performance.now() - startedAt) * 1000);
  const line = {
    requests: micros.length,
    micros: duration,
    bad,
    socketErrors,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0));
}, Number(seconds) * 1000);
