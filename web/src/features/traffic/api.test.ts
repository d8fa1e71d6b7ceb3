import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { settingsQuery } from '../../api/resources.ts';
import type { Settings } from '../../api/types.ts';
import { useSetTracking } from './api.ts';

const told: string[] = [];
let hook: ReturnType<typeof useSetTracking> | undefined;

function Page() {
  hook = useSetTracking();
  return null;
}

vi.mock('../../components/toast.tsx', () => ({
  useToast: () => () => {},
  useErrorToast: () => (error: Error) => told.push(error.message),
}));
vi.mock('react-i18next', () => ({ useTranslation: () => ({ t: (key: string) => key }) }));

afterEach(() => vi.unstubAllGlobals());

test('a switch that the server refuses goes back, and everything it changes is read anew', async () => {
  const client = new QueryClient();
  const before = { tracking: { enabled: true, since: '2026-03-01T00:00:00Z' } } as Settings;
  client.setQueryData(settingsQuery.queryKey, before);
  client.setQueryData(['overview'], {});
  vi.stubGlobal('document', { baseURI: 'https://panel.example.com/' });
  vi.stubGlobal('fetch', async () =>
    Response.json({ detail: 'The disk is full.', code: 'disk-full' }, { status: 507 }),
  );
  renderToString(createElement(QueryClientProvider, { client }, createElement(Page)));
  await expect(hook?.mutateAsync(false)).rejects.toThrow('disk is full');
  expect(client.getQueryData(settingsQuery.queryKey)).toEqual(before);
  expect(client.getQueryState(settingsQuery.queryKey)?.isInvalidated).toBe(true);
  expect(client.getQueryState(['overview'])?.isInvalidated).toBe(true);
  expect(told).toEqual(['The disk is full.']);
  client.clear();
});
