import { Undo2 } from 'lucide-react';
import { callBack, REGRET_SECONDS, useFarewells } from '../service/farewells.ts';
import { FAREWELLS } from '../strings/farewells.ts';
import { useText } from '../strings/language.tsx';
import { SHARED } from '../strings/shared.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorState } from './error-state.tsx';

/** Says what is about to be deleted, and keeps it for who asks. */
export function FarewellBar() {
  const say = useText(FAREWELLS);
  const shared = useText(SHARED);
  const farewells = useFarewells();
  return (
    <div role="status" className="fixed inset-x-0 bottom-20 z-30 flex flex-col items-center gap-2 px-4 md:bottom-6">
      {farewells.map(({ id, name, error }) =>
        error ? (
          <div key={id} className="w-full max-w-xl shadow-card">
            <ErrorState error={error}>
              <Button size="small" onClick={() => callBack(id)}>
                {shared('close')}
              </Button>
            </ErrorState>
          </div>
        ) : (
          <div
            key={id}
            className="flex max-w-xl animate-rise items-center gap-3 rounded-2xl border border-line bg-raised py-2 ps-4 pe-2 shadow-card"
          >
            <span className="line-clamp-2">{say('going', { name, count: REGRET_SECONDS })}</span>
            <Button kind="quiet" className="text-accent" onClick={() => callBack(id)}>
              <Undo2 className="size-4 rtl:-scale-x-100" aria-hidden="true" />
              {say('undo')}
            </Button>
          </div>
        ),
      )}
    </div>
  );
}

/** Asks whether something shall really be deleted; `hint` says what goes with it. */
export function FarewellDialog({
  name,
  hint,
  onClose,
  onDelete,
}: {
  readonly name: string;
  readonly hint: string;
  readonly onClose: () => void;
  readonly onDelete: () => void;
}) {
  const say = useText(FAREWELLS);
  const shared = useText(SHARED);
  return (
    <Dialog title={say('sure', { name })} hint={hint} open onClose={onClose}>
      <div className="flex justify-end gap-2 pt-2">
        <Button onClick={onClose}>{shared('cancel')}</Button>
        <Button kind="danger" onClick={onDelete}>
          {shared('delete')}
        </Button>
      </div>
    </Dialog>
  );
}
