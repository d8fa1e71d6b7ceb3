// Runs before the first paint, so that a chosen theme, contrast and direction never flash; and asks for what the program
// will want first while that is still on its way.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = localStorage;
  } catch {
    // Storage is blocked: the system's theme applies.
  }
  showAsChosen(kept['xpert.theme'], kept['xpert.contrast']);
  if (kept['xpert.language'] === 'fa') root.dir = 'rtl';
  ask('preload', 'api/v1/session', 'fetch');
  for (const file of wordsOf(kept['xpert.language'])) ask('modulepreload', file);

  function showAsChosen(theme, contrast) {
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    root.dataset.theme = theme === 'dark' || theme === 'light' ? theme : system;
    const wanted = contrast ?? (matchMedia('(prefers-contrast: more)').matches ? 'high' : 'normal');
    if (wanted === 'high') root.dataset.contrast = 'high';
  }

  // Files of words, of every page and of the overview; the build writes their names into the page, by language.
  function wordsOf(chosen) {
    const files = JSON.parse(document.getElementById('words')?.textContent ?? '{}');
    const languages = [chosen, ...navigator.languages].map((tag) => tag?.slice(0, 2));
    const words = files[languages.find((language) => language in files) ?? 'en'] ?? [];
    const atOverview = location.hash === '' || location.hash === '#/';
    return words.filter((file) => atOverview || !file.includes('overview.'));
  }

  function ask(rel, href, as) {
    const link = document.createElement('link');
    link.crossOrigin = 'anonymous';
    link.rel = rel;
    if (as) link.as = as;
    link.href = href;
    document.head.append(link);
  }
})();
