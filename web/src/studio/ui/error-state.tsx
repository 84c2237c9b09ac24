import { ServiceError } from '@orator/client/service-error';
import { CircleAlert, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../strings/language.tsx';
import { PROBLEMS } from '../strings/problems.ts';
import { SHARED } from '../strings/shared.ts';
import { Button } from './button.tsx';

/** What went wrong, for people. */
export interface ProblemText {
  /** What happened, in the language of the studio where that has words for it. */
  readonly title: string;
  /** What to do next, in the service's own words where there are more of them. */
  readonly detail: string | undefined;
  /** For programs and for who helps: `face/not-found`. */
  readonly code: string;
  /** Under which the service's log has it. */
  readonly request: string | undefined;
}

/** Something that failed: what a call threw, or what a job ended with. */
export type Failure = Error | { readonly code: string; readonly message: string };

/** The words for what went wrong; undefined where nothing did. */
export function useProblem(failure: Failure | null | undefined): ProblemText | undefined {
  const problems = useText(PROBLEMS);
  if (!failure) return undefined;
  const code = 'code' in failure ? failure.code : 'page';
  const title = problems.find(code);
  return {
    title: title ?? failure.message,
    detail: title ? failure.message : undefined,
    code,
    request: failure instanceof ServiceError ? failure.requestId : undefined,
  };
}

/** Says what went wrong and what to do next. */
export function ErrorState({
  error,
  onRetry,
  children,
}: {
  readonly error: Failure;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}) {
  const say = useText(SHARED);
  const { title, detail, code, request } = useProblem(error)!;
  return (
    <div role="alert" className="flex animate-rise gap-3.5 rounded-2xl border border-danger/30 bg-danger-soft p-4">
      <CircleAlert className="mt-0.5 size-5 shrink-0 text-danger" aria-hidden="true" />
      <div className="flex min-w-0 flex-col gap-1.5">
        <p className="font-semibold">{title}</p>
        {detail && (
          <p className="text-sm" dir="auto">
            {detail}
          </p>
        )}
        <p className="text-soft text-xs">
          <code dir="ltr">{code}</code>
          {request && (
            <>
              {' · '}
              <code dir="ltr">{request}</code>
            </>
          )}
        </p>
        {(onRetry || children) && (
          <div className="mt-1 flex flex-wrap gap-2">
            {onRetry && (
              <Button size="small" onClick={onRetry}>
                <RotateCw className="size-4" aria-hidden="true" />
                {say('retry')}
              </Button>
            )}
            {children}
          </div>
        )}
      </div>
    </div>
  );
}
