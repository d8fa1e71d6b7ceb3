// Frozen baseline of webhook-single: Fastify with the schema of one report and a constant answer. It stores nothing.
// Usage: node constant-server.mjs; prints its port when it listens.
import Fastify from 'fastify';

const bytes = { type: 'integer', minimum: 0, maximum: 9007199254740991 };
const report = {
  type: 'object',
  required: ['user_token', 'server', 'port', 'protocol'],
  additionalProperties: false,
  properties: {
    user_token: { type: 'string', pattern: '^[A-Za-z0-9._~@:-]{1,128}$' },
    server: { type: 'string', minLength: 1, maxLength: 255 },
    port: { type: 'integer', minimum: 1, maximum: 65535 },
    protocol: { type: 'string', minLength: 1, maxLength: 32 },
    bytes_uploaded: bytes,
    bytes_downloaded: bytes,
    event_id: { type: 'string', minLength: 1, maxLength: 256 },
    mode: { enum: ['delta', 'cumulative'] },
    stream: { type: 'string', maxLength: 128 },
    period_start: { type: 'string', maxLength: 40 },
    period_end: { type: 'string', maxLength: 40 },
  },
};
const answer = {
  type: 'object',
  properties: {
    status: { type: 'string' },
    message: { type: 'string' },
    recorded: { type: 'integer' },
    duplicates: { type: 'integer' },
    stale: { type: 'integer' },
  },
};

const app = Fastify({ logger: false, ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } });
app.post('/api/xpert/traffic-webhook', { schema: { body: report, response: { 200: answer } } }, async () => ({
  status: 'success',
  message: 'Traffic recorded successfully',
  recorded: 1,
  duplicates: 0,
  stale: 0,
}));
await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${app.server.address().port}\n`);
