import type { Receipt } from '@orator/client/schemas';
import { fieldsOfJson } from '@orator/core/produce/field';
import { useQuery } from '@tanstack/react-query';
import { BadgeCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { orator } from '../../service/orator.ts';
import { schemaQuery } from '../../service/schemas.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { MAKE } from '../../strings/make.ts';

/** Letters of a hash that tell two files apart. */
const HASH_LETTERS = 12;

/** How a clip was made, as a person reads it: by what, from what, with which settings, and what took how long. */
export function ReceiptView({ receipt, attempt }: { readonly receipt: Receipt; readonly attempt: number }) {
  const say = useText(LIBRARY);
  const { number, span, date } = useFormats();
  const { data } = useQuery({
    queryKey: ['listEngines'],
    queryFn: ({ signal }) => orator.listEngines({ signal }),
  });
  const nameOf = (id: string) => data?.engines.find((engine) => engine.id === id)?.title ?? id;
  const { clip, outcome } = receipt;
  const Mark = outcome === 'success' ? BadgeCheck : TriangleAlert;
  return (
    <section aria-label={say('receipt')} className="flex flex-col gap-4 border-line border-t pt-5">
      <h3 className="font-semibold text-lg">{say('receipt')}</h3>
      <div>
        <p className={`flex items-center gap-2 font-medium ${outcome === 'success' ? 'text-good' : 'text-warn'}`}>
          <Mark className="size-5 shrink-0" aria-hidden="true" />
          {say(`outcome.${outcome}`, { engine: nameOf(receipt.requested ?? receipt.engine) })}
        </p>
        {receipt.reason && <p dir="auto">{receipt.reason}</p>}
        {receipt.warnings.map((warning) => (
          <p key={warning} className="text-sm text-warn" dir="auto">
            {warning}
          </p>
        ))}
      </div>
      <dl className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2">
        <Fact name={say('engine')}>{nameOf(receipt.engine)}</Fact>
        <Fact name={say('picture')}>
          {number(clip.width)} × {number(clip.height)}, {say('fps', { fps: clip.fps })}
        </Fact>
        <Fact name={say('length')}>
          {span(clip.seconds)}, {say('frames', { count: clip.frames })}
        </Fact>
        {receipt.voice && <Fact name={say('voice')}>{receipt.voice}</Fact>}
        <Fact name={say('lips')}>{say(`timing.${receipt.timing}`)}</Fact>
        <Fact name={say('made')}>
          {date(receipt.created)}
          {attempt > 1 && `, ${say('attempts', { count: attempt })}`}
        </Fact>
        <ChangedOptions options={receipt.options} />
        <Fact name={say('took')} wide>
          <Timings timings={receipt.timings} />
        </Fact>
        <Fact name={say('models')}>
          {receipt.models.length === 0 && say('models.none')}
          {receipt.models.map(({ name, sha256 }) => (
            <span key={name} className="block">
              {name} {sha256 && <Hash of={sha256} />}
            </span>
          ))}
        </Fact>
        <Fact name={say('sources')}>
          {(['subject', 'audio', 'text'] as const).map((name) => {
            const source = receipt[name];
            return (
              source && (
                <span key={name} className="block">
                  {say(`source.${name}`)} <Hash of={source.sha256} />
                </span>
              )
            );
          })}
        </Fact>
        <Fact name={say('programs')}>
          Orator {receipt.orator}, {receipt.encoder}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({
  name,
  children,
  wide = false,
}: {
  readonly name: string;
  readonly children: ReactNode;
  readonly wide?: boolean;
}) {
  return (
    <div className={`min-w-0 ${wide ? 'sm:col-span-2' : ''}`}>
      <dt className="text-faint text-sm">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const Hash = ({ of }: { readonly of: string }) => (
  <code className="text-faint text-xs" dir="ltr" title={of}>
    {of.slice(0, HASH_LETTERS)}
  </code>
);

/** What was asked for otherwise than by itself. */
function ChangedOptions({ options }: { readonly options: Receipt['options'] }) {
  const say = useText(LIBRARY);
  const make = useText(MAKE);
  const { number } = useFormats();
  const { data } = useQuery(schemaQuery('VideoRequest'));
  const fields = data ? fieldsOfJson(data) : [];
  const given = options as Readonly<Record<string, string | number>>;
  const changed = fields.filter(({ name, default: usual }) => name in given && given[name] !== usual);
  return (
    <Fact name={say('settings')}>
      {changed.length === 0 && say('settings.usual')}
      {changed.map(({ name, title, unit }) => {
        const value = given[name]!;
        const words = typeof value === 'number' ? number(value, 2) : (make.find(`value.${name}.${value}`) ?? value);
        return (
          <span key={name} className="block">
            {make.find(`field.${name}`) ?? title}: {words} {unit}
          </span>
        );
      })}
    </Fact>
  );
}

/** Stages overlap: each bar is a part of the longest, not of the whole. */
function Timings({ timings }: { readonly timings: Receipt['timings'] }) {
  const say = useText(LIBRARY);
  const { span } = useFormats();
  const stages = Object.entries(timings).filter(([name]) => name !== 'total');
  const longest = Math.max(...stages.map(([, taken]) => taken), 0.001);
  return (
    <span className="flex flex-col gap-1">
      {timings.total !== undefined && <span>{say('took.all', { time: span(timings.total) })}</span>}
      {stages.map(([name, taken]) => (
        <span key={name} className="grid grid-cols-[7rem_1fr_auto] items-center gap-2 text-soft text-sm">
          <span>{say.find(`stage.${name}`) ?? name}</span>
          <span className="h-1.5 overflow-hidden rounded-full bg-sunken">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${(taken / longest) * 100}%` }} />
          </span>
          <span className="tabular-nums">{span(taken)}</span>
        </span>
      ))}
    </span>
  );
}
