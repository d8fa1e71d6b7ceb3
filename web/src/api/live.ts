import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { address } from './client.ts';
import { readAnew } from './read-anew.ts';

/** What the server says has changed, and which cached reads that makes old. */
const STALE_BY_TOPIC: Readonly<Record<string, readonly string[]>> = {
  usage: ['usage', 'overview', 'users', 'unclaimed', 'database', 'peers', 'nodes'],
  nodes: ['nodes', 'overview', 'gaps'],
  peers: ['peers', 'successions', 'unclaimed', 'nodes'],
  users: ['users', 'usage', 'peers', 'successions', 'overview', 'unclaimed'],
  tracking: ['settings', 'session', 'overview', 'gaps'],
  notices: ['overview'],
  alerts: ['alerts', 'channels'],
  resets: ['resets', 'usage', 'users', 'peers', 'overview', 'unclaimed'],
};

const RETRY_MS = [1_000, 2_000, 5_000, 10_000];

export interface LiveState {
  readonly connected: boolean;
  /** When the last word came from the server: change, heartbeat or connection. */
  readonly heardAt: number | null;
}

let state: LiveState = { connected: false, heardAt: null };
const listeners = new Set<() => void>();

function setState(next: LiveState): void {
  state = next;
  for (const listener of listeners) listener();
}

export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Listens for changes until the returned function is called; reconnects by itself and then reads everything again. */
export function listen(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wasLost = false;

  const connect = () => {
    source = new EventSource(address('api/v1/events'));
    source.onopen = () => {
      failures = 0;
      setState({ connected: true, heardAt: Date.now() });
      // What changed while nobody listened is unknown: read again what is on the screen.
      if (wasLost) void client.invalidateQueries();
      wasLost = false;
    };
    source.addEventListener('change', (event) => {
      setState({ connected: true, heardAt: Date.now() });
      invalidate(client, topicsOf(event.data));
    });
    source.onerror = () => {
      source?.close();
      wasLost = true;
      // An ended session looks the same from here; whoever has none is led to the login.
      if (failures > 0) void client.invalidateQueries({ queryKey: ['session'] });
      setState({ ...state, connected: false });
      timer = setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    };
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

function topicsOf(data: unknown): readonly string[] {
  const parsed: unknown = JSON.parse(String(data));
  if (typeof parsed !== 'object' || parsed === null || !('topics' in parsed)) return [];
  return Array.isArray(parsed.topics) ? parsed.topics.map(String) : [];
}

function invalidate(client: QueryClient, topics: readonly string[]): void {
  readAnew(client, new Set(topics.flatMap((topic) => STALE_BY_TOPIC[topic] ?? [])));
}
