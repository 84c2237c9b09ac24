import { useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { SYSTEM } from '../../strings/system.ts';
import { PageTitle } from '../../ui/page-title.tsx';

/** The page System. */
export default function SystemPage() {
  const common = useText(SHARED);
  const say = useText(SYSTEM);
  return <PageTitle title={common('page.system')} hint={say('hint')} />;
}
