import type { Gpu } from '@orator/client/schemas';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, Cpu } from 'lucide-react';
import type { ReactNode } from 'react';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { SYSTEM } from '../../strings/system.ts';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { DoctorCard } from './doctor-card.tsx';
import { useMayAdmin } from './may-admin.ts';
import { WorkersCard } from './workers-card.tsx';

/** How often figures are read anew, ms. */
const CALM_MS = 5000;

/** How the service and its machine are: what it needs, what it does, and what to do where something is missing. */
export function MachineView() {
  const mayAdmin = useMayAdmin();
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
      <HealthCard />
      <LiveCard />
      <GpuCard />
      {mayAdmin && <WorkersCard />}
      {mayAdmin && <DoctorCard />}
    </div>
  );
}

/** A part of the page with its heading. */
function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Card className="p-5">
      <h2 className="mb-3 font-semibold text-lg">{title}</h2>
      {children}
    </Card>
  );
}

function HealthCard() {
  const say = useText(SYSTEM);
  const { span, number } = useFormats();
  const health = useQuery({
    queryKey: ['getHealth'],
    queryFn: ({ signal }) => orator.getHealth({ signal }),
    refetchInterval: CALM_MS,
  });
  const ready = useQuery({
    queryKey: ['getReady'],
    queryFn: ({ signal }) => orator.getReady({ signal }),
    refetchInterval: CALM_MS,
  });
  const { data, error } = health;
  const isWell = data?.status === 'healthy' && ready.data?.status === 'ready';
  const Icon = isWell ? CircleCheck : CircleAlert;
  return (
    <Section title={say('health')}>
      {error && <ErrorState error={error} onRetry={() => void health.refetch()} />}
      {!data && !error && <Skeleton className="h-48" />}
      {data && (
        <>
          <p
            role="status"
            className={`mb-4 flex items-center gap-2 font-medium ${isWell ? 'text-good' : 'text-danger'}`}
          >
            <Icon className="size-5 shrink-0" aria-hidden="true" />
            {say(isWell ? 'health.good' : ready.data?.draining ? 'health.draining' : 'health.bad')}
          </p>
          <ul className="flex flex-col gap-2">
            {Object.entries(data.checks).map(([name, state]) => (
              <li key={name} className="flex gap-2.5">
                {state === 'ok' ? (
                  <CircleCheck className="mt-0.5 size-5 shrink-0 text-good" aria-label={say('check.ok')} />
                ) : (
                  <CircleAlert className="mt-0.5 size-5 shrink-0 text-danger" aria-label={say('check.failed')} />
                )}
                <span>
                  {say.find(`check.${name}`) ?? name}
                  {state !== 'ok' && <span className="block text-soft text-sm">{say.find(`cure.${name}`)}</span>}
                </span>
              </li>
            ))}
          </ul>
          <Figures
            facts={[
              [say('version'), data.version],
              [
                say('uptime'),
                uptimeIn(data.uptime_seconds, span, (count) => say('hours', { count: number(count, 1) })),
              ],
              [say('backend'), data.backend],
            ]}
          />
        </>
      )}
    </Section>
  );
}

/** Beyond two hours, hours are easier to read. */
const uptimeIn = (seconds: number, span: (seconds: number) => string, hours: (count: number) => string) =>
  seconds < 7200 ? span(seconds) : hours(seconds / 3600);

function LiveCard() {
  const say = useText(SYSTEM);
  const { number } = useFormats();
  const { data, error, refetch } = useQuery({
    queryKey: ['getLiveStats'],
    queryFn: ({ signal }) => orator.getLiveStats({ signal }),
    refetchInterval: CALM_MS,
  });
  return (
    <Section title={say('live')}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-48" />}
      {data && (
        <Figures
          facts={[
            [say('live.active'), say('live.of', { count: data.active_sessions, most: data.max_sessions })],
            [say('live.total'), number(data.total_sessions)],
            [say('live.frames'), number(data.frames_total)],
            [say('live.fps'), data.fps_mean > 0 ? number(data.fps_mean) : '–'],
            [
              say('live.latency'),
              data.latency_ms.p95 === 0 // nobody says it: browsers draw, or nothing was drawn yet
                ? '–'
                : say('live.ms', { half: number(data.latency_ms.p50, 0), most: number(data.latency_ms.p95, 0) }),
            ],
            [say('live.dropped'), number(data.dropped_frames)],
          ]}
        />
      )}
    </Section>
  );
}

/** Names and what they are now. */
function Figures({ facts }: { readonly facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-3 first:mt-0 sm:grid-cols-3">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-faint text-sm">{name}</dt>
          <dd className="font-medium tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function GpuCard() {
  const say = useText(SYSTEM);
  const { data, error, refetch } = useQuery({
    queryKey: ['getGpuInfo'],
    queryFn: ({ signal }) => orator.getGpuInfo({ signal }),
    refetchInterval: CALM_MS,
  });
  return (
    <Section title={say('gpu')}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-24" />}
      {data && data.gpus.length === 0 && (
        <div className="flex gap-3">
          <Cpu className="size-6 shrink-0 text-faint" aria-hidden="true" />
          <div>
            <p className="font-medium">{say('gpu.none')}</p>
            <p className="text-soft text-sm">{say('gpu.none.hint')}</p>
            {data.reason && (
              <p className="mt-1 text-faint text-sm" dir="auto">
                {data.reason}
              </p>
            )}
          </div>
        </div>
      )}
      <ul className="flex flex-col gap-4">
        {data?.gpus.map((gpu) => (
          <li key={gpu.id}>
            <GpuReading gpu={gpu} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function GpuReading({ gpu }: { readonly gpu: Gpu }) {
  const say = useText(SYSTEM);
  const { bytes, share, number } = useFormats();
  const used = gpu.memory_total_mb > 0 ? gpu.memory_used_mb / gpu.memory_total_mb : 0;
  const facts = [
    say('gpu.memory', { used: bytes(gpu.memory_used_mb * 1e6), total: bytes(gpu.memory_total_mb * 1e6) }),
    gpu.utilization_percent === null ? undefined : say('gpu.busy', { share: share(gpu.utilization_percent / 100) }),
    gpu.temperature_c === null ? undefined : `${number(gpu.temperature_c, 0)} °C`,
    say('gpu.driver', { driver: gpu.driver }),
  ];
  return (
    <div className="flex flex-col gap-1.5">
      <p className="font-medium" dir="auto">
        {gpu.name}
      </p>
      <Progress label={say('gpu.memory.label')} share={used} />
      <Facts facts={facts} />
    </div>
  );
}
