import { isMetric, type MetricSample, parsePrometheusText } from '../../lib/prometheus-text.ts';

/** A metric and the labels that a sample must have; other labels it may have. */
export interface Selector {
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** Reads `name{label="value"}`, as a line of metrics begins; null if it is none. */
export function parseSelector(text: string): Selector | null {
  try {
    const { samples } = parsePrometheusText(`${text} 0\n`);
    const [sample] = samples;
    if (sample === undefined || samples.length !== 1 || /[\n\r]/.test(text)) return null;
    return { metric: sample.name, labels: sample.labels };
  } catch {
    return null;
  }
}

export function selects({ metric, labels }: Selector, sample: MetricSample): boolean {
  if (!isMetric(sample.name, metric)) return false;
  for (const [name, value] of labels) if (sample.labels.get(name) !== value) return false;
  return true;
}
