import { describe, expect, test } from 'vitest';
import { machineId } from '../../lib/machine-id.ts';
import { instanceOf } from './instance.ts';
import { parseXrayOptions } from './options.ts';

describe('options of an Xray node', () => {
  test.each([
    [{}, '/options/transport'],
    [{ transport: 'file' }, '/options/transport'],
    [{ transport: 'ssh' }, '/options/ssh'],
    [{ transport: 'local', ssh: 'vpn1' }, '/options/ssh'],
    [{ transport: 'ssh', ssh: '-oProxyCommand=id' }, '/options/ssh'],
    [{ transport: 'local', api: '10085' }, '/options/api'],
    [{ transport: 'local', api: '-W:22' }, '/options/api'],
    [{ transport: 'local', api: '127.0.0.1:70000' }, '/options/api'],
    [{ transport: 'local', api: '[1.2.3.4]:80' }, '/options/api'],
    [{ transport: 'local', interface: 'wg0' }, '/options/interface'],
    [{ transport: 'local', count: 'bytes' }, '/options/count'],
    [{ transport: 'local', instance: 'a b' }, '/options/instance'],
  ])('%j is refused at %s', (options, pointer) => {
    expect(() => parseXrayOptions(options)).toThrow(expect.objectContaining({ details: { pointer } }));
  });

  test.each([
    [{ transport: 'local' }, `${machineId()}:10085`],
    [{ transport: 'local', api: '[::1]:62789' }, `${machineId()}:62789`],
    [{ transport: 'local', api: 'xray:10085' }, 'xray:10085'],
    [{ transport: 'ssh', ssh: 'root@vpn1:2222' }, 'vpn1:10085'],
    [{ transport: 'ssh', ssh: 'vpn1', api: '172.17.0.2:10085' }, 'vpn1:172.17.0.2:10085'],
    [{ transport: 'ssh', ssh: 'vpn1', instance: 'mine' }, 'mine'],
  ])('%j without a first contact is the instance %s', (options, instance) => {
    expect(instanceOf(parseXrayOptions(options))).toBe(instance);
  });
});
