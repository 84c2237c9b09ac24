import { Boxes, Gauge, ListChecks, ScrollText } from 'lucide-react';
import { go, usePlace } from '../../app/navigation.tsx';
import { useText } from '../../strings/language.tsx';
import { SHARED } from '../../strings/shared.ts';
import { SYSTEM } from '../../strings/system.ts';
import { PageTitle } from '../../ui/page-title.tsx';
import { type Tab, Tabs } from '../../ui/tabs.tsx';
import { JobList } from './job-list.tsx';
import { LogView } from './log-view.tsx';
import { MachineView } from './machine-view.tsx';
import { useMayAdmin } from './may-admin.ts';
import { ModelsView } from './models-view.tsx';

type View = 'jobs' | 'models' | 'machine' | 'log';

/** The page System: jobs at `/system`, engines and models at `/system/models`, the machine at `/system/machine`, logs at `/system/log`. */
export default function SystemPage() {
  const common = useText(SHARED);
  const say = useText(SYSTEM);
  const { path } = usePlace();
  const mayAdmin = useMayAdmin();
  const views: readonly Tab<View>[] = [
    { name: 'jobs', label: say('tab.jobs'), icon: ListChecks, content: <JobList /> },
    { name: 'models', label: say('tab.models'), icon: Boxes, content: <ModelsView /> },
    { name: 'machine', label: say('tab.machine'), icon: Gauge, content: <MachineView /> },
    ...(mayAdmin ? [{ name: 'log', label: say('log'), icon: ScrollText, content: <LogView /> } as const] : []),
  ];
  const open = views.find(({ name }) => path === `/system/${name}`)?.name ?? 'jobs';
  return (
    <>
      <PageTitle title={common('page.system')} hint={say('hint')} />
      <Tabs
        label={common('page.system')}
        tabs={views}
        open={open}
        compact
        onOpen={(name) => go(name === 'jobs' ? '/system' : `/system/${name}`)}
      />
    </>
  );
}
