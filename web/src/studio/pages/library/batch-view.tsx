import { useBatch } from './batch.ts';
import { BatchForm } from './batch-form.tsx';
import { BatchTable } from './batch-table.tsx';

/** Many clips of one face: what to make, and then how far it is. */
export function BatchView() {
  const [batch, setBatch] = useBatch();
  return batch ? <BatchTable batch={batch} onBatch={setBatch} /> : <BatchForm onBatch={setBatch} />;
}
