import { useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { SHARED } from '../../strings/shared.ts';
import { PageTitle } from '../../ui/page-title.tsx';

/** The page Library. */
export default function LibraryPage() {
  const common = useText(SHARED);
  const say = useText(LIBRARY);
  return <PageTitle title={common('page.library')} hint={say('hint')} />;
}
