import type { IncomingMessage } from 'node:http';
import type { HttpApp } from './http-app.ts';
import type { VisitorSeal } from './visitor-seal.ts';

/** Requests that another process passed on. */
export const passedOnRequests = new WeakSet<IncomingMessage>();
/** Of these, those that the process itself makes. */
export const processRequests = new WeakSet<IncomingMessage>();
/** Of these, those that came over the owner's socket of that process. */
export const localOwnerRequests = new WeakSet<IncomingMessage>();

/** Requests that another process passed on come from whom it says. */
export function believeProcesses(app: HttpApp, visitors: Pick<VisitorSeal, 'open'>): void {
  app.addHook('onRequest', async (request) => {
    const { raw, originalUrl: url } = request;
    const visitor = visitors.open({ headers: raw.headers, method: request.method, url });
    if (visitor === null) return;
    passedOnRequests.add(raw);
    const { ip, protocol, host, isLocalOwner, isProcess } = visitor;
    const hostname = host.replace(/:\d+$/, '');
    for (const [name, value] of Object.entries({ ip, ips: [ip], protocol, host, hostname })) {
      Object.defineProperty(request, name, { value });
    }
    if (isLocalOwner) localOwnerRequests.add(raw);
    if (isProcess === true) processRequests.add(raw);
  });
}
