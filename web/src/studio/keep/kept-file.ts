import { useCallback, useEffect, useState } from 'react';
import { keepFile, keptFile } from './file-shelf.ts';

/** A file that survives a reload, by its name: undefined until it is known whether there is one. */
export function useKeptFile(name: string): readonly [File | null | undefined, (file: File | null) => void] {
  const [file, setFile] = useState<File | null>();
  useEffect(() => {
    let left = false;
    void keptFile(name).then((found) => left || setFile((chosen) => (chosen === undefined ? found : chosen)));
    return () => {
      left = true;
    };
  }, [name]);
  const choose = useCallback(
    (chosen: File | null) => {
      setFile(chosen);
      void keepFile(name, chosen);
    },
    [name],
  );
  return [file, choose];
}
