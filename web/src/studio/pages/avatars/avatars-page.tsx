import { AVATARS } from '../../strings/avatars.ts';
import { useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { PageTitle } from '../../ui/page-title.tsx';

/** The page Avatars. */
export default function AvatarsPage() {
  const common = useText(SHARED);
  const say = useText(AVATARS);
  return <PageTitle title={common('page.avatars')} hint={say('hint')} />;
}
