import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { peersQuery, usersQuery } from '../../api/resources.ts';
import { useIsOwner, useMayWrite, useSeesAll } from '../../api/session.tsx';
import { useNodes } from '../../api/use-nodes.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../../i18n/index.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useTheme } from '../../lib/theme.ts';
import type { IconName } from '../icon.tsx';

export const GROUPS = ['pages', 'users', 'devices', 'nodes', 'actions'] as const;

export interface Command {
  readonly key: string;
  readonly group: (typeof GROUPS)[number];
  readonly icon: IconName;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly run: () => void;
}

const MOST = 6;

/** What the words in the field could mean, in the order of the groups. Users and devices are searched on the server. */
export function useCommands(text: string): { readonly commands: readonly Command[]; readonly waiting: boolean } {
  const search = text.trim();
  const pages = usePages();
  const actions = useActions();
  const nodes = useNodeCommands();
  const found = useFound(useDeferredValue(search));
  const matching = [...pages, ...nodes, ...actions].filter(({ label }) => matches(label, search));
  const few = search === '' ? matching.filter(({ group }) => group !== 'nodes') : matching;
  const all = [...few, ...found.commands];
  const commands = GROUPS.flatMap((group) => {
    const members = all.filter((command) => command.group === group);
    return group === 'pages' || group === 'actions' ? members : members.slice(0, MOST);
  });
  return { commands, waiting: search !== '' && (found.search !== search || found.isFetching) };
}

/** Every word of the search begins a word of the label, or stands in it. */
function matches(label: string, search: string): boolean {
  const text = label.toLocaleLowerCase();
  return search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function useFound(search: string) {
  const navigate = useNavigate();
  const enabled = search.length > 0;
  const options = { enabled, placeholderData: keepPreviousData, retry: false };
  const users = useQuery({ ...usersQuery({ search, limit: MOST }), ...options });
  const peers = useQuery({ ...peersQuery({ search, limit: MOST }), ...options });
  const commands: Command[] = enabled
    ? [
        ...(users.data?.items ?? []).map((user) => ({
          key: `user ${user.id}`,
          group: 'users' as const,
          icon: 'users' as const,
          label: user.name,
          detail: user.note || undefined,
          run: () => void navigate({ to: '/users/$userId', params: { userId: user.id } }),
        })),
        ...(peers.data?.items ?? []).map((peer) => ({
          key: `peer ${peer.id}`,
          group: 'devices' as const,
          icon: 'laptop' as const,
          label: peer.name || `${peer.key.slice(0, 12)}…`,
          detail: [peer.nodeName, peer.userName].filter(Boolean).join(' · '),
          run: () =>
            void (peer.userId
              ? navigate({ to: '/users/$userId', params: { userId: peer.userId } })
              : navigate({ to: '/nodes/$nodeId', params: { nodeId: peer.nodeId } })),
        })),
      ]
    : [];
  return { commands, search, isFetching: enabled && (users.isFetching || peers.isFetching) };
}

function useNodeCommands(): Command[] {
  const navigate = useNavigate();
  const nodes = useNodes().data?.items ?? [];
  return nodes.map((node) => ({
    key: `node ${node.id}`,
    group: 'nodes',
    icon: 'nodes',
    label: node.name,
    detail: node.description || undefined,
    run: () => void navigate({ to: '/nodes/$nodeId', params: { nodeId: node.id } }),
  }));
}

function usePages(): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const seesAll = useSeesAll();
  const mayWrite = useMayWrite();
  const pages: readonly (readonly [to: string, name: string, icon: IconName, fleet?: boolean])[] = [
    ['/', t('common.nav.overview'), 'overview'],
    ['/traffic/', t('common.nav.traffic'), 'traffic'],
    ['/users/', t('common.nav.users'), 'users'],
    ['/peers', t('common.palette.peers'), 'laptop'],
    ...(mayWrite ? [['/links/', t('common.nav.links'), 'link'] as const] : []),
    ['/corrections', t('common.entry.page'), 'edit'],
    ['/nodes/', t('common.nav.nodes'), 'nodes', true],
    ['/services/', t('common.nav.services'), 'services', true],
    ['/alerts/', t('common.nav.alerts'), 'alerts', true],
    ['/settings/', t('common.nav.settings'), 'settings'],
  ];
  return pages
    .filter(([, , , fleet]) => seesAll || !fleet)
    .map(([to, label, icon]) => ({ key: to, group: 'pages', icon, label, run: () => void navigate({ to }) }));
}

function useActions(): Command[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const owner = useIsOwner();
  const mayWrite = useMayWrite();
  const [theme, chooseTheme] = useTheme();
  const action = (key: string, icon: IconName, label: string, run: () => void): Command => ({
    key,
    group: 'actions',
    icon,
    label,
    run,
  });
  const languages = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== i18n.language);
  return [
    ...(owner ? [action('add', 'plus', t('common.palette.addNode'), () => void navigate({ to: '/nodes/add' }))] : []),
    ...(mayWrite
      ? [
          action(
            'create',
            'plus',
            t('common.palette.createUser'),
            () => void navigate({ to: '/users', search: { create: true } }),
          ),
          action(
            'link',
            'plus',
            t('common.palette.addLink'),
            () => void navigate({ to: '/links', search: { adding: true } }),
          ),
        ]
      : []),
    action('theme', 'theme', t(theme === 'dark' ? 'common.toLight' : 'common.toDark'), () =>
      chooseTheme(theme === 'dark' ? 'light' : 'dark'),
    ),
    ...languages.map((language) =>
      action(language, 'edit', `${t('common.language')}: ${LANGUAGES[language]}`, () => void chooseLanguage(language)),
    ),
  ];
}
