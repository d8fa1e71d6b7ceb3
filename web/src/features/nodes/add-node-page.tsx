import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type Node, type NodeTest, WAYS, type Way } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { wordsOf } from '../../lib/words.ts';
import { type NodeDraft, useAddNode, useTestNode } from './api.ts';
import { NodeAdded } from './node-added.tsx';
import { NodeFields } from './node-fields.tsx';
import {
  isComplete as isSourceComplete,
  isSourceWay,
  kindOn,
  SOURCE_POINTERS,
  optionsOf as sourceOptionsOf,
} from './source-kinds.ts';
import { TestResult } from './test-result.tsx';

const POINTERS = ['name', 'options/ssh', 'options/path', 'options/identityFile', 'tags', ...SOURCE_POINTERS];

const FIRST_DRAFT: NodeDraft = {
  name: '',
  kind: 'wireguard',
  options: { transport: 'local' },
  pollIntervalSeconds: 30,
  opening: 'baseline',
  usersPolicy: 'none',
};

/** From "where does traffic pass" to "counting since 14:05", on one page. */
export function AddNodePage() {
  const { t } = useTranslation();
  const [added, setAdded] = useState<Node | null>(null);
  return (
    <Page title={t('nodes.add')} parent={{ to: '/nodes', name: t('common.nav.nodes') }}>
      {added ? <NodeAdded node={added} onAnother={() => setAdded(null)} /> : <Wizard onAdded={setAdded} />}
    </Page>
  );
}

function Wizard({ onAdded }: { readonly onAdded: (node: Node) => void }) {
  const { t } = useTranslation();
  const { way = 'local' }: { way?: Way } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [fields, setFields] = useState<NodeDraft>(FIRST_DRAFT);
  const [tags, setTags] = useState('');
  const kind = isSourceWay(way) ? kindOn(way, fields.kind) : 'wireguard';
  const draft: NodeDraft = { ...fields, kind, options: optionsOf({ ...fields, kind }, way) };
  const test = useTestNode();
  const add = useAddNode();
  const isReadable = isComplete({ ...draft, options: isSourceWay(way) ? fields.options : draft.options }, way);
  const [isNameMissed, setNameMissed] = useState(false);
  const submit = () => {
    setNameMissed(draft.name.trim() === '');
    if (draft.name.trim() !== '')
      add.mutate({ ...pinned(draft, test.data), tags: wordsOf(tags) }, { onSuccess: onAdded });
  };
  const change = (next: NodeDraft) => {
    // What a test saw stays true under another name.
    if (next.kind !== fields.kind || next.options !== fields.options) test.reset();
    add.reset();
    setNameMissed(false);
    setFields(next);
  };
  return (
    <>
      <Card title={t('nodes.wizard.where')} hint={t('nodes.wizard.means')} span={7} className="from-top">
        <div className="pad stack">
          <Segmented
            className="wrap"
            label={t('nodes.wizard.where')}
            value={way}
            options={WAYS.map((value) => ({ value, label: t(`nodes.wizard.way.${value}`) }))}
            onChange={(next) => {
              test.reset();
              void navigate({
                to: '.',
                search: (previous: Record<string, unknown>) => ({ ...previous, way: next }),
                replace: true,
              });
            }}
          />
          <p>{t(`nodes.wizard.wayWhat.${way}`)}</p>
          <Form onSubmit={submit}>
            <TextField
              label={t('nodes.wizard.name')}
              value={fields.name}
              onChange={(name) => change({ ...fields, name })}
              help={t('nodes.wizard.nameHelp')}
              error={isNameMissed ? t('nodes.wizard.nameMissing') : fieldError(add.error, 'name')}
            />
            <NodeFields
              way={way}
              draft={fields}
              tags={tags}
              onTags={setTags}
              onChange={change}
              error={add.error ?? test.error}
            />
            <FormError error={add.error} fields={POINTERS} />
            <div className="row-end">
              <button
                type="button"
                className="btn"
                disabled={!isReadable || test.isPending}
                onClick={() => test.mutate({ kind: draft.kind, options: draft.options })}
              >
                {test.isPending ? t('nodes.wizard.testing') : t('nodes.wizard.test')}
              </button>
              <button type="submit" className="btn primary" disabled={!isReadable || add.isPending}>
                {add.isPending ? t('nodes.wizard.adding') : t('nodes.wizard.add')}
              </button>
            </div>
          </Form>
        </div>
      </Card>
      <TestResult way={way} test={test} />
    </>
  );
}

/** Only what the chosen way needs; empty fields are left out. */
function optionsOf(draft: NodeDraft, way: Way): NodeDraft['options'] {
  if (isSourceWay(way)) return sourceOptionsOf(draft.kind, draft.options);
  const { ssh, identityFile, path, interface: device } = draft.options;
  const named = device ? { interface: device } : {};
  if (way === 'local') return { transport: 'local', ...named };
  if (way === 'file') return { transport: 'file', ...(path ? { path } : {}) };
  return { transport: 'ssh', ...(ssh ? { ssh } : {}), ...(identityFile ? { identityFile } : {}), ...named };
}

/** The host key that the test saw, so that another one is refused from now on. */
function pinned(draft: NodeDraft, test: NodeTest | undefined): NodeDraft {
  if (draft.options.transport !== 'ssh' || !test?.hostKey) return draft;
  return { ...draft, options: { ...draft.options, hostKey: test.hostKey } };
}

/** Whether it is told where to read. */
function isComplete({ kind, options }: NodeDraft, way: Way): boolean {
  if (isSourceWay(way)) return isSourceComplete(kind, options);
  const { transport, ssh, path } = options;
  return transport === 'local' || (transport === 'ssh' && Boolean(ssh)) || (transport === 'file' && Boolean(path));
}
