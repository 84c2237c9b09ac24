import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../../scripts/setup.mjs';
import { loadConfig } from '../../server/src/config.ts';
import { STOP_MS } from '../../server/src/jobs/clip-pool.ts';
import { parseDockerfile, settingsOf } from './dockerfile.ts';
import { type KubernetesObject, type OfKind, readKustomization, readManifest, type Workload } from './kubernetes.ts';
import { wrongSettings } from './settings-in-use.ts';

const DEPLOY = join(ROOT, 'deploy');
const image = settingsOf(parseDockerfile(readFileSync(join(DEPLOY, 'Dockerfile'), 'utf8')), 'orator');
const FOLDERS = readdirSync(join(DEPLOY, 'kubernetes'));
const read = (folder: string) => readKustomization(join(DEPLOY, 'kubernetes', folder));
const SECRETS = readManifest(join(DEPLOY, 'kubernetes/scale/secret.example.yaml'));

const ofKind = <Kind extends KubernetesObject['kind']>(objects: readonly KubernetesObject[], kind: Kind) =>
  objects.filter((object): object is OfKind<Kind> => object.kind === kind);
const workloadsOf = (objects: readonly KubernetesObject[]): readonly Workload[] => [
  ...ofKind(objects, 'Deployment'),
  ...ofKind(objects, 'StatefulSet'),
];
const chosenBy = (objects: readonly KubernetesObject[], selector: Readonly<Record<string, string>>) =>
  workloadsOf(objects).filter(({ spec }) => contains(spec.template.metadata.labels, selector));
const contains = (whole: Readonly<Record<string, string>>, part: Readonly<Record<string, string>>) =>
  Object.entries(part).every(([name, value]) => whole[name] === value);

/** What the container of a workload finds in its environment. @throws {Error} for a map or secret that is not there. */
function environmentOf(objects: readonly KubernetesObject[], { spec }: Workload): Record<string, string> {
  const { envFrom, env } = spec.template.spec.containers[0];
  const named = (kind: 'ConfigMap' | 'Secret', name: string) => {
    for (const object of [...objects, ...SECRETS]) {
      if (object.kind !== kind || object.metadata.name !== name) continue;
      return object.kind === 'Secret' ? object.stringData : object.kind === 'ConfigMap' ? object.data : {};
    }
    throw new Error(`There is no ${kind} ${name}.`);
  };
  const shared = envFrom.map((source) =>
    'configMapRef' in source ? named('ConfigMap', source.configMapRef.name) : named('Secret', source.secretRef.name),
  );
  return Object.assign({}, image.env, ...shared, Object.fromEntries(env.map(({ name, value }) => [name, value])));
}

test('there is one folder for each way', () => {
  expect(FOLDERS.toSorted()).toEqual(['gpu', 'keda', 'scale', 'single']);
});

const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

test.skipIf(!kubectl).each(FOLDERS)(
  `what is read of %s is what kubectl makes of it${kubectl ? '' : ' (it is not installed)'}`,
  (folder) => {
    const { stdout } = spawnSync('kubectl', ['kustomize', join(DEPLOY, 'kubernetes', folder)], { encoding: 'utf8' });
    const made = parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
    const byName = (objects: readonly KubernetesObject[]) =>
      Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
    expect(Object.keys(byName(made)).toSorted()).toEqual(Object.keys(byName(read(folder))).toSorted());
    expect(byName(read(folder))).toMatchObject(byName(made)); // ours has defaults as well
  },
);

