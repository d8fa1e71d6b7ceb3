import { SourceFailure } from '../../core/errors.ts';
import type { SourceNotice } from '../../core/metering/collector.ts';
import { GRPC, type GrpcError } from '../../lib/grpc.ts';

/** A failure with the lines that a person can paste to repair it. */
export function failure(code: string, message: string, hint: string, commands: readonly string[] = []): SourceFailure {
  return new SourceFailure(code, message, { hint, details: { commands } });
}

export function notice(code: string, message: string, hint: string): SourceNotice {
  return { code, message, hint };
}

const API_CONFIG = [
  '"stats": {},',
  '"api": {"tag": "api", "listen": "127.0.0.1:10085", "services": ["StatsService"]},',
  '"policy": {"levels": {"0": {"statsUserUplink": true, "statsUserDownlink": true}},',
  '           "system": {"statsInboundUplink": true, "statsInboundDownlink": true}}',
];

/** `api`: the address as it was typed. */
export function apiRefused(api: string): SourceFailure {
  return failure(
    'api-refused',
    `Nothing listens on ${api}.`,
    'Xray is down, or its API listens elsewhere. On the node:',
    ['systemctl status xray', 'ss -ltnp'],
  );
}

export function forwardRefused(api: string): SourceFailure {
  return failure(
    'ssh-forward-refused',
    `The node lets our key in and does not let it through to ${api}.`,
    'Put the authorized_keys line of the node setup there (it has port-forwarding and permitopen), and check AllowTcpForwarding in sshd_config.',
    ["grep -n 'permitopen\\|restrict' ~/.ssh/authorized_keys", 'sshd -T | grep -i allowtcpforwarding'],
  );
}

export function statsApiOff(api: string): SourceFailure {
  return failure(
    'stats-api-off',
    `What listens on ${api} speaks gRPC and offers no StatsService.`,
    'List it in the configuration of Xray and restart it, or give the address of its API.',
    API_CONFIG,
  );
}

export function handlerApiOff(api: string): SourceFailure {
  return failure(
    'handler-api-off',
    `What listens on ${api} does not let users be added and removed.`,
    'Taking access needs HandlerService beside StatsService: list it in the configuration and restart the server.',
    ['"api": {"tag": "api", "listen": "127.0.0.1:10085", "services": ["StatsService", "HandlerService"]},'],
  );
}

export function timedOut(): SourceFailure {
  return failure(
    'timeout',
    'The API did not answer in time.',
    'The node is overloaded, hangs, or a firewall drops packets of the open connection.',
    ['uptime'],
  );
}

export function aborted(): SourceFailure {
  return failure('aborted', 'Reading was broken off.', 'It will be read again with the next poll.');
}

export function garbled(what: string): SourceFailure {
  return failure(
    'output-garbled',
    `The answer of the API is not readable: ${what}.`,
    'Nothing of it was counted. If it stays, please report it with the version of Xray.',
    ['xray version'],
  );
}

export function restartedMeanwhile(): SourceFailure {
  return failure(
    'restarted-while-read',
    'Xray restarted while it was read; nothing of the answer was counted.',
    'The next poll reads it again.',
  );
}

export function wrongKind(found: string, kind: string): SourceFailure {
  return failure(
    'wrong-kind',
    `This is ${found}; it was added as ${kind}.`,
    `Add it as kind ${found === 'sing-box' ? 'sing-box' : 'xray'}, so that it cannot be counted under two names.`,
  );
}

/** What a call came back with. `api`: the address as it was typed. */
export function callFailed({ status, message }: GrpcError, api: string, maxBytes: number): SourceFailure {
  const said = quote(message);
  if (status === GRPC.resourceExhausted && /larger than max/i.test(message)) {
    return failure(
      'output-too-large',
      `The API answered with more than ${Math.round(maxBytes / 1024 / 1024)} MiB.`,
      'That is not a list of counters of one server. Check what listens there.',
    );
  }
  if (status === GRPC.unknown && /own stats\.?Manager/i.test(message)) {
    return failure(
      'stats-off',
      'Xray runs without counters: "stats" is not in its configuration.',
      'Add it and restart Xray.',
      API_CONFIG,
    );
  }
  if (status !== GRPC.unavailable) {
    return failure('api-failed', `The API refused to answer: ${said}.`, 'Ask it by hand on the node.', [
      `xray api statsquery -s ${api}`,
    ]);
  }
  if (/ECONNREFUSED/.test(message)) return apiRefused(api);
  if (/ENOTFOUND|EAI_AGAIN|Name resolution failed/i.test(message)) {
    return failure('api-name-not-resolved', `The name in ${api} is not known here.`, 'Check its spelling.');
  }
  if (/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(message)) {
    return failure('api-unreachable', `${api} cannot be reached: ${said}.`, 'Check the address and the firewall.');
  }
  return failure(
    'api-closed',
    `The connection to ${api} broke: ${said}.`,
    'Xray was restarted, or something else than its API listens there.',
    ['ss -ltnp'],
  );
}

/** Text of the other side, safe in a line of a log. */
export function quote(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
}

export const DIRECTION_OFF = notice(
  'stats-direction-off',
  'Only one direction of the users is counted by Xray.',
  'Set statsUserUplink and statsUserDownlink in its policy, for each level that users have, and restart it.',
);

export const USERS_OFF = notice(
  'stats-users-off',
  'Xray counts what its inbounds carry, and no user.',
  'Set statsUserUplink and statsUserDownlink in its policy, give each user an email, and restart it; or count inbounds.',
);
