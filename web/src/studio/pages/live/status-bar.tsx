import { useQuery } from '@tanstack/react-query';
import { Wifi, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { orator } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { isOpen, type LiveState } from './live-state.ts';

/** How often the service is asked how a session fares, ms. */
const LOOK_MS = 2000;
const TONES = {
  idle: 'bg-sunken text-soft',
  initializing: 'bg-warn-soft text-warn',
  ready: 'bg-good-soft text-good',
  streaming: 'bg-accent-soft text-accent',
  completed: 'bg-sunken text-soft',
  error: 'bg-danger-soft text-danger',
} as const;

/** How the session and the connection to it fare. */
export function StatusBar({ state }: { readonly state: LiveState }) {
  const say = useText(LIVE);
  const { number } = useFormats();
  const id = state.opened?.session_id;
  const { data } = useQuery({
    queryKey: ['listLiveSessions'],
    queryFn: ({ signal }) => orator.listLiveSessions({ signal }),
    enabled: id !== undefined && isOpen(state),
    refetchInterval: LOOK_MS,
  });
  const known = data?.sessions.find(({ session_id }) => session_id === id);
  const { figures } = state;
  const latencyMs = figures?.latencyMs || known?.latency_ms || 0;
  const isConnected = state.connection === 'connected';
  const Signal = isConnected ? Wifi : WifiOff;
  return (
    <dl className="grid grid-cols-2 gap-x-5 gap-y-2 rounded-2xl border border-line bg-surface px-4 py-3 text-sm sm:flex sm:flex-wrap sm:items-center">
      <Figure name={say('connection')} id="connection">
        <span className={`inline-flex items-center gap-1.5 ${isConnected ? 'text-good' : 'text-soft'}`}>
          <Signal className="size-4" aria-hidden="true" />
          {say(`connection.${state.connection}`)}
        </span>
      </Figure>
      <Figure name={say('session')} id="session">
        <span className={`rounded-full px-2.5 py-0.5 font-medium ${TONES[state.session]}`}>
          {say(`session.${state.session}`)}
        </span>
      </Figure>
      {id && (
        <>
          <Figure name={say('frames')} id="frames">
            {known ? number(known.frames, 0) : '–'}
          </Figure>
          <Figure name={say('fps')} id="fps">
            {figures ? number(figures.fps, 0) : '–'}
          </Figure>
          <Figure name={say('latency')} id="latency">
            {latencyMs > 0 ? say('ms', { value: number(latencyMs, 0) }) : '–'}
          </Figure>
          <Figure name={say('drops')} id="drops">
            {figures ? number(figures.dropped, 0) : '–'}
          </Figure>
        </>
      )}
      <Figure name={say('errors')} id="errors">
        <span className={state.errors > 0 ? 'text-danger' : ''}>{number(state.errors, 0)}</span>
      </Figure>
      {id && (
        <Figure name={say('session.id')} id="id" className="col-span-2 min-w-0">
          <code dir="ltr" className="select-all text-xs">
            {id}
          </code>
        </Figure>
      )}
    </dl>
  );
}

function Figure({
  name,
  id,
  className = '',
  children,
}: {
  readonly name: string;
  readonly id: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className={`flex items-center gap-1.5 ${className}`}>
      <dt className="text-faint">{name}</dt>
      <dd data-figure={id} className="tabular-nums">
        {children}
      </dd>
    </div>
  );
}
