import { useText } from '../../strings/language.tsx';
import { LIVE } from '../../strings/live.ts';
import { SHARED } from '../../strings/shared.ts';
import { PageTitle } from '../../ui/page-title.tsx';

/** The page Live. */
export default function LivePage() {
  const common = useText(SHARED);
  const say = useText(LIVE);
  return <PageTitle title={common('page.live')} hint={say('hint')} />;
}
