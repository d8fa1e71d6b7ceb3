import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../server.ts';
import { healthRoutes } from './health.ts';

/** Every resource, in the order of the description. */
export async function apiRoutes(app: HttpApp, parts: HttpParts): Promise<void> {
  healthRoutes(app, parts);
}
