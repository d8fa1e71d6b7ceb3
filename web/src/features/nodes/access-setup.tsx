import { useQuery } from '@tanstack/react-query';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Paste } from '../../components/copy.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { accessSetupQuery } from './api.ts';

/** The lines that let the node's key take access, where it may only read so far. */
export function AccessSetup({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const isSsh = node.options.transport === 'ssh';
  const setup = useQuery({ ...accessSetupQuery(node.id), enabled: owner && isSsh }).data?.setup;
  if (!setup) return null;
  return (
    <>
      <p>{t('nodes.access.setup')}</p>
      <Paste label={t('nodes.test.commands')} lines={setup.commands.join('\n')} />
      {setup.authorizedKeys ? <Paste label={t('nodes.test.authorizedKeys')} lines={setup.authorizedKeys} /> : null}
    </>
  );
}
