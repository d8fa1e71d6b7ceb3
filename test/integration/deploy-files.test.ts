import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/app/config.ts';
import { root } from '../support/server.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const dockerfile = read('deploy/docker/Dockerfile');
/** Of the user in the image, and of the folder that it owns. */
const user = Number(/--uid (\d+)/.exec(dockerfile)?.[1]);
const folder = /XPERT_DATA_DIR=(\S+)/.exec(dockerfile)?.[1];
const port = Number(/^EXPOSE (\d+)/m.exec(dockerfile)?.[1]);

describe('the image', () => {
  test('runs as a user who owns the data folder and nothing else, on the port of the configuration', () => {
    expect(dockerfile).toMatch(/^USER xpert$/m);
    expect(dockerfile).toContain(`install -d -o xpert -g xpert -m 0700 ${folder}`);
    expect(read('src/app/config.ts')).toContain(`?? ${port}`);
  });

  test('is built from files that are there, by packages of npm and Debian alone', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    const { scripts, bin } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const run = [...dockerfile.matchAll(/npm run (\w+)/g)].map(([, name = '']) => name);
    expect(run.filter((name) => scripts?.[name] === undefined)).toEqual([]);
    expect(run).not.toEqual([]);
    expect(Object.values(bin ?? {}).map((path) => path.replace('./', ''))).toContain('dist/xpert.mjs');
    expect(dockerfile).not.toMatch(/curl|wget|https?:\/\/(?!127\.0\.0\.1)/);
  });
});

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
}

interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean } | null>>;
}

