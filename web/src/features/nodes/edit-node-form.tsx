import { useState } from 'react';
import type { Node } from '../../api/types.ts';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { parseAmount } from '../../lib/format.ts';
import { wordsOf } from '../../lib/words.ts';
import { useChangeNode } from './api.ts';
import { SourceFields } from './source-fields.tsx';
import { fieldsOf, SOURCE_POINTERS } from './source-kinds.ts';

/** What may change of a node; its kind and what was counted stay. */
export function EditNodeForm({ node, onDone }: { readonly node: Node; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const change = useChangeNode(node.id);
  const [name, setName] = useState(node.name);
  const [description, setDescription] = useState(node.description);
  const [tags, setTags] = useState(node.tags.join(' '));
  const [interval, setInterval] = useState(String(node.pollIntervalSeconds));
  const [link, setLink] = useState(node.linkMbit === null ? '' : String(node.linkMbit));
  const [options, setOptions] = useState(node.options);
  const set = (field: 'ssh' | 'identityFile' | 'hostKey' | 'path') => (value: string) =>
    setOptions({ ...options, [field]: value || undefined });
  const submit = () =>
    change.mutate(
      {
        ...{ name, description, options, tags: wordsOf(tags) },
        ...{ pollIntervalSeconds: Number(interval), linkMbit: link.trim() === '' ? null : (parseAmount(link) ?? 0) },
      },
      { onSuccess: onDone },
    );
  const error = (field: string) => fieldError(change.error, field);
  const hasOwnForm = fieldsOf(node.kind, options).length > 0;
  return (
    <Form onSubmit={submit}>
      <TextField label={t('nodes.wizard.name')} value={name} onChange={setName} error={error('name')} />
      <TextField label={t('nodes.field.description')} value={description} onChange={setDescription} />
      <TextField
        label={t('nodes.field.tags')}
        help={t('nodes.field.tagsHelp')}
        value={tags}
        onChange={setTags}
        error={error('tags')}
      />
      {options.transport === 'ssh' && !hasOwnForm ? (
        <>
          <TextField
            label={t('nodes.field.ssh')}
            value={options.ssh ?? ''}
            onChange={set('ssh')}
            dir="ltr"
            error={error('options/ssh')}
          />
          <TextField
            label={t('nodes.field.identity')}
            value={options.identityFile ?? ''}
            onChange={set('identityFile')}
            dir="ltr"
            error={error('options/identityFile')}
          />
          <TextField
            label={t('nodes.field.hostKey')}
            value={options.hostKey ?? ''}
            onChange={set('hostKey')}
            dir="ltr"
            help={t('nodes.field.hostKeyHelp')}
            error={error('options/hostKey')}
          />
        </>
      ) : null}
      <SourceFields
        kind={node.kind === 'declared' ? '' : node.kind}
        options={options}
        onChange={setOptions}
        error={change.error}
        secrets={node.secrets}
      />
      {options.transport === 'file' ? (
        <TextField
          label={t('nodes.field.path')}
          value={options.path ?? ''}
          onChange={set('path')}
          dir="ltr"
          error={error('options/path')}
        />
      ) : null}
      <TextField
        label={t('nodes.field.intervalSeconds')}
        value={interval}
        onChange={setInterval}
        inputMode="numeric"
        error={error('pollIntervalSeconds')}
      />
      <TextField
        label={t('nodes.field.link')}
        help={t('nodes.field.linkHelp')}
        value={link}
        onChange={setLink}
        inputMode="numeric"
        error={error('linkMbit')}
      />
      <FormError
        error={change.error}
        fields={[
          'name',
          'linkMbit',
          'options/ssh',
          'options/identityFile',
          'options/hostKey',
          'options/path',
          ...SOURCE_POINTERS,
        ]}
      />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || change.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
