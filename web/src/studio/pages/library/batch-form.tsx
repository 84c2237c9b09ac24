import { OratorError } from '@orator/core/base/errors';
import { fieldsOfJson } from '@orator/core/produce/field';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Layers, Table2, TextCursorInput, X } from 'lucide-react';
import { useState } from 'react';
import { useKept } from '../../keep/kept.ts';
import { orator } from '../../service/orator.ts';
import { schemaQuery } from '../../service/schemas.ts';
import { useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { MAKE } from '../../strings/make.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field, inputClass } from '../../ui/field.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { type FormValues, SchemaForm } from '../../ui/schema-form.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { VoiceButton } from '../make/voice-button.tsx';
import { type Batch, beginBatch } from './batch.ts';
import { BatchFace, useBatchFace } from './batch-face.tsx';
import { type BatchLine, linesOfTable, linesOfText, MOST_LINES } from './batch-lines.ts';

/** What is set for all clips of a batch; the rest is as by itself. */
const OPTIONS = ['emotion', 'size', 'fps'];
const PREVIEWED = 5;

interface BatchDraft {
  readonly from: 'lines' | 'table';
  readonly lines: string;
  readonly table: { readonly name: string; readonly rows: readonly BatchLine[] } | null;
  readonly voice: string;
  readonly settings: FormValues;
}
const EMPTY: BatchDraft = { from: 'lines', lines: '', table: null, voice: 'en-us', settings: {} };

/** What a batch is made of: a face, many texts, and how all of them look and sound. */
export function BatchForm({ onBatch }: { readonly onBatch: (batch: Batch) => void }) {
  const say = useText(LIBRARY);
  const make = useText(MAKE);
  const [kept, keep] = useKept<Partial<BatchDraft>>('library.batch.draft', EMPTY);
  const draft = { ...EMPTY, ...kept };
  const change = (part: Partial<BatchDraft>) => keep({ ...draft, ...part });
  const face = useBatchFace();
  const { data: schema } = useQuery(schemaQuery('VideoRequest'));
  const fields = schema ? fieldsOfJson(schema).filter(({ name }) => OPTIONS.includes(name)) : [];
  const lines = draft.from === 'table' ? (draft.table?.rows ?? []) : linesOfText(draft.lines);
  const unknown = useUnknownVoice(lines);
  const begin = useMutation({
    mutationFn: async () => {
      const { voice, settings } = draft;
      return beginBatch(lines, { face: await face.send(), voice, settings });
    },
    onSuccess: onBatch,
  });
  const missing = !face.isThere ? 'face' : lines.length === 0 ? 'lines' : lines.length > MOST_LINES ? 'many' : null;
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex flex-col gap-6">
        <BatchFace face={face} />
        <Card className="p-5">
          <h2 className="mb-3 font-semibold text-lg">{say('batch.what')}</h2>
          <Tabs
            label={say('batch.what')}
            open={draft.from}
            onOpen={(from) => change({ from })}
            tabs={[
              {
                name: 'lines',
                label: say('batch.lines'),
                icon: TextCursorInput,
                content: (
                  <Field label={say('batch.lines.label')} aside={say('batch.count', { count: lines.length })}>
                    {(ids) => (
                      <textarea
                        {...ids}
                        dir="auto"
                        rows={9}
                        className={inputClass}
                        placeholder={say('batch.lines.hint')}
                        value={draft.lines}
                        onChange={({ target }) => change({ lines: target.value })}
                      />
                    )}
                  </Field>
                ),
              },
              {
                name: 'table',
                label: say('batch.table'),
                icon: Table2,
                content: <TableInput table={draft.table} onTable={(table) => change({ table })} />,
              },
            ]}
          />
        </Card>
      </div>
      <Card className="flex flex-col gap-5 p-5 lg:sticky lg:top-8">
        <h2 className="font-semibold text-lg">{say('batch.how')}</h2>
        <VoiceButton voice={draft.voice} settings={{}} onVoice={(voice) => change({ voice })} />
        <SchemaForm
          fields={fields}
          values={draft.settings}
          say={make}
          onChange={(name, value) => change({ settings: { ...draft.settings, [name]: value } })}
        />
        {unknown && <ErrorState error={unknown} />}
        {begin.error && <ErrorState error={begin.error} />}
        <Button
          kind="primary"
          size="large"
          disabled={missing !== null || unknown !== null}
          busy={begin.isPending}
          onClick={() => begin.mutate()}
        >
          <Layers className="size-5" aria-hidden="true" />
          {lines.length === 0 ? say('batch.start.none') : say('batch.start', { count: lines.length })}
        </Button>
        {missing && (
          <p className="text-center text-soft text-sm">{say(`batch.missing.${missing}`, { most: MOST_LINES })}</p>
        )}
      </Card>
    </div>
  );
}