describe.each(['sqlite', 'postgres'])('compose: %s.yaml', (name) => {
  const file = parse(read(`deploy/compose/${name}.yaml`)) as ComposeFile;
  const xpert = file.services.xpert as ComposeService;

  test('builds the Dockerfile that is there, and its folder is a volume', () => {
    const { context, dockerfile: path } = xpert.build as NonNullable<ComposeService['build']>;
    expect(existsSync(join(root, 'deploy/compose', context, path))).toBe(true);
    expect(xpert.volumes).toContain(`data:${folder}`);
    expect(xpert.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  });

  test('names only volumes, networks and services that it has', () => {
    for (const service of Object.values(file.services)) {
      for (const volume of service.volumes ?? []) expect(Object.keys(file.volumes)).toContain(volume.split(':')[0]);
      for (const network of service.networks ?? [])
        expect(['default', ...Object.keys(file.networks ?? {})]).toContain(network);
      for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(file.services)).toContain(other);
    }
  });

  test('Xpert has no rights, a root file system that it cannot write to, and time to end', () => {
    expect(xpert).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
    expect(xpert.security_opt).toContain('no-new-privileges:true');
    expect(Number.parseInt(xpert.stop_grace_period ?? '', 10)).toBeGreaterThan(5);
    expect(xpert.user).toBeUndefined();
  });

  test('has no secret in it', () => {
    const values = Object.values(file.services).flatMap(({ environment }) => Object.entries(environment ?? {}));
    for (const [variable, value] of values)
      if (/PASSWORD|URL/.test(variable)) expect(value).toMatch(/\$\{POSTGRES_PASSWORD/);
  });
});

test('both compose files are one project with one data volume, and nobody but Xpert reaches the database', () => {
  const [file, database] = ['sqlite', 'postgres'].map(
    (name) => parse(read(`deploy/compose/${name}.yaml`)) as ComposeFile,
  );
  expect(database?.name).toBe(file?.name);
  expect(database?.networks?.database?.internal).toBe(true);
  expect(database?.services.postgres?.ports).toBeUndefined();
  expect(database?.services.postgres?.networks).toEqual(['database']);
  const url = new URL((database?.services.xpert?.environment?.XPERT_DATABASE_URL ?? '').replace(/\$\{\w+\}/, 'secret'));
  expect(url.protocol).toBe('postgres:');
  expect(Object.keys(database?.services ?? {})).toContain(url.hostname);
  const { POSTGRES_USER, POSTGRES_DB } = database?.services.postgres?.environment ?? {};
  expect([url.username, url.pathname]).toEqual([POSTGRES_USER, `/${POSTGRES_DB}`]);
});

test('ClickHouse is put over the file with PostgreSQL, where nobody but Xpert reaches it', () => {
  const [under, over] = ['postgres', 'clickhouse'].map(
    (name) => parse(read(`deploy/compose/${name}.yaml`)) as ComposeFile,
  );
  expect(over?.name).toBe(under?.name);
  const { clickhouse, xpert, ...others } = over?.services ?? {};
  expect(others).toEqual({});
  expect(clickhouse?.ports).toBeUndefined();
  expect(clickhouse?.networks).toEqual(['database']);
  expect(under?.networks?.database?.internal).toBe(true);
  for (const volume of clickhouse?.volumes ?? [])
    expect(Object.keys(over?.volumes ?? {})).toContain(volume.split(':')[0]);
  // What is over only adds.
  expect(Object.keys(xpert ?? {})).toEqual(['environment']);
  expect(Object.keys(xpert?.environment ?? {})).toEqual(['XPERT_CLICKHOUSE_URL']);
  const text = xpert?.environment?.XPERT_CLICKHOUSE_URL ?? '';
  expect(text).toContain(`:\${CLICKHOUSE_PASSWORD}@`);
  const url = new URL(text.replace(/\$\{\w+\}/, 'secret'));
  const { CLICKHOUSE_USER, CLICKHOUSE_DB, CLICKHOUSE_PASSWORD } = clickhouse?.environment ?? {};
  expect([url.hostname, url.username, url.pathname]).toEqual(['clickhouse', CLICKHOUSE_USER, `/${CLICKHOUSE_DB}`]);
  expect(CLICKHOUSE_PASSWORD).toMatch(/^\$\{CLICKHOUSE_PASSWORD:\?/);
});

// biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at
type Manifest = Record<string, any>;

function manifestsOf(file: string) {
  const manifests = parseAllDocuments(read(`deploy/kubernetes/${file}.yaml`)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
  const named = (kind: string, name: string): Manifest => {
    const found = manifests.filter(({ kind: its, metadata }) => its === kind && metadata.name === name);
    expect(found).toHaveLength(1);
    return found[0] as Manifest;
  };
  const set = named('StatefulSet', 'xpert');
  const pod: Manifest = set.spec.template;
  const container: Manifest = pod.spec.containers[0];
  const variable = (name: string): Manifest => container.env.find((each: Manifest) => each.name === name);
  return { manifests, named, set, pod, container, variable };
}

const secret = (name: string, isOptional: boolean) => ({
  valueFrom: { secretKeyRef: { name, key: 'url', ...(isOptional ? { optional: true } : {}) } },
});

describe.each(['xpert', 'xpert-processes'])('kubernetes: %s.yaml', (file) => {
  const { manifests, named, set, pod, container, variable } = manifestsOf(file);

  test('has no secret in it, and only variables that Xpert reads', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(variable('XPERT_DATABASE_URL')).toMatchObject(secret('xpert-database', file === 'xpert'));
    expect(variable('XPERT_CLICKHOUSE_URL')).toMatchObject(secret('xpert-history', true));
    const values: Record<string, string> = {
      XPERT_DATABASE_URL: 'postgres://xpert@db/xpert',
      XPERT_CLICKHOUSE_URL: 'http://history:8123/xpert',
      POD_NAME: 'xpert-1',
    };
    const env = container.env.map(({ name, value = values[name] }: Manifest) => [
      name,
      value?.replace(/\$\((\w+)\)/g, (_: string, other: string) => values[other]),
    ]);
    const config = readConfig(Object.fromEntries(env), root);
    expect(config.unknownVariables).toEqual([]);
    expect(config.processUrl).toBe(file === 'xpert' ? null : `http://xpert-1.xpert-processes:${port}`);
  });

  test('leads from the ingress to the service, to the pods, to the port', () => {
    const { backend } = named('Ingress', 'xpert').spec.rules[0].http.paths[0];
    const service = named('Service', 'xpert');
    expect(backend.service.name).toBe(service.metadata.name);
    expect(service.spec.ports.map(({ name }: Manifest) => name)).toContain(backend.service.port.name);
    expect(pod.metadata.labels).toMatchObject(service.spec.selector);
    expect(pod.metadata.labels).toMatchObject(set.spec.selector.matchLabels);
    expect(service.spec.ports[0].targetPort).toBe(container.ports[0].name);
    expect(container.ports[0].containerPort).toBe(port);
  });

  test('asks addresses that there are, at the port that there is', () => {
    const { paths } = JSON.parse(read('openapi.json')) as { paths: Record<string, unknown> };
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => container[name].httpGet);
    for (const probe of probes) {
      expect(Object.keys(paths)).toContain(probe.path);
      expect(probe.port).toBe(container.ports[0].name);
    }
    expect(probes.map(({ path }) => path)).toEqual(['/healthz', '/healthz', '/readyz']);
  });

  test('the pod is not root, writes to its folder and /tmp alone, and its folder is the one of the image', () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: user, fsGroup: user });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const written = container.volumeMounts.filter(({ readOnly }: Manifest) => readOnly !== true);
    const mounts = Object.fromEntries(written.map(({ name, mountPath }: Manifest) => [mountPath, name]));
    expect(mounts).toEqual({ [folder as string]: 'data', '/tmp': 'tmp' });
    expect(set.spec.volumeClaimTemplates.map(({ metadata }: Manifest) => metadata.name)).toEqual(['data']);
    const volumes = [...pod.spec.volumes.map(({ name }: Manifest) => name), 'data'];
    for (const { name } of container.volumeMounts) expect(volumes).toContain(name);
  });

  test('it is given the time that it takes to end', () => {
    const waits = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
    const [, ends] = /LONGEST_STOP_MS = ([\d_]+)/.exec(read('src/app/serve.ts')) ?? [];
    expect(pod.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(
      waits * 1000 + Number(ends?.replace('_', '')),
    );
  });

  test('events of the panel are not held back, nor cut off after a minute', () => {
    const { annotations } = named('Ingress', 'xpert').metadata;
    expect(annotations['nginx.ingress.kubernetes.io/proxy-buffering']).toBe('off');
    expect(Number(annotations['nginx.ingress.kubernetes.io/proxy-read-timeout'])).toBeGreaterThanOrEqual(3600);
  });
});

