import { queryOptions, useMutation } from '@tanstack/react-query';
import { get, patch, post, remove } from '../../api/client.ts';
import { leave, stay, useReadAnew } from '../../api/read-anew.ts';
import type { Answer, Node, NodeOptions, NodeSetup, NodeTest, PostAnswer } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export const nodeQuery = (id: string) =>
  queryOptions({
    queryKey: ['nodes', 'one', id],
    queryFn: ({ signal }) => get<Node>(`api/v1/nodes/${encodeURIComponent(id)}`, {}, signal),
  });

type Reconciliation = Answer<'/api/v1/nodes/{id}/reconciliation'>;
export type Reconciled = Reconciliation['sums'][number];

/** Peers of a node against its own counters, day by day. */
export const reconciliationQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ['usage', 'reconciliation', id, days],
    queryFn: ({ signal }) =>
      get<Reconciliation>(`api/v1/nodes/${encodeURIComponent(id)}/reconciliation`, { days }, signal),
    staleTime: 60_000,
  });

export interface NodeDraft {
  readonly name: string;
  readonly kind: string;
  readonly description?: string;
  readonly options: NodeOptions;
  readonly pollIntervalSeconds: number;
  readonly opening: Node['opening'];
  readonly usersPolicy: Node['usersPolicy'];
  readonly tags?: readonly string[];
}

/** Tries to read without adding anything. */
export function useTestNode() {
  return useMutation({
    mutationFn: (draft: Pick<NodeDraft, 'kind' | 'options'>) => post<NodeTest>('api/v1/nodes/test', draft),
  });
}

export function useAddNode() {
  const refresh = useRefreshNodes();
  return useMutation({
    mutationFn: (draft: NodeDraft) => post<Node>('api/v1/nodes', draft),
    onSuccess: refresh,
  });
}

/** What puts an agent on a node, with a new token. */
export function useEnrolAgent(id: string) {
  return useMutation({
    mutationFn: () => post<{ readonly commands: readonly string[] }>(`api/v1/nodes/${encodeURIComponent(id)}/agent`),
  });
}

/** A test of a node that is there already; what was found wrong comes with lines to paste. */
export const nodeTestQuery = (id: string) =>
  queryOptions({
    queryKey: ['node-test', id],
    queryFn: () => post<NodeTest>(`api/v1/nodes/${encodeURIComponent(id)}/test`),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const nodeSetupQuery = (id: string) =>
  queryOptions({
    queryKey: ['node-setup', id],
    queryFn: ({ signal }) =>
      get<{ setup: NodeSetup | null }>(`api/v1/nodes/${encodeURIComponent(id)}/setup`, {}, signal),
  });

/** The same for a key that may take access, too. */
export const accessSetupQuery = (id: string) =>
  queryOptions({
    queryKey: ['node-setup', id, 'access'],
    queryFn: ({ signal }) =>
      get<{ setup: NodeSetup | null }>(`api/v1/nodes/${encodeURIComponent(id)}/setup`, { access: true }, signal),
  });

export type PollResult = PostAnswer<'/api/v1/nodes/{id}/poll'>;

export function usePollNode(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshNodes();
  return useMutation({
    mutationFn: () => post<PollResult>(`api/v1/nodes/${encodeURIComponent(id)}/poll`),
    onSuccess: (result) => toast({ title: t('nodes.polled', { ms: result.durationMs }) }),
    onError,
    onSettled: refresh,
  });
}

export type NodeChange = Partial<
  Pick<Node, 'name' | 'description' | 'options' | 'pollIntervalSeconds' | 'usersPolicy' | 'tags' | 'linkMbit'>
>;

export function useChangeNode(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshNodes();
  return useMutation({
    mutationFn: (change: NodeChange) => patch<Node>(`api/v1/nodes/${encodeURIComponent(id)}`, change),
    onSuccess: () => {
      refresh();
      toast({ title: t('nodes.saved') });
    },
  });
}

export function useDeleteNode(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshNodes();
  return useMutation({
    mutationFn: () => remove(`api/v1/nodes/${encodeURIComponent(id)}`),
    onMutate: () => leave(id),
    onSuccess: () => {
      refresh();
      toast({ title: t('nodes.deleted'), text: t('nodes.deletedWhat'), icon: 'trash' });
    },
    onError: (error) => {
      stay(id);
      onError(error);
    },
  });
}

function useRefreshNodes(): () => void {
  return useReadAnew(['nodes', 'node-test', 'overview', 'peers', 'gaps']);
}
