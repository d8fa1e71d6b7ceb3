// Runs before the first paint, so that a chosen theme, contrast and direction never flash; and asks for what the program
// will want first while that is still on its way.
(() => {
  const root = document.documentElement;
  const atOverview = location.hash === '' || location.hash === '#/';
  let kept = {};
  try {
    kept = localStorage;
  } catch {
    // Storage is blocked: the system's theme applies.
  }
  showAsChosen(kept['xpert.theme'], kept['xpert.contrast']);
  if (kept['xpert.language'] === 'fa') root.dir = 'rtl';
  for (const file of wordsOf(kept['xpert.language'])) loadModule(file);
  /** Promises of answers by their address; the program takes each once (api/asked.ts). */
  const asked = new Map();
  window.xpertAsked = asked;
  askFirst().catch(() => {
    // Without an answer the program asks again, and says what is wrong.
  });

  function showAsChosen(theme, contrast) {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const isPainted = matchMedia('(forced-colors: active)').matches;
    root.dataset.theme = !isPainted && (theme === 'dark' || theme === 'light') ? theme : system;
    const wanted = contrast ?? (matchMedia('(prefers-contrast: more)').matches ? 'high' : 'normal');
    if (wanted === 'high') root.dataset.contrast = 'high';
  }

  // Files of words, of every page and of the overview; the build writes their names into the page, by language.
  function wordsOf(chosen) {
    const files = JSON.parse(document.getElementById('words')?.textContent ?? '{}');
    const languages = [chosen, ...navigator.languages].map((tag) => tag?.slice(0, 2));
    const words = files[languages.find((language) => language in files) ?? 'en'] ?? [];
    return words.filter((file) => atOverview || !file.includes('overview.'));
  }

  function loadModule(href) {
    const link = document.createElement('link');
    link.crossOrigin = 'anonymous';
    link.rel = 'modulepreload';
    link.href = href;
    document.head.append(link);
  }

  // What every page shows to whoever is logged in, and the overview's first chart.
  async function askFirst() {
    const { admin } = await (await ask('api/v1/session')).clone().json();
    if (!admin) return;
    const seesAll = admin.role !== 'reseller';
    void ask('api/v1/overview', { top: 0 });
    if (atOverview) void ask('api/v1/usage/series', { by: 'node', from: dayAgo(), bucket: 'auto', max: 6 });
    if (seesAll) void ask('api/v1/nodes');
    if (seesAll) void ask('api/v1/alerts/counts');
    if (seesAll && atOverview) void ask('api/v1/alerts', { state: 'open', limit: 100 });
  }

  // As lib/range.ts has it: to the minute.
  function dayAgo() {
    return new Date(Math.floor(Date.now() / 60_000 - 24 * 60) * 60_000).toISOString();
  }

  function ask(path, query = {}) {
    const url = new URL(path, location.href.replace(/[#?].*$/, ''));
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // Without headers of its own: only so it is the same as what the page itself has asked for (index.html).
    const answer = fetch(url, { credentials: 'same-origin' });
    answer.catch(() => undefined);
    asked.set(url.href, answer);
    return answer;
  }
})();
