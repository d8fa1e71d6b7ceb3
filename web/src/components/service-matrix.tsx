import type { Service } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { useSaid } from '../lib/use-said.ts';
import { Link } from './link.tsx';
import { protocolName } from './protocol-badge.tsx';
import { State } from './state.tsx';
import { TableScroll } from './table-scroll.tsx';

/** Every VPN service of every node: icons in the middle, the row in words at its end. */
export function ServiceMatrix({ services }: { readonly services: readonly Service[] }) {
  const { t } = useTranslation();
  const kinds = [...new Set(services.map((service) => service.kind))].toSorted();
  const nodeIds = [...new Set(services.map((service) => service.nodeId))];
  const nodes = nodeIds.map((id) => [id, services.filter((service) => service.nodeId === id)] as const);
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
          {nodes.map(([nodeId, ofNode]) => (
            <tr key={nodeId}>
              <td>
                <Link className="name" title={ofNode[0]?.nodeName} to="/nodes/$nodeId" params={{ nodeId }}>
                  {ofNode[0]?.nodeName}
                </Link>
              </td>
              {kinds.map((kind) => (
                <td key={kind} className="c">
                  <States services={ofNode.filter((service) => service.kind === kind)} />
                </td>
              ))}
              <td className="hide-s">
                <InWords services={ofNode} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function States({ services }: { readonly services: readonly Service[] }) {
  const { t } = useTranslation();
  return services.map((service) => {
    const title = `${service.name}: ${t(`common.state.${service.state}`)}`;
    return (
      <State key={service.id} of={service.state} iconOnly title={title}>
        {title}
      </State>
    );
  });
}

const STATES = ['up', 'degraded', 'down', 'unknown'] as const;
const WORST = ['down', 'degraded', 'unknown'] as const;

/** "all up", or the worst of the node's services and why. */
function InWords({ services }: { readonly services: readonly Service[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const worst = WORST.map((state) => services.find((service) => service.state === state)).find(Boolean);
  if (!worst) return <span className="mut">{t('common.allUp', { count: services.length })}</span>;
  const state = t(`common.state.${worst.state}`);
  const name = services.length > 1 ? `${worst.name}: ` : '';
  return (
    <span
      className={worst.state === 'unknown' ? 'mut' : `st ${worst.state}`}
      title={worst.reason ? said(worst.reason).message : undefined}
    >
      {name}
      {worst.since ? t('common.stateSince', { state, at: format.short(worst.since) }) : state}
    </span>
  );
}

/** How many services are in which state. */
export function ServiceCounts({ services }: { readonly services: readonly Service[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="row2s">
      {STATES.map((state) => ({ state, count: services.filter((one) => one.state === state).length }))
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => (
          <State key={state} of={state} title={t(`common.state.${state}`)}>
            {format.count(count)}
            <span className="vh"> {t(`common.state.${state}`)}</span>
          </State>
        ))}
    </span>
  );
}
