import { useQuery } from '@tanstack/react-query';
import { accessItemsQuery } from '../../api/access.ts';
import type { Node } from '../../api/types.ts';
import { AccessTable } from '../../components/access-table.tsx';

/** Peers whose access is to be off there, or that Xpert suspended; nobody: nothing is shown. */
export function AccessPeers({ node }: { readonly node: Node }) {
  const items = useQuery(accessItemsQuery({ node: node.id })).data?.items ?? [];
  return items.length === 0 ? null : <AccessTable items={items} first="user" />;
}
