import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client.ts';
import { SessionProvider, sessionQuery } from './api/session.tsx';
import { ToastProvider } from './components/toast.tsx';
import { startI18n } from './i18n/index.ts';
import { WordsProvider } from './i18n/words.tsx';
import { copyExactNumbers } from './lib/copy.ts';
import { createPanelRouter } from './routes.tsx';
import './styles/index.css';

async function start(): Promise<void> {
  const client = createQueryClient();
  // Every page waits for the answer: it is asked for while the words come.
  void client.prefetchQuery(sessionQuery);
  await startI18n();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  document.addEventListener('copy', copyExactNumbers);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <WordsProvider>
          <SessionProvider>
            <ToastProvider>
              <RouterProvider router={createPanelRouter(client)} />
            </ToastProvider>
          </SessionProvider>
        </WordsProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

// A page that was open while the server was renewed asks for files that are gone: load what is there now, once.
addEventListener('vite:preloadError', () => {
  const key = 'xpert.reloaded';
  if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < 60_000) return;
  // Not while the server is away: the page that is there says so, an empty one would say nothing.
  void fetch('healthz').then(
    (answer) => {
      if (!answer.ok) return;
      sessionStorage.setItem(key, String(Date.now()));
      location.reload();
    },
    () => undefined,
  );
});

void start();
