import type { Node } from '../../api/types.ts';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSaid } from '../../lib/use-said.ts';
import { NodeActions } from './node-actions.tsx';
import { NodeTags } from './node-tags.tsx';
import { useNodeWords } from './node-words.ts';

/** A node that is read: its state in words. */
export function NodeHead({ node }: { readonly node: Node }) {
  const words = useNodeWords();
  const said = useSaid();
  return (
    <section className="card" aria-label={node.name}>
      <div className="pad nhead">
        <div className="ntext">
          <div className="row2s">
            <h2 className="uname">{node.name}</h2>
            <State of={node.state} pill />
            <NodeTags tags={node.tags} />
          </div>
          <p>{words(node)}</p>
          <p className="mut small">
            <ReadBy node={node} />
            {node.description ? ` · ${node.description}` : ''}
          </p>
          {node.notices.map(said).map(({ message, hint }) => (
            <p key={message} className="small warned">
              {message} {hint}
            </p>
          ))}
        </div>
        <NodeActions node={node} />
      </div>
    </section>
  );
}

/** Over what way and how often the node is read. */
export function ReadBy({ node }: { readonly node: Node }) {
  const { t, i18n } = useTranslation();
  const { transport, ssh, path, url } = node.options;
  const address = ssh ?? path ?? url ?? '';
  // Isolated: an address keeps its order inside a sentence from right to left.
  const where = i18n.dir() === 'rtl' ? `\u2068${address}\u2069` : address;
  const isKnown = transport === 'local' || transport === 'ssh' || transport === 'file';
  const way = isKnown ? transport : url === undefined ? 'other' : 'panel';
  return t(`nodes.readBy.${way}`, { where, count: node.pollIntervalSeconds });
}
