import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../support/server.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
const sorted = (words: Iterable<string>) => [...new Set(words)].sort();

const tracked = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).split('\n');
const pages = tracked.filter((path) => path !== '' && existsSync(join(root, path)));

/** The text without fenced code, in which brackets mean other things. */
const prose = (path: string) => read(path).replace(/^```[\s\S]*?^```/gm, '');

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (page) => {
    const links = all(prose(page), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : relative(root, join(root, dirname(page), file));
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !headings(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

/** Anchors as GitHub makes them. */
function headings(page: string): string[] {
  return all(prose(page), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('configuration', () => {
  const config = read('src/app/config.ts');
  const known = sorted([
    ...all(config, /value\('([A-Z_]+)'\)/g).map((name) => `XPERT_${name}`),
    ...all(config, /'(XPERT_[A-Z_]+)'/g),
    ...all(config, /variables\.(XPERT_[A-Z_]+)/g),
    ...all(config, /\['([A-Z_]+)', '[A-Z_]+'\]/g).map((name) => `XPERT_${name}`),
    ...all(config, /\['[A-Z_]+', '([A-Z_]+)'\]/g).map((name) => `XPERT_${name}`),
  ]);

  test.each(['README.md', 'README.ru.md'])('%s has a row for every variable, and no other', (page) => {
    const rows = read(page)
      .split('\n')
      .filter((line) => line.startsWith('| `XPERT_'));
    expect(sorted(rows.flatMap((row) => all(row.split('|')[1] ?? '', /`(XPERT_[A-Z_]+)`/g)))).toEqual(known);
  });

  test('no page and no file of deploy/ names a variable that does not exist', () => {
    const files = [...pages, ...filesUnder('deploy')];
    const named = sorted(files.flatMap((path) => all(read(path), /\b(XPERT_[A-Z_]+)\b/g)));
    const beside = ['src/app/agent/agent-config.ts', 'src/app/report/report-config.ts'].map(read).join();
    const ofAgents = all(beside, /value\('([A-Z_]+)'\)/g).map((name) => `XPERT_${name}`);
    expect(ofAgents.length).toBeGreaterThan(2);
    const ofBenches = filesUnder('bench').flatMap((path) => all(read(path), /process\.env\.(XPERT_BENCH_[A-Z_]+)/g));
    const there = [...known, ...ofAgents, ...ofBenches];
    expect(named.filter((name) => !there.includes(name))).toEqual([]);
  });
});

const xpert = (...args: string[]) =>
  execFileSync(process.execPath, [join(root, 'dist/xpert.mjs'), ...args], { encoding: 'utf8', stdio: 'pipe' });

interface Help {
  readonly subcommands: readonly string[];
  readonly options: readonly string[];
}

const helpSeen = new Map<string, Help>();

/** Subcommands and options, as `xpert node add --help` shows them. */
function helpOf(words: readonly string[]): Help {
  const seen = helpSeen.get(words.join(' '));
  if (seen !== undefined) return seen;
  const help = xpert(...words, '--help');
  const part = (title: string) =>
    new RegExp(`^${title}:\\n([\\s\\S]*?)(?:\\n\\n|$(?![\\s\\S]))`, 'm').exec(help)?.[1] ?? '';
  const shown = {
    subcommands: all(part('Commands'), /^ {2}([a-z-]+)/gm).filter((name) => name !== 'help'),
    options: all(part('Options'), /(--[a-z-]+)/g).filter((option) => option !== '--help' && option !== '--version'),
  };
  helpSeen.set(words.join(' '), shown);
  return shown;
}

/** Every verb with its second word, where it has one. */
function verbs(): string[][] {
  return helpOf([]).subcommands.flatMap((verb) => {
    const { subcommands } = helpOf([verb]);
    return subcommands.length === 0 ? [[verb]] : subcommands.map((second) => [verb, second]);
  });
}

describe('the command line', () => {
  const page = read('docs/cli.md');

  // Each verb is asked for its help, one after the other: on a busy machine that takes more than a minute.
  test('docs/cli.md has every verb and every option', { timeout: 240_000 }, () => {
    for (const words of verbs()) {
      const name = words.join(' ');
      expect(page, name).toMatch(new RegExp(`xpert ${name}\\b`));
      const documented = documentedOptions(name);
      const missing = helpOf(words).options.filter((option) => option !== '--json' && !documented.includes(option));
      expect({ name, missing: missing.filter((option) => option !== '--password') }).toEqual({
        name,
        missing: [],
      });
    }
  });

  test('no page names a verb or an option that does not exist', () => {
    const known = verbs().map((words) => words.join(' '));
    const notYet = ['migrate'];
    const commands = pages.flatMap((path) =>
      all(read(path), /(?:^|[`\s])xpert ([a-z][^`\n|]*)/gm).map((command) => ({ path, command })),
    );
    const wrong = commands.filter(({ path, command }) => {
      const name = known.find((verb) => `${command} `.startsWith(`${verb} `));
      if (name !== undefined) return unknownOptions(name, command).length > 0;
      const first = command.split(/[^a-z-]/)[0] ?? '';
      const isVerb = known.some((verb) => verb.split(' ')[0] === first) || notYet.includes(first);
      // Elsewhere the word may stand in a sentence.
      return path === 'docs/cli.md' && !isVerb;
    });
    expect(wrong).toEqual([]);
  });

  function unknownOptions(name: string, command: string): string[] {
    const known = [...helpOf(name.split(' ')).options, '--help'];
    return all(command, /(--[a-z-]+)/g).filter((option) => !known.includes(option));
  }

  /** Options in the table rows (and the text right after them) that begin with the verb. */
  function documentedOptions(name: string): string[] {
    const start = page.indexOf(`xpert ${name}`);
    const end = page.indexOf('\n\n', start);
    const rest = page.slice(start, end < 0 ? undefined : end + 400);
    const row = /import/.test(name) ? rest : (rest.split('\n')[0] ?? '');
    return all(row, /(--[a-z-]+)/g);
  }
});

describe('troubleshooting', () => {
  const page = read('docs/operate/troubleshooting.md');
  const sources = [
    ...filesUnder('src/integrations'),
    ...filesUnder('src/lib'),
    ...filesUnder('src/core/health'),
    ...filesUnder('src/core/links'),
    ...filesUnder('src/app/links'),
    'src/app/test-steps.ts',
    'src/app/node-polling.ts',
    'src/app/product-notices.ts',
    'src/app/data-folder.ts',
    'src/app/restore.ts',
    'src/storage/sqlite/failures.ts',
    'src/storage/sqlite/database.ts',
  ].filter((path) => path.endsWith('.ts') && !/\.test\.ts$|testing/.test(path));

  test('says of every failure of a node or of the ledger what to do', () => {
    const codes = sources.flatMap((path) => {
      const text = read(path);
      return [
        ...all(text, /(?:failure|notice|SourceFailure|LedgerFailure)\(\s*'([a-z-]+)'/g),
        // What is followed by `means` is a way to cut a peer off, not a failure.
        ...all(text, /code: '([a-z]+-[a-z-]+)'(?!,\n\s+means:)/g),
        ...all(text, /^ +'(ssh-[a-z-]+)',$/gm),
      ];
    });
    expect(codes.length).toBeGreaterThan(40);
    expect(sorted(codes).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