describe('kubernetes', () => {
  const [one, several] = ['xpert', 'xpert-processes'].map(manifestsOf);
  const kindsOf = (manifests: readonly Manifest[] = []) =>
    manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).sort();

  test('has kinds of their versions', () => {
    const kinds = ['apps/v1 StatefulSet', 'networking.k8s.io/v1 Ingress', 'v1 Service'];
    expect(kindsOf(one?.manifests)).toEqual(kinds);
    expect(kindsOf(several?.manifests)).toEqual([...kinds, 'policy/v1 PodDisruptionBudget', 'v1 Service'].sort());
    expect(one?.set.spec).toMatchObject({ replicas: 1, serviceName: 'xpert' });
  });

  test('several pods are reached by their names, one at a time ends, and all have one key', () => {
    const { named, set, pod, container } = several as ReturnType<typeof manifestsOf>;
    expect(set.spec).toMatchObject({ replicas: 2, podManagementPolicy: 'Parallel' });
    const names = named('Service', set.spec.serviceName).spec;
    expect(names).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(names.ports).toEqual([{ name: 'http', port, targetPort: container.ports[0].name }]);
    // What a variable is made of has to stand before it.
    const variables = container.env.map(({ name }: Manifest) => name);
    expect(variables.indexOf('POD_NAME')).toBeLessThan(variables.indexOf('XPERT_PROCESS_URL'));
    const budget = named('PodDisruptionBudget', 'xpert').spec;
    expect(budget.maxUnavailable).toBeLessThan(set.spec.replicas);
    const [spread] = pod.spec.topologySpreadConstraints;
    for (const { selector } of [{ selector: names.selector }, { selector: budget.selector.matchLabels }])
      expect(pod.metadata.labels).toMatchObject(selector);
    expect(pod.metadata.labels).toMatchObject(spread.labelSelector.matchLabels);
    const mounted = container.volumeMounts.find(({ name }: Manifest) => name === 'key');
    expect(mounted).toMatchObject({ mountPath: `${folder}/secret.key`, subPath: 'secret.key', readOnly: true });
    expect(read('src/app/store.ts')).toContain("'secret.key'");
    const key = pod.spec.volumes.find(({ name }: Manifest) => name === 'key').secret;
    expect(key).toEqual({ secretName: 'xpert-key', defaultMode: 0o440 });
  });

  test('one pod and several are the same but for what several need', () => {
    const plain = ({ pod }: ReturnType<typeof manifestsOf>) => {
      const { lifecycle, volumeMounts, env, readinessProbe, ...container } = pod.spec.containers[0];
      return { container, securityContext: pod.spec.securityContext, path: readinessProbe.httpGet.path };
    };
    expect(plain(several as ReturnType<typeof manifestsOf>)).toEqual(plain(one as ReturnType<typeof manifestsOf>));
    expect(several?.named('Ingress', 'xpert')).toEqual(one?.named('Ingress', 'xpert'));
  });
});
