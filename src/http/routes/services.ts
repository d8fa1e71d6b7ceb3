import { Type } from '@sinclair/typebox';
import { isAllowed } from '../../core/identity/authorize.ts';
import type { ServiceId } from '../../core/units/ids.ts';
import { audit } from '../audit.ts';
import { actorOf } from '../auth/access.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpParts } from '../parts.ts';
import {
  HealthHistoryJson,
  historyJson,
  ProbeSettingJson,
  ProbeTrialJson,
  ServiceStandingJson,
  settingOf,
  standingJson,
  trialJson,
} from '../schemas/services.ts';
import { findNodeView } from './nodes.ts';

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Days = Type.Object({ days: Type.Integer({ minimum: 1, maximum: 400, default: 90 }) });
const tags = ['services'];

/** Whether clients can use what runs on the nodes, now and in the last months. */
export function serviceRoutes(app: HttpApp, parts: HttpParts): void {
  const { services } = parts.ports;
  const looking = { access: 'view-all' } as const;
  const mayManage = (request: Parameters<typeof actorOf>[0]) => isAllowed(actorOf(request), 'change-all');

  app.get(
    '/api/v1/services',
    {
      config: looking,
      schema: {
        tags,
        summary: 'VPN services and their health',
        response: { 200: Type.Object({ items: Type.Array(ServiceStandingJson) }) },
      },
    },
    async (request) => {
      return { items: (await services.standings()).map((one) => standingJson(one, mayManage(request))) };
    },
  );

  app.get(
    '/api/v1/services/:id/health',
    {
      config: looking,
      schema: {
        tags,
        summary: 'Health of a VPN service per day, and its latest changes',
        params: ById,
        querystring: Days,
        response: { 200: HealthHistoryJson },
      },
    },
    async (request) => {
      const { service } = await services.standing(request.params.id as ServiceId);
      return historyJson(await services.history(service.id, request.query.days));
    },
  );

  app.get(
    '/api/v1/nodes/:id/health',
    {
      config: looking,
      schema: {
        tags,
        summary: 'Health of a node per day, and its latest changes',
        params: ById,
        querystring: Days,
        response: { 200: HealthHistoryJson },
      },
    },
    async (request) => {
      const { node } = await findNodeView(parts, request.params.id);
      return historyJson(await services.history(node.id, request.query.days));
    },
  );

  probeRoutes(app, parts);
}

function probeRoutes(app: HttpApp, parts: HttpParts): void {
  const { services } = parts.ports;
  const config = { access: 'change-all' } as const;

  app.put(
    '/api/v1/services/:id/probe',
    {
      config,
      schema: {
        tags,
        summary: 'Set how the health of a VPN service is known; it is probed at once',
        params: ById,
        body: ProbeSettingJson,
        response: { 200: ServiceStandingJson },
      },
    },
    async (request) => {
      const standing = await services.setProbe(request.params.id as ServiceId, settingOf(request.body));
      const { view, service } = standing;
      await audit(parts, request, 'service.probe-set', `${view.node.name}/${service.name}`, {
        kind: request.body.kind,
      });
      return standingJson(standing, true);
    },
  );

  app.post(
    '/api/v1/services/:id/probe/test',
    {
      config,
      schema: {
        tags,
        summary: 'Probe a VPN service once and store nothing',
        params: ById,
        body: ProbeSettingJson,
        response: { 200: ProbeTrialJson },
      },
    },
    async (request) => {
      const { probe, result } = await services.tryProbe(request.params.id as ServiceId, settingOf(request.body));
      return trialJson(probe, result);
    },
  );
}