describe.each(FOLDERS)('kubectl apply -k %s', (folder) => {
  const objects = read(folder);

  test('gives every object a name of its own', () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('starts commands that there are, with settings that are taken, on the image’s port', () => {
    for (const workload of workloadsOf(objects)) {
      const { enableServiceLinks, containers } = workload.spec.template.spec;
      const [{ args, ports, image: name }] = containers;
      expect(['serve', 'worker']).toContain(args.join(' '));
      expect(name).toBe(`registry.example.com/orator:${folder === 'gpu' && args[0] === 'worker' ? 'cuda' : 'cpu'}`);
      expect(wrongSettings(environmentOf(objects, workload))).toEqual([]);
      expect(ports.map(({ containerPort }) => containerPort)).toEqual(args[0] === 'serve' ? image.ports : []);
      expect(enableServiceLinks).toBe(false); // a service called orator sets ORATOR_PORT=tcp://…
    }
  });

  test('runs as the image’s user, who can write to /data and /tmp alone', () => {
    for (const { spec, kind } of workloadsOf(objects)) {
      const claims = kind === 'StatefulSet' ? spec.volumeClaimTemplates.map(({ metadata }) => metadata.name) : [];
      const pod = spec.template.spec;
      const [{ securityContext, volumeMounts }] = pod.containers;
      const [user, group] = image.user!.split(':').map(Number);
      const runs = { runAsNonRoot: true, runAsUser: user, runAsGroup: group, fsGroup: group };
      expect(pod).toMatchObject({ securityContext: runs, automountServiceAccountToken: false });
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual([...image.volumes, '/tmp']);
      const volumes = [...claims, ...pod.volumes.map(({ name }) => name)];
      expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual(volumes.toSorted());
    }
  });

  test('asks what has HTTP how it is, slower than its own checks are', () => {
    for (const { spec } of workloadsOf(objects)) {
      const [{ args, ports, startupProbe, livenessProbe, readinessProbe }] = spec.template.spec.containers;
      const probes = [startupProbe, livenessProbe, readinessProbe];
      if (args[0] === 'worker') {
        expect(probes).toEqual([undefined, undefined, undefined]);
        continue;
      }
      expect(probes.map((probe) => probe!.httpGet.path)).toEqual(['/api/v1/live', '/api/v1/live', '/api/v1/ready']);
      for (const probe of probes) expect(ports.map(({ name }) => name)).toContain(probe!.httpGet.port);
      expect(readinessProbe!.timeoutSeconds).toBeGreaterThan(3); // a check that hangs is given up after 3 s
      expect(startupProbe!.periodSeconds * startupProbe!.failureThreshold).toBeGreaterThanOrEqual(60);
    }
  });

  test('gives time to hand work back, also after the pause before the stop', () => {
    for (const { spec } of workloadsOf(objects)) {
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      const pause = Number(containers[0].lifecycle?.preStop.exec.command[1] ?? 0);
      expect((terminationGracePeriodSeconds - pause) * 1000).toBeGreaterThan(2 * STOP_MS);
    }
  });

  test('selects what it means', () => {
    for (const workload of workloadsOf(objects)) {
      expect(chosenBy(objects, workload.spec.selector.matchLabels)).toEqual([workload]);
      if (workload.kind !== 'StatefulSet') continue;
      expect(ofKind(objects, 'Service').map(({ metadata }) => metadata.name)).toContain(workload.spec.serviceName);
    }
    for (const { spec } of ofKind(objects, 'Service')) {
      const [chosen, ...others] = chosenBy(objects, spec.selector);
      expect(others).toEqual([]);
      const names = chosen!.spec.template.spec.containers[0].ports.map(({ name }) => name);
      for (const { targetPort } of spec.ports) expect(names).toContain(targetPort);
    }
    for (const { spec } of ofKind(objects, 'PodDisruptionBudget')) {
      const [chosen] = chosenBy(objects, spec.selector.matchLabels);
      expect(spec.minAvailable).toBeLessThan(chosen!.spec.replicas!); // else no node could ever be emptied
    }
  });
});

test('one pod keeps its database where a second one cannot open it', () => {
  const [single] = ofKind(read('single'), 'StatefulSet');
  expect(single!.spec.replicas).toBe(1);
  expect(single!.spec.volumeClaimTemplates[0]!.spec.accessModes).toEqual(['ReadWriteOncePod']);
  expect(loadConfig(environmentOf(read('single'), single!)).values.ORATOR_DATABASE_URL).toBeUndefined();
});

test('many pods share a database and a bucket; the API works on nothing', () => {
  const objects = read('scale');
  const [api, worker] = ['orator-api', 'orator-worker'].map((name) => {
    const workload = workloadsOf(objects).find(({ metadata }) => metadata.name === name)!;
    return loadConfig(environmentOf(objects, workload)).values;
  });
  expect([api!.ORATOR_WORKERS, worker!.ORATOR_WORKERS]).toEqual([0, 1]);
  expect(api!.ORATOR_DATABASE_URL).toMatch(/^postgres:.*\.svc\.cluster\.local:/);
  expect(api).toMatchObject({ ORATOR_DATABASE_URL: worker!.ORATOR_DATABASE_URL, ORATOR_S3_BUCKET: 'orator' });
});

test('with GPUs, each worker has one, and may run where only those run that need one', () => {
  const worker = workloadsOf(read('gpu')).find(({ metadata }) => metadata.name === 'orator-worker')!;
  const { containers, tolerations } = worker.spec.template.spec;
  expect(containers[0].resources.limits).toMatchObject({ 'nvidia.com/gpu': 1 });
  expect(tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
});

test('KEDA scales the workers, by the database they use and by what each of them can do', () => {
  const objects = read('keda');
  const [scaling] = ofKind(objects, 'ScaledObject');
  const worker = workloadsOf(objects).find(({ metadata }) => metadata.name === scaling!.spec.scaleTargetRef.name)!;
  const [{ metadata: trigger }] = scaling!.spec.triggers;
  const env = environmentOf(objects, worker);
  expect(worker.spec.template.spec.containers[0].args).toEqual(['worker']);
  expect(worker.spec.replicas).toBeUndefined();
  expect(trigger.connectionFromEnv).toBe('ORATOR_DATABASE_URL');
  expect(env).toHaveProperty(trigger.connectionFromEnv);
  expect(trigger.targetQueryValue).toBe(env.ORATOR_WORKERS);
  expect(trigger.query).toContain(`least(n, ${env.ORATOR_JOBS_PER_KEY})`);
  expect(scaling!.spec.minReplicaCount).toBeLessThan(scaling!.spec.maxReplicaCount);
});
