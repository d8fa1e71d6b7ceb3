import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { post } from '../../api/client.ts';
import type { PostAnswer } from '../../api/types.ts';
import type { EntitlementWish } from '../../components/entitlement-fields.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRefreshUsers } from './api.ts';

export type BulkAction = 'suspend' | 'resume' | 'delete' | 'entitle' | 'tag' | 'untag' | 'top-up';

export interface BulkWish {
  readonly action: BulkAction;
  readonly entitlement?: EntitlementWish;
  readonly tag?: string;
  readonly bytes?: number;
}

export type BulkOutcome = PostAnswer<'/api/v1/users/bulk'>;

const UNDO: Partial<Record<BulkAction, BulkAction>> = {
  suspend: 'resume',
  resume: 'suspend',
  tag: 'untag',
  untag: 'tag',
};

const ask = (users: readonly string[], wish: BulkWish, preview: boolean) =>
  post<BulkOutcome>('api/v1/users/bulk', { users, ...wish, preview });

/** Whom it would change; asked of the server, which decides it. */
export function useBulkPreview(users: readonly string[], wish: BulkWish | null) {
  return useQuery({
    queryKey: ['users', 'bulk', users, wish],
    queryFn: () => ask(users, wish as BulkWish, true),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Does it; where it can be undone, the toast does that, for those alone whom it changed. */
export function useBulk(chosen: ReadonlyMap<string, string>) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshUsers();
  const back = useMutation({
    mutationFn: ({ users, wish }: { users: readonly string[]; wish: BulkWish }) => ask(users, wish, false),
    onError,
    onSettled: refresh,
  });
  return useMutation({
    mutationFn: (wish: BulkWish) => ask([...chosen.keys()], wish, false),
    onSuccess: ({ users, unchanged, impossible }, wish) => {
      const opposite = UNDO[wish.action];
      const untouched = new Set([...unchanged, ...impossible]);
      const changed = [...chosen].flatMap(([id, name]) => (untouched.has(name) ? [] : id));
      toast({
        title: t(`users.bulk.done.${wish.action}`, { count: users }),
        icon: wish.action === 'delete' ? 'trash' : 'users',
        ...(opposite && changed.length > 0
          ? { undo: () => back.mutate({ users: changed, wish: { ...wish, action: opposite } }) }
          : {}),
      });
    },
    onSettled: refresh,
  });
}
