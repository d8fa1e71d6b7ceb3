import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Node, NodeState } from '../api/types.ts';
import { serviceState, silentSince } from '../lib/node-state.ts';
import { useFormat } from '../lib/use-format.ts';
import { useSaid } from '../lib/use-said.ts';
import { protocolName } from './protocol-badge.tsx';
import { State } from './state.tsx';
import { TableScroll } from './table-scroll.tsx';

/** Every VPN service of every node: icons in the middle, the row in words at its end. */
export function ServiceMatrix({ nodes }: { readonly nodes: readonly Node[] }) {
  const { t } = useTranslation();
  const kinds = [...new Set(nodes.flatMap((node) => node.services.map((service) => service.kind)))].toSorted();
  return (
    <TableScroll>
      <table className="mx">
        <thead>
          <tr>
            <th scope="col">{t('common.node')}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col">
                {protocolName(kind)}
              </th>
            ))}
            <th scope="col" className="hide-s">
              {t('common.inWords')}
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <tr key={node.id}>
              <td>
                <Link className="name" to="/nodes/$nodeId" params={{ nodeId: node.id }}>
                  {node.name}
                </Link>
              </td>
              {kinds.map((kind) => (
                <td key={kind} className="c">
                  <ServiceStates node={node} kind={kind} />
                </td>
              ))}
              <td className="hide-s">
                <NodeWords node={node} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function ServiceStates({ node, kind }: { readonly node: Node; readonly kind: string }) {
  const { t } = useTranslation();
  return node.services
    .filter((service) => service.kind === kind)
    .map((service) => {
      const state = serviceState(node, service);
      const title = `${service.name}: ${t(`common.state.${state}`)}`;
      return (
        <State key={service.id} of={state} iconOnly title={title}>
          {title}
        </State>
      );
    });
}

/** "all read", or since when nothing is known. */
export function NodeWords({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const said = useSaid();
  const format = useFormat();
  const since = silentSince(node);
  if (node.state === 'up') return <span className="mut">{t('common.allRead', { count: node.services.length })}</span>;
  if (node.state === 'degraded')
    return <span className="st degraded">{node.reason ? said(node.reason).message : t('common.state.degraded')}</span>;
  if (since === null) return <span className="mut">{t('common.neverRead')}</span>;
  return <span className="mut">{t('common.notKnownSince', { at: format.short(since) })}</span>;
}

const STATES: readonly NodeState[] = ['up', 'degraded', 'down', 'unknown', 'error'];

/** How many services are in which state. */
export function ServiceCounts({ nodes }: { readonly nodes: readonly Node[] }) {
  const { t } = useTranslation();
  const states = nodes.flatMap((node) => node.services.map((service) => serviceState(node, service)));
  return (
    <span className="row2s">
      {STATES.map((state) => ({ state, count: states.filter((one) => one === state).length }))
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => (
          <State key={state} of={state} title={t(`common.state.${state}`)}>
            {count}
            <span className="vh"> {t(`common.state.${state}`)}</span>
          </State>
        ))}
    </span>
  );
}
