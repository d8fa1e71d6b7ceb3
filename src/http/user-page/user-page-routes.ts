import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import { ExpectedError } from '../../core/errors.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { lastDays } from '../period.ts';
import { publicUrl, type Visitor, visitorOf } from '../subscription/visitor.ts';
import { Figures } from './figures.ts';
import { languageOf } from './language.ts';
import { nobodysPage, type PageContent, userPage } from './page.ts';

const DAYS = 30;
const DAY_SECONDS = 86_400;
const HTML = 'text/html; charset=utf-8';

/** Without a summary: a page for people, no part of the API's description. */
const schema = {
  params: Type.Object({ link_token: Type.String({ minLength: 1, maxLength: 2048 }) }),
  querystring: Type.Object({ lang: Type.Optional(Type.String({ maxLength: 16 })) }),
};

/** `/u/LINK_TOKEN`: what a user sees of their own usage, without a login and without a script. */
export function userPageRoutes(app: HttpApp, parts: HttpParts): void {
  app.get('/u/:link_token', { config: { access: 'public' }, schema }, async (request, reply) => {
    try {
      const visitor = await visitorOf(parts, request.params.link_token);
      const { timeZone } = await parts.ports.operations.settings();
      const content = await contentFor(parts, request, visitor);
      return reply.type(HTML).send(userPage(content, new Figures(content.language, timeZone)));
    } catch (error) {
      if (!(error instanceof ExpectedError) || error.code !== 'not-found') throw error;
      return reply
        .code(404)
        .type(HTML)
        .send(nobodysPage(languageOf(request)));
    }
  });
}

async function contentFor(
  parts: HttpParts,
  request: FastifyRequest,
  { user, used, standing }: Visitor,
): Promise<PageContent> {
  const { history, operations, clock } = parts.ports;
  const now = clock.now();
  const period = lastDays(DAYS, await operations.calendar(), now);
  const query = {
    period,
    bucketSeconds: DAY_SECONDS,
    by: 'total',
    userId: user.id,
    nodeId: null,
    maxSeries: 1,
  } as const;
  const [servers, series] = await Promise.all([
    history.userCarriers(user.id, period),
    history.series(query, { kind: 'all' }),
  ]);
  const [line] = series.series;
  const link = `${publicUrl(parts, request)}/api/xpert/sub?user_token=${encodeURIComponent(user.linkToken)}`;
  return {
    language: languageOf(request),
    name: user.name,
    state: user.state,
    standing,
    used,
    asOf: now,
    days: series.from.map((from, i) => ({ from, total: line === undefined ? 0n : (line.traffic[i]?.total ?? null) })),
    servers,
    link,
    qr: await qrOf(link),
  };
}

/** Loaded when the first page is opened: most servers never need it. */
async function qrOf(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode');
  return await qrcode.toString(text, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' });
}
