// Runs before the first paint, so that a chosen theme and language direction never flash.
(() => {
  try {
    const theme = localStorage.getItem('xpert.theme');
    if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is blocked: the system's theme applies.
  }
})();
