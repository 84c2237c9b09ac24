const DATABASE = 'orator-studio';
const STORE = 'files';

/** Keeps a file in this browser by its name, in place of the one before; null forgets it. Where nothing can be kept, nothing is. */
export async function keepFile(name: string, file: File | null): Promise<void> {
  await withStore('readwrite', (store) => (file ? answerOf(store.put(file, name)) : answerOf(store.delete(name))));
}

/** A file that was kept; null where there is none. */
export async function keptFile(name: string): Promise<File | null> {
  const found = await withStore('readonly', (store) => answerOf(store.get(name)));
  return found instanceof File ? found : null;
}

async function withStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => Promise<T>): Promise<T | null> {
  try {
    const database = await open();
    try {
      return await act(database.transaction(STORE, mode).objectStore(STORE));
    } finally {
      database.close();
    }
  } catch {
    return null; // a private window, or a full disk: the draft lives as long as the page
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answerOf(request);
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
