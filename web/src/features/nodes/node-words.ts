import type { Node } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { isReadable, silentSince } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useNow } from '../../lib/use-now.ts';
import { useSaid } from '../../lib/use-said.ts';

/** A node's state in a sentence: "answers in 84 ms, last read 12 s ago, 214 peers". */
export function useNodeWords(): (node: Node) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const now = useNow(5_000);
  return (node) => {
    if (node.lastPollAt === null) return t('nodes.words.notYet');
    if (!isReadable(node) || node.lastCompleteAt === null) {
      const since = silentSince(node);
      const message = node.reason ? said(node.reason).message : t(`common.state.${node.state}`);
      return since === null ? message : t('nodes.words.failing', { at: format.short(since), message });
    }
    const ago = format.duration(Math.max(0, now - Date.parse(node.lastCompleteAt)));
    const read = t('nodes.words.read', { ms: node.lastPollDurationMs ?? 0, ago, peers: node.peers.total });
    return node.state === 'degraded' && node.reason ? `${said(node.reason).message} ${read}` : read;
  };
}
