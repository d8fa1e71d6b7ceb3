import type { FastifyRequest } from 'fastify';

export const PAGE_LANGUAGES = ['en', 'ru', 'fa', 'zh'] as const;
export type PageLanguage = (typeof PAGE_LANGUAGES)[number];

/** The language asked for by `?lang=`, else the first of the visitor's own that we speak, else English. */
export function languageOf(request: FastifyRequest): PageLanguage {
  const wanted = (request.query as { lang?: unknown } | undefined)?.lang;
  const accepted = request.headers['accept-language'] ?? '';
  const candidates = [typeof wanted === 'string' ? wanted : '', ...byWeight(accepted)];
  for (const candidate of candidates) {
    const language = PAGE_LANGUAGES.find((known) => candidate.toLowerCase().split(/[-_]/, 1)[0] === known);
    if (language !== undefined) return language;
  }
  return 'en';
}

/** RFC 9110, section 12.5.4. */
function byWeight(header: string): string[] {
  return header
    .slice(0, 512)
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().split(';');
      const q = rest.map((entry) => /^\s*q=([\d.]+)$/.exec(entry)?.[1]).find((value) => value !== undefined);
      return { tag, weight: q === undefined ? 1 : Number(q) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}
