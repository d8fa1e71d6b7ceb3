import { useNodes } from '../../api/use-nodes.ts';
import { useTranslation } from '../../i18n/words.tsx';
import type { QuotaFields } from '../../lib/terms.ts';
import { wordsOf } from '../../lib/words.ts';
import { TextField } from '../form.tsx';
import { protocolName } from '../protocol-badge.tsx';

/** As usage is told apart by them; one that a quota names already stays among them. */
const PROTOCOLS = [
  ...['wireguard', 'amneziawg', 'vless', 'vmess', 'trojan', 'shadowsocks', 'hysteria2', 'tuic'],
  ...['openvpn', 'mtproto', 'outline'],
];

interface QuotaPartFieldsProps {
  readonly fields: QuotaFields;
  readonly onChange: (fields: QuotaFields) => void;
}

/** Which part of the traffic a quota counts; nodes and groups add up, protocols narrow. */
export function QuotaPartFields({ fields, onChange }: QuotaPartFieldsProps) {
  const { t } = useTranslation();
  // A reseller sees no nodes: those that are named already stay.
  const nodes = useNodes().data?.items ?? [];
  const tags = [...new Set(nodes.flatMap((node) => node.tags))];
  const unused = tags.filter((tag) => !wordsOf(fields.groups).includes(tag));
  const protocols = [...new Set([...PROTOCOLS, ...fields.protocols])];
  const { nodeIds } = fields;
  const unseen = nodeIds.filter((id) => !nodes.some((node) => node.id === id)).length;
  return (
    <>
      <TextField
        label={t('common.terms.groups')}
        help={
          unused.length === 0 ? t('common.terms.groupsHelp') : t('common.terms.groupsThere', { tags: unused.join(' ') })
        }
        value={fields.groups}
        onChange={(groups) => onChange({ ...fields, groups })}
      />
      {nodes.length === 0 ? null : (
        <Choices
          label={t('common.terms.nodes')}
          choices={nodes.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={nodeIds}
          onChange={(next) => onChange({ ...fields, nodeIds: next })}
        />
      )}
      {unseen > 0 ? <p className="mut">{t('common.terms.unseenNodes', { count: unseen })}</p> : null}
      <Choices
        label={t('common.terms.protocols')}
        choices={protocols.map((value) => ({ value, label: protocolName(value) }))}
        chosen={fields.protocols}
        onChange={(next) => onChange({ ...fields, protocols: next })}
      />
    </>
  );
}

interface ChoicesProps {
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function Choices({ label, choices, chosen, onChange }: ChoicesProps) {
  const toggle = (value: string) =>
    onChange(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  return (
    <fieldset className="choices compact">
      <legend>{label}</legend>
      {choices.map(({ value, label: name }) => (
        <label key={value}>
          <input type="checkbox" className="check" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <bdi>{name}</bdi>
        </label>
      ))}
    </fieldset>
  );
}
