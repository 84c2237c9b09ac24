import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string(), labels: labels.optional() });
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }),
  periodSeconds: z.int(),
  timeoutSeconds: z.int().default(1),
  failureThreshold: z.int().default(3),
});
const amounts = z.record(z.string(), z.union([z.string(), z.int()]));

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })).default([]),
  envFrom: z
    .array(
      z.union([
        z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) }),
        z.strictObject({ secretRef: z.strictObject({ name: z.string() }) }),
      ]),
    )
    .default([]),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  lifecycle: z
    .strictObject({
      preStop: z.strictObject({
        exec: z.strictObject({ command: z.tuple([z.literal('sleep'), z.string().regex(/^\d+$/)]) }),
      }),
    })
    .optional(),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.strictObject({ requests: amounts, limits: amounts }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
});

const template = z.strictObject({
  metadata: z.strictObject({ labels }),
  spec: z.strictObject({
    automountServiceAccountToken: z.boolean(),
    enableServiceLinks: z.boolean(),
    terminationGracePeriodSeconds: z.int(),
    securityContext: z.strictObject({
      runAsNonRoot: z.boolean(),
      runAsUser: z.int(),
      runAsGroup: z.int(),
      fsGroup: z.int(),
      seccompProfile: z.strictObject({ type: z.string() }),
    }),
    tolerations: z.array(z.strictObject({ key: z.string(), operator: z.string(), effect: z.string() })).default([]),
    containers: z.tuple([container]),
    volumes: z.array(z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: z.string() }) })),
  }),
});
const workload = { replicas: z.int().optional(), selector: z.strictObject({ matchLabels: labels }), template };

/** The kinds of objects that our manifests hold, as far as they use them: a word that is not here is a slip. */
const kubernetesObject = z.discriminatedUnion('kind', [
  z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('Deployment'),
    metadata,
    spec: z.strictObject(workload),
  }),
  z.strictObject({
    apiVersion: z.literal('apps/v1'),
    kind: z.literal('StatefulSet'),
    metadata,
    spec: z.strictObject({
      ...workload,
      serviceName: z.string(),
      volumeClaimTemplates: z.array(
        z.strictObject({
          metadata,
          spec: z.strictObject({
            accessModes: z.array(z.string()),
            resources: z.strictObject({ requests: amounts }),
          }),
        }),
      ),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({
      selector: labels,
      ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: z.string() })),
    }),
  }),
  z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('ConfigMap'), metadata, data: labels }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Secret'),
    metadata,
    type: z.literal('Opaque'),
    stringData: labels,
  }),
  z.strictObject({
    apiVersion: z.literal('policy/v1'),
    kind: z.literal('PodDisruptionBudget'),
    metadata,
    spec: z.strictObject({ minAvailable: z.int(), selector: z.strictObject({ matchLabels: labels }) }),
  }),
  z.strictObject({
    apiVersion: z.literal('keda.sh/v1alpha1'),
    kind: z.literal('ScaledObject'),
    metadata,
    spec: z.strictObject({
      scaleTargetRef: z.strictObject({ name: z.string() }),
      minReplicaCount: z.int(),
      maxReplicaCount: z.int(),
      pollingInterval: z.int(),
      advanced: z.looseObject({}),
      triggers: z.tuple([
        z.strictObject({
          type: z.literal('postgresql'),
          metadata: z.strictObject({ connectionFromEnv: z.string(), query: z.string(), targetQueryValue: z.string() }),
        }),
      ]),
    }),
  }),
]);
/** One of them. */
export type KubernetesObject = z.infer<typeof kubernetesObject>;
/** Those of one kind. */
export type OfKind<Kind extends KubernetesObject['kind']> = Extract<KubernetesObject, { kind: Kind }>;
/** What starts pods. */
export type Workload = OfKind<'Deployment'> | OfKind<'StatefulSet'>;

const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).default([]),
  patches: z
    .array(z.strictObject({ target: z.strictObject({ kind: z.string(), name: z.string() }), patch: z.string() }))
    .default([]),
});
const patch = z.array(
  z.strictObject({ op: z.enum(['add', 'remove', 'replace']), path: z.string(), value: z.unknown().optional() }),
);

/**
 * The objects that `kubectl apply -k` would send for a folder: its resources, with its patches and image names.
 * @throws {z.ZodError} for what is misspelt, {Error} for a patch that meets nothing.
 */
export const readKustomization = (folder: string): readonly KubernetesObject[] =>
  build(folder).map((object) => kubernetesObject.parse(object));

/** The objects of one file. */
export const readManifest = (path: string): readonly KubernetesObject[] =>
  documentsOf(path).map((object) => kubernetesObject.parse(object));

function build(folder: string): readonly unknown[] {
  const { resources, patches, images } = kustomization.parse(
    parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')),
  );
  const objects = resources.flatMap((path) =>
    path.endsWith('.yaml') ? documentsOf(join(folder, path)) : build(join(folder, path)),
  );
  const named = z.looseObject({ kind: z.string(), metadata });
  for (const { target, patch: text } of patches) {
    const met = objects.filter((object) => {
      const { kind, metadata: said } = named.parse(object);
      return kind === target.kind && said.name === target.name;
    });
    if (met.length !== 1) throw new Error(`A patch for ${target.kind} ${target.name} meets ${met.length} objects.`);
    for (const step of patch.parse(parse(text))) takeStep(met[0] as Branch, step);
  }
  for (const { name, newName, newTag } of images) {
    for (const image of objects.flatMap(imagesIn)) if (image.image === name) image.image = `${newName}:${newTag}`;
  }
  return objects;
}

type Branch = Record<string, unknown>;

/** RFC 6902, as far as our patches use it. */
function takeStep(object: Branch, { op, path, value }: z.infer<typeof patch>[number]): void {
  const names = path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop()!;
  const parent = names.reduce<Branch | undefined>((branch, name) => branch?.[name] as Branch | undefined, object);
  if (!parent || (op !== 'add' && !(last in parent))) throw new Error(`A patch finds no ${path}.`);
  if (op === 'remove') delete parent[last];
  else parent[last] = value;
}

function imagesIn(object: unknown): { image: string }[] {
  if (typeof object !== 'object' || object === null) return [];
  const inside = Object.values(object).flatMap(imagesIn);
  return 'image' in object && typeof object.image === 'string' ? [object as { image: string }, ...inside] : inside;
}

const documentsOf = (path: string): unknown[] =>
  parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as unknown;
  });