/** The first voice of some lines that is not there: said before anything is ordered. */
function useUnknownVoice(lines: readonly BatchLine[]): OratorError | null {
  const { data } = useQuery({ queryKey: ['listVoices'], queryFn: ({ signal }) => orator.listVoices({}, { signal }) });
  const known = data && new Set(data.voices.map(({ id }) => id));
  const place = known ? lines.findIndex(({ voice }) => voice !== null && !known.has(voice)) : -1;
  if (place < 0) return null;
  return new OratorError('voice/unknown', `Clip ${place + 1} asks for the voice "${lines[place]!.voice}".`);
}

function TableInput({
  table,
  onTable,
}: {
  readonly table: BatchDraft['table'];
  readonly onTable: (table: BatchDraft['table']) => void;
}) {
  const say = useText(LIBRARY);
  const shared = useText(SHARED);
  const [error, setError] = useState<Error | null>(null);
  const read = async (file: File) => {
    try {
      onTable({ name: file.name, rows: linesOfTable(await file.text()) });
      setError(null);
    } catch (thrown) {
      setError(thrown as Error);
    }
  };
  return (
    <div className="flex flex-col gap-4">
      {!table && (
        <FileDrop label={say('table.drop')} accept=".csv,text/csv,text/plain" onFiles={([file]) => void read(file!)}>
          <span className="flex flex-col items-center gap-1 px-4 py-10 text-center">
            <Table2 className="mb-1 size-8 text-accent" aria-hidden="true" strokeWidth={1.5} />
            <span className="font-medium">{say('table.drop')}</span>
            <span className="text-soft text-sm">{say('table.hint')}</span>
            <code dir="ltr" className="mt-1 rounded-lg bg-sunken px-2 py-0.5 text-sm">
              text,voice,name
            </code>
          </span>
        </FileDrop>
      )}
      {error && <ErrorState error={error} />}
      {table && (
        <div className="rounded-2xl border border-line">
          <div className="flex items-center justify-between gap-3 border-line border-b py-1 ps-4 pe-1">
            <p className="min-w-0 truncate font-medium">
              <bdi>{table.name}</bdi>{' '}
              <span className="text-faint">· {say('batch.count', { count: table.rows.length })}</span>
            </p>
            <Button kind="quiet" size="icon" aria-label={shared('delete')} onClick={() => onTable(null)}>
              <X className="size-5" aria-hidden="true" />
            </Button>
          </div>
          <ul className="divide-y divide-line text-sm">
            {table.rows.slice(0, PREVIEWED).map((row, place) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file, of which two may be alike
                key={place}
                className="flex justify-between gap-4 px-4 py-2"
              >
                <span className="min-w-0 truncate" dir="auto">
                  {row.text}
                </span>
                <span className="shrink-0 text-faint">{[row.voice, row.name].filter(Boolean).join(' · ')}</span>
              </li>
            ))}
            {table.rows.length > PREVIEWED && (
              <li className="px-4 py-2 text-faint">{say('table.more', { count: table.rows.length - PREVIEWED })}</li>
            )}
          </ul>
        </div>
      )}
    </div>
  );
}
