import { useMutation, useQuery } from '@tanstack/react-query';
import { Circle, CircleStop, Download } from 'lucide-react';
import { orator, queries } from '../../service/orator.ts';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';

/** Starts and ends a recording of a session, and gives its clip. */
export function Recorder({ session }: { readonly session: string }) {
  const say = useText(LIVE);
  const common = useText(SHARED);
  const { clock, bytes } = useFormats();
  const start = useMutation({ mutationFn: () => orator.startRecording(session) });
  const stop = useMutation({
    mutationFn: () => orator.stopRecording(session),
    onMutate: () => start.reset(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['listAssets'] }),
  });
  const isOn = start.isSuccess;
  const { data } = useQuery({
    queryKey: ['getRecording', session],
    queryFn: ({ signal }) => orator.getRecording(session, { signal }),
    enabled: isOn,
    refetchInterval: 1000,
  });
  const error = start.error ?? stop.error;
  const clip = isOn ? undefined : stop.data;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        {isOn ? (
          <Button kind="danger" onClick={() => stop.mutate()}>
            <CircleStop className="size-5" aria-hidden="true" />
            {say('record.stop')}
          </Button>
        ) : (
          <Button busy={start.isPending || stop.isPending} onClick={() => start.mutate()}>
            {!start.isPending && !stop.isPending && (
              <Circle className="size-4 fill-danger text-danger" aria-hidden="true" />
            )}
            {say(stop.isPending ? 'record.saving' : 'record')}
          </Button>
        )}
        {isOn && (
          <span className="flex items-center gap-2 tabular-nums">
            <span className="size-2.5 animate-breathe rounded-full bg-danger" aria-hidden="true" />
            {clock(data?.seconds ?? 0)}
          </span>
        )}
        {clip && (
          <a href={clip.content} download={clip.name} className={buttonClass('plain')}>
            <Download className="size-5" aria-hidden="true" />
            {common('download')}
            <span className="text-faint text-sm">{bytes(clip.bytes)}</span>
          </a>
        )}
      </div>
      {error && <ErrorState error={error} />}
    </div>
  );
}
