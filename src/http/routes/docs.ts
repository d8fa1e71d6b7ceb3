import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';

/** No inline script: the page's security policy forbids it. Relative addresses: it works under any path prefix. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Xpert API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;
const START = `window.ui = SwaggerUIBundle({ url: 'openapi.json', dom_id: '#docs', deepLinking: true });\n`;
const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/** The description of this API, for programs and for people. */
export function docsRoutes(app: HttpApp, { config }: HttpParts): void {
  const access = { access: 'public' } as const;

  app.get(
    '/api/openapi.json',
    {
      config: access,
      schema: { tags: ['health'], summary: 'This description', response: { 200: Type.Unknown() } },
    },
    async (_request, reply) => {
      return reply.type('application/json; charset=utf-8').send(readFileSync(config.openapiPath, 'utf8'));
    },
  );

  app.get(
    '/api/docs',
    {
      config: access,
      schema: { tags: ['health'], summary: 'This description, for people', response: { 200: Type.String() } },
    },
    async (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE),
  );

  app.get('/api/docs/start.js', { config: access }, async (_request, reply) => {
    return reply.type('text/javascript; charset=utf-8').send(START);
  });

  for (const [name, type] of Object.entries(ASSETS)) {
    app.get(`/api/docs/${name}`, { config: access }, async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=86400');
      return reply.type(type).send(createReadStream(join(swaggerFolder(), name)));
    });
  }
}

/** Found when it is asked for: a server without docs readers never touches the package. */
function swaggerFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
