import { Type } from '@sinclair/typebox';

const Report = Type.Object(
  {
    user_token: Type.String({ pattern: '^[A-Za-z0-9._~@:-]{1,128}$', description: 'Whose traffic it is.' }),
    server: Type.String({ minLength: 1, maxLength: 255 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    protocol: Type.String({ minLength: 1, maxLength: 32 }),
    bytes_uploaded: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    bytes_downloaded: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    event_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description: 'Makes the report count once, however often it is sent.',
      }),
    ),
    mode: Type.Optional(Type.Union([Type.Literal('delta'), Type.Literal('cumulative')], { default: 'delta' })),
    stream: Type.Optional(
      Type.String({ maxLength: 128, description: 'Names a cumulative counter, which starts at 0.' }),
    ),
    period_start: Type.Optional(Type.String({ format: 'date-time' })),
    period_end: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { $id: 'Report' },
);

/** For the description only: core/metering/ingest.ts does the checking and names the field; a test holds the two together. */
export const webhookSchema = {
  tags: ['reports'],
  summary: 'Report traffic: one report, an array, or NDJSON',
  consumes: ['application/json', 'application/x-ndjson'],
  querystring: Type.Object({ backfill: Type.Optional(Type.Boolean()) }),
  headers: Type.Object({
    'idempotency-key': Type.Optional(Type.String({ maxLength: 255 })),
    'webhook-id': Type.Optional(Type.String({ maxLength: 255 })),
    'webhook-timestamp': Type.Optional(Type.String()),
    'webhook-signature': Type.Optional(Type.String()),
  }),
  body: Type.Union([Report, Type.Array(Report, { minItems: 1 })]),
  response: {
    200: Type.Object({
      status: Type.Literal('success'),
      message: Type.String(),
      recorded: Type.Integer(),
      duplicates: Type.Integer({ description: 'Same event id and body: counted before.' }),
      stale: Type.Integer({ description: 'Cumulative values not later than the last applied one.' }),
      limit_reached: Type.Optional(
        Type.Boolean({ description: 'To authenticated senders: access of users in the request is to be off.' }),
      ),
      limited_tokens: Type.Optional(Type.Array(Type.String(), { description: 'Their user_tokens.' })),
      quarantined: Type.Optional(Type.Integer({ description: 'Implausible: kept, not counted.' })),
      idempotent: Type.Optional(
        Type.Literal(false, { description: 'A delta came without any id: a repeat counts again.' }),
      ),
    }),
  },
};

export const ReportSchema = Report;
