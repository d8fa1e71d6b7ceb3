// What Marzban answers to its own pages, without the work behind it: users with their links, constant texts.
// Prints its port. Usage: panel-server.mjs USERS
import { createServer } from 'node:http';

const names = Array.from({ length: Number(process.argv[2]) }, (_, n) => `user${n}`);
const texts = new Map(names.map((name, n) => [name, userText(name, n)]));
const page = `<!doctype html>${'<p>A page of the panel, some kilobytes long.</p>'.repeat(200)}`;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://panel');
  const [, name] = /^\/api\/user\/(\w+)$/.exec(pathname) ?? [];
  if (name !== undefined) return answer(response, texts.get(name) ?? '{}');
  if (pathname === '/api/users') return answer(response, listText(searchParams));
  if (pathname === '/api/admin/token') return answer(response, '{"access_token":"t","token_type":"bearer"}');
  answer(response, page, 'text/html; charset=utf-8');
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.on('SIGTERM', () => process.exit(0));

function answer(response, body, type = 'application/json') {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function listText(query) {
  const offset = Number(query.get('offset') ?? 0);
  const rows = names.slice(offset, offset + Number(query.get('limit') ?? names.length)).map((name) => texts.get(name));
  return `{"users":[${rows.join(',')}],"total":${names.length}}`;
}

function userText(username, n) {
  const links = Array.from(
    { length: 4 },
    (_, k) => `vless://0000-${n}@host-${k}.example.com:443?type=ws&path=%2F#${username}`,
  );
  return JSON.stringify({
    proxies: { vless: { id: `0000-${n}` } },
    expire: null,
    data_limit: 10_737_418_240,
    note: 'A customer.',
    username,
    status: 'active',
    used_traffic: 1_000_000 + n,
    lifetime_used_traffic: 2_000_000 + n,
    created_at: '2026-01-01T00:00:00',
    online_at: null,
    links,
    subscription_url: `/sub/${username}`,
    admin: { username: 'owner', is_sudo: true },
  });
}
