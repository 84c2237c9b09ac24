import { useText } from '../../strings/language.tsx';
import { MAKE } from '../../strings/make.ts';
import { SHARED } from '../../strings/shared.ts';
import { PageTitle } from '../../ui/page-title.tsx';

/** The page Make. */
export default function MakePage() {
  const common = useText(SHARED);
  const say = useText(MAKE);
  return <PageTitle title={common('page.make')} hint={say('hint')} />;
}
