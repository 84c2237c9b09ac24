import { type ReactNode, useEffect, useEffectEvent, useId, useRef, useState } from 'react';

/** Takes files that are dropped onto it, picked by a click, or pasted anywhere while nothing else wants the paste. */
export function FileDrop({
  label,
  accept,
  multiple = false,
  paste = true,
  onFiles,
  className = '',
  children,
}: {
  readonly label: string;
  /** As in `<input accept>`: what the browser offers; others may still come, and are for `onFiles` to refuse. */
  readonly accept: string;
  readonly multiple?: boolean;
  readonly paste?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
    return files.length > 0;
  };
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    if (paste && take(event.clipboardData?.files)) event.preventDefault();
  });
  useEffect(() => {
    const hear = (event: ClipboardEvent) => onPaste(event);
    document.addEventListener('paste', hear);
    return () => document.removeEventListener('paste', hear);
  }, []);
  return (
    <label
      htmlFor={id}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
      className={`relative block rounded-2xl border-2 border-line-strong border-dashed bg-sunken/40 transition-colors focus-within:border-accent hover:border-accent hover:bg-accent-soft/40 ${over ? 'border-accent bg-accent-soft' : ''} ${className}`}
    >
      <input
        ref={input}
        id={id}
        type="file"
        aria-label={label}
        accept={accept}
        multiple={multiple}
        className="absolute inset-0 size-full cursor-pointer opacity-0"
        onChange={() => {
          take(input.current?.files);
          input.current!.value = ''; // the same file may be picked again
        }}
      />
      {children}
    </label>
  );
}
