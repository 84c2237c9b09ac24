import { PGlite } from '@electric-sql/pglite';
const t=performance.now(); const db = await PGlite.create('/tmp/w/pgl'); console.log('open', performance.now()-t);
