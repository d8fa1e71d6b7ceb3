import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import { StaticFiles } from '../static-files.ts';

/**
 * The panel: one page with hash routes and relative addresses, so that it works under any path prefix of a proxy. Each
 * file gets its own route.
 */
export function panelRoutes(app: HttpApp, { config }: HttpParts): void {
  if (config.webRoot === null) return;
  const files = new StaticFiles(config.webRoot);
  const open = { config: { access: 'public' as const } };
  for (const name of files.names()) {
    app.get(`/${name}`, open, async (request, reply) => files.send(name, request, reply));
  }
  if (files.names().includes('index.html')) {
    app.get('/', open, async (request, reply) => files.send('index.html', request, reply));
  }
}
