import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** In development the panel talks to a running server: `XPERT_DEV_SERVER=http://127.0.0.1:5001 npx vite web`. */
const server = process.env.XPERT_DEV_SERVER ?? 'http://127.0.0.1:5001';

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that one build works under any path prefix.
  base: './',
  plugins: [react(), firstWords(), calledOnLoad()],
  // Written for React, run by Preact: a third of the weight, see docs/adr/0028-react-is-written-preact-runs.md.
  resolve: {
    alias: [
      { find: /^react\/jsx(-dev)?-runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react-dom\/client$/, replacement: 'preact/compat/client' },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
    ],
  },
  json: { namedExports: false },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // What knows no such links loads the same, later.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        chunkFileNames: (chunk) => `assets/${wordsOf(chunk.facadeModuleId) ?? '[name]'}-[hash].js`,
        // What the first page needs comes in one file, not in one for each part that others use, too.
        codeSplitting: { groups: [{ name: (id, context) => (isOfFirstPage(id, context) ? 'first' : null) }] },
      },
    },
  },
  server: { proxy: { '/api': server, '/healthz': server, '/readyz': server } },
});

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

const ofFirstPage = new Set<string>();

/** Whether the program imports this module at once, not when a page is opened. */
function isOfFirstPage(id: string, graph: Graph): boolean {
  const add = (one: string): void => {
    if (ofFirstPage.has(one)) return;
    ofFirstPage.add(one);
    graph.getModuleInfo(one)?.importedIds.forEach(add);
  };
  if (ofFirstPage.size === 0) add(join(import.meta.dirname, 'src/main.tsx'));
  return ofFirstPage.has(id);
}

/** The words of a feature are named by it and by their language: `nodes.en`. */
function wordsOf(file: string | null | undefined): string | undefined {
  const [, folder, name, language] = file?.match(/([^/]+)\/(strings|said)\.([a-z]+)\.json$/) ?? [];
  if (folder === undefined) return undefined;
  return `${folder === 'i18n' ? (name === 'said' ? 'said' : 'common') : folder}.${language}`;
}

/**
 * Nearly all of the first page's program runs at once: engines that know the remark compile it while it is loaded, beside the
 * page's own thread, instead of function by function when they are called.
 */
function calledOnLoad(): Plugin {
  return {
    name: 'called-on-load',
    generateBundle: {
      order: 'post',
      handler: (_, bundle) => {
        for (const file of Object.values(bundle))
          if (file.type === 'chunk' && file.name === 'first') file.code = `//# allFunctionsCalledOnLoad\n${file.code}`;
      },
    },
  };
}

/** Tells `start.js` the files of the words that a first page needs: they come together with the program, not after it. */
function firstWords(): Plugin {
  return {
    name: 'first-words',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle = {} }) => {
        const words: Record<string, string[]> = {};
        for (const file of Object.keys(bundle).toSorted()) {
          const language = file.match(/\/(?:common|said|overview)\.([a-z]+)-/)?.[1];
          if (language) words[language] = [...(words[language] ?? []), `./${file}`];
        }
        const list = `<script type="application/json" id="words">${JSON.stringify(words)}</script>`;
        return html.replace('<script src="./start.js">', `${list}\n    $&`);
      },
    },
  };
}
