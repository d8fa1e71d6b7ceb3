import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMetric, NotMetrics, PrometheusTextReader, parsePrometheusText, wholeNumberOf } from './prometheus-text.ts';

const shown = (text: string) =>
  parsePrometheusText(text).samples.map(({ name, labels, text: value }) => [name, Object.fromEntries(labels), value]);

describe('metrics as text', () => {
  test('names, labels and values are read; HELP, TYPE, timestamps and exemplars are not needed', () => {
    expect(
      shown(
        [
          '# HELP bytes What went through, "quoted" {too}.',
          '# TYPE bytes counter',
          'bytes 7',
          'bytes{user="alice",dir="c<p"} 1.5e+06 1795216993123',
          'bytes{ user = "bob" , } 12',
          'bytes_total{user="carol"} 9 # {trace_id="abc"} 1.0 1795216993.5',
          '  spaced:name\t{a="b"}\t3  ',
          'bytes{} 4\r',
          '# EOF\n',
        ].join('\n'),
      ),
    ).toEqual([
      ['bytes', {}, '7'],
      ['bytes', { user: 'alice', dir: 'c<p' }, '1.5e+06'],
      ['bytes', { user: 'bob' }, '12'],
      ['bytes_total', { user: 'carol' }, '9'],
      ['spaced:name', { a: 'b' }, '3'],
      ['bytes', {}, '4'],
    ]);
  });

  test('labels may hold anything, escaped', () => {
    expect(shown('x{a="q\\"b\\\\s\\nn",b="}, c=\\"",c="имя # 1"} 1\n')).toEqual([
      ['x', { a: 'q"b\\s\nn', b: '}, c="', c: 'имя # 1' }, '1'],
    ]);
  });

  test('quoted names and labels of Prometheus 3 are read', () => {
    expect(shown('{"имя.байты","метка"="1",b="2"} 5\n')).toEqual([['имя.байты', { метка: '1', b: '2' }, '5']]);
  });

  test('values are exact: straight from the digits, whatever their form', () => {
    expect(wholeNumberOf('18446744073709551615')).toBe(18_446_744_073_709_551_615n);
    expect(wholeNumberOf('9007199254740993')).toBe(9_007_199_254_740_993n);
    expect(wholeNumberOf('1234.0')).toBe(1234n);
    expect(wholeNumberOf('1.2345678e+07')).toBe(12_345_678n);
    expect(wholeNumberOf('1.8446744073709552e+19')).toBe(18_446_744_073_709_552_000n);
    expect(wholeNumberOf('2.50e2')).toBe(250n);
    expect(wholeNumberOf('1200e-2')).toBe(12n);
    expect(wholeNumberOf('0')).toBe(0n);
    expect(wholeNumberOf('0.0')).toBe(0n);
    for (const other of ['12.5', '1e-1', '5e-9', '-1', 'NaN', '+Inf', '', '0x10', '1e9999', '1e99999', '7 7']) {
      expect(wholeNumberOf(other), other).toBe(null);
    }
  });

  test('a whole number is read back in every form that a program may write it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.nat(30), (value, digits) => {
        const text = value.toString();
        const point = Math.min(digits, text.length - 1) + 1;
        const scientific = `${text.slice(0, point)}.${text.slice(point)}e+${text.length - point}`;
        expect([text, `${text}.000`, `+${text}`, scientific].map(wholeNumberOf)).toEqual([value, value, value, value]);
      }),
    );
  });

  test('it does not matter where the chunks are cut', () => {
    const text = '# TYPE a counter\na{u="имя\\n"} 12\n\nb 1.5\n{"ц"} 3\n# EOF\n';
    const whole = parsePrometheusText(text);
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++) {
      const samples: unknown[] = [];
      const reader = new PrometheusTextReader({ wants: () => true, onSample: (sample) => samples.push(sample) });
      reader.push(bytes.subarray(0, at));
      reader.push(bytes.subarray(at));
      expect({ ...reader.finish(), samples }).toEqual(whole);
    }
  });

  test('a text that was cut anywhere shows no wrong value and does not count as whole', () => {
    const text = 'a{u="x"} 12345\nb 678\n';
    const all = parsePrometheusText(text).samples;
    for (let at = 1; at < text.length; at++) {
      const { samples, isWhole } = parsePrometheusText(text.slice(0, at));
      for (const one of samples) expect(all).toContainEqual(one);
      expect(isWhole).toBe(text[at - 1] === '\n');
    }
  });

  test('the end marker of OpenMetrics is told; nothing may come after it', () => {
    expect(parsePrometheusText('a 1\n# EOF\n')).toMatchObject({ isWhole: true, hasEndMarker: true });
    expect(parsePrometheusText('a 1\n')).toMatchObject({ isWhole: true, hasEndMarker: false });
    expect(() => parsePrometheusText('a 1\n# EOF\nb 2\n')).toThrow(NotMetrics);
  });

  test('only what is wanted is looked at and kept', () => {
    const { samples } = parsePrometheusText('links{secret=broken\nbytes 1\nother 2\n', (name) => name === 'bytes');
    expect(samples.map((sample) => sample.name)).toEqual(['bytes']);
  });

  test('a counter is found with and without the suffix of OpenMetrics', () => {
    expect(isMetric('bytes', 'bytes')).toBe(true);
    expect(isMetric('bytes_total', 'bytes')).toBe(true);
    for (const other of ['bytes_created', 'bytes_total_total', 'xbytes', 'bytes_', 'bytes_other']) {
      expect(isMetric(other, 'bytes'), other).toBe(false);
    }
  });

  test('what is not metrics is refused with its line, never with its words', () => {
    for (const text of [
      '<html>hunter2</html>\n',
      '{"password":"hunter2"}\n',
      'ok\nhunter2\n',
      'a hunter2\n',
      'a{b="hunter2} 1\n',
      'a{b=hunter2} 1\n',
      'a{hunter2} 1\n',
      'a{b="1"\n',
      'a{b="1" c="hunter2"} 1\n',
      'a 1 2 hunter2\n',
      `a{b="${'hunter2'.repeat(20_000)}`,
    ]) {
      expect(() => parsePrometheusText(text), text.slice(0, 40)).toThrow(NotMetrics);
      expect(() => parsePrometheusText(text), text.slice(0, 40)).not.toThrow(/hunter2/);
    }
  });

  test('more than the cap is refused', () => {
    const reader = new PrometheusTextReader({ wants: () => true, onSample: () => {}, maxBytes: 10 });
    reader.push(Buffer.from('a 1\n'));
    expect(() => reader.push(Buffer.from('bbbbbbb 1\n'))).toThrow(NotMetrics);
  });
});
