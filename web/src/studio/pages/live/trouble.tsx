import { useEffect, useEffectEvent, useState } from 'react';
import { useFormats, useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { SHARED } from '../../strings/shared.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import type { LiveProblem } from './live-state.ts';

/** What went wrong. Where the service says when to come back, it is tried again by itself then. */
export function Trouble({
  problem,
  onRetry,
  onClose,
}: {
  readonly problem: LiveProblem;
  /** Undefined while the session goes on all the same. */
  readonly onRetry: (() => void) | undefined;
  readonly onClose: () => void;
}) {
  const common = useText(SHARED);
  const { retryAfterSeconds } = problem;
  if (onRetry && retryAfterSeconds !== undefined) {
    return (
      <ErrorState error={problem}>
        <Countdown seconds={retryAfterSeconds} onOver={onRetry} onClose={onClose} />
      </ErrorState>
    );
  }
  return (
    <ErrorState error={problem} {...(onRetry ? { onRetry } : {})}>
      <Button kind="quiet" size="small" onClick={onClose}>
        {common('close')}
      </Button>
    </ErrorState>
  );
}

function Countdown({
  seconds,
  onOver,
  onClose,
}: {
  readonly seconds: number;
  readonly onOver: () => void;
  readonly onClose: () => void;
}) {
  const say = useText(LIVE);
  const common = useText(SHARED);
  const { number } = useFormats();
  const [left, setLeft] = useState(seconds);
  const over = useEffectEvent(onOver);
  useEffect(() => {
    const timer = setInterval(() => setLeft((now) => now - 1), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left <= 0) over();
  }, [left]);
  return (
    <>
      <p className="w-full text-sm tabular-nums">{say('retryIn', { seconds: number(Math.max(0, left), 0) })}</p>
      <Button size="small" onClick={onOver}>
        {common('retry')}
      </Button>
      <Button kind="quiet" size="small" onClick={onClose}>
        {common('cancel')}
      </Button>
    </>
  );
}
