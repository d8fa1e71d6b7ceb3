import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ToastMessage } from '../../components/toast.tsx';
import { type Budget, budgetQuery, useRemoveBudget } from './budget-api.ts';

const shown: { toasts: ToastMessage[]; errors: string[] } = { toasts: [], errors: [] };

vi.mock('../../components/toast.tsx', () => ({
  useToast: () => (message: ToastMessage) => shown.toasts.push(message),
  useErrorToast: () => (error: Error) => shown.errors.push(error.message),
}));
vi.mock('react-i18next', () => ({ useTranslation: () => ({ t: (key: string) => key }) }));

const key = budgetQuery('n1').queryKey;
const budget = { bytes: 7, cycle: 'month:1', direction: 'out', pricePerTb: null, currency: null } as unknown as Budget;

let client: QueryClient;
/** What the server answers to a method. */
let answers: Record<string, () => Response>;

beforeEach(() => {
  shown.toasts = [];
  shown.errors = [];
  client = new QueryClient();
  client.setQueryData(key, budget);
  vi.stubGlobal('document', { baseURI: 'https://panel.example.com/' });
  vi.stubGlobal('fetch', async (_url: string, { method = 'GET' }: RequestInit) => answers[method]?.());
});

afterEach(() => {
  vi.unstubAllGlobals();
  client.clear();
});

const gone = () => new Response(null, { status: 204 });
const refusal = () => Response.json({ title: 'No', detail: 'The server says no.', code: 'no' }, { status: 409 });

let hook: ReturnType<typeof useRemoveBudget> | undefined;

function Page() {
  hook = useRemoveBudget('n1');
  return null;
}

/** The hook, as it is in a page that was left meanwhile. */
function removal() {
  renderToString(createElement(QueryClientProvider, { client }, createElement(Page)));
  if (hook === undefined) throw new Error('the page was not drawn');
  return hook;
}

test('a budget that could not be removed is back, and read anew: it may have changed meanwhile', async () => {
  answers = { DELETE: refusal };
  await expect(removal().mutateAsync(budget)).rejects.toThrow('says no');
  expect(client.getQueryData(key)).toEqual(budget);
  expect(client.getQueryState(key)?.isInvalidated).toBe(true);
  expect(shown.errors).toEqual(['The server says no.']);
});

test('an undo that the server refuses is told, and what is there is read anew', async () => {
  answers = { DELETE: gone, PUT: refusal };
  await removal().mutateAsync(budget);
  expect(client.getQueryData(key)).toBeNull();
  client.setQueryData(key, null);
  shown.toasts[0]?.undo?.();
  await vi.waitFor(() => expect(shown.errors).toEqual(['The server says no.']));
  await vi.waitFor(() => expect(client.getQueryState(key)?.isInvalidated).toBe(true));
});
