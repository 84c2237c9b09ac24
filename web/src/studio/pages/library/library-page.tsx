import { Images, Layers } from 'lucide-react';
import { go, usePlace } from '../../app/navigation.tsx';
import { useText } from '../../strings/language.tsx';
import { LIBRARY } from '../../strings/library.ts';
import { SHARED } from '../../strings/shared.ts';
import { FarewellBar } from '../../ui/farewell-bar.tsx';
import { PageTitle } from '../../ui/page-title.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { BatchView } from './batch-view.tsx';
import { FilesView } from './files-view.tsx';

/** The page Library: `/library` has all files, `/library/batch` makes many clips at once. */
export default function LibraryPage() {
  const common = useText(SHARED);
  const say = useText(LIBRARY);
  const isBatch = usePlace().path === '/library/batch';
  return (
    <>
      <PageTitle title={common('page.library')} hint={say('hint')} />
      <Tabs
        label={common('page.library')}
        compact
        open={isBatch ? 'batch' : 'files'}
        onOpen={(name) => go(name === 'batch' ? '/library/batch' : '/library')}
        tabs={[
          { name: 'files', label: say('tab.files'), icon: Images, content: <FilesView /> },
          { name: 'batch', label: say('tab.batch'), icon: Layers, content: <BatchView /> },
        ]}
      />
      <FarewellBar />
    </>
  );
}
