import type { ReactNode } from 'react';

/** The place where a face is seen: always of the same size, whatever is in it, so that nothing around it moves. */
export const Stage = ({ children }: { readonly children: ReactNode }) => (
  <div className="@container-[size] relative grid h-[min(64dvh,40rem)] min-h-72 place-items-center overflow-hidden rounded-3xl bg-stage max-md:h-[52dvh]">
    {children}
  </div>
);

/** A frame of a picture's shape, as large as the stage allows. */
export const Fitted = ({
  width,
  height,
  children,
}: {
  readonly width: number;
  readonly height: number;
  readonly children: ReactNode;
}) => (
  <div
    className="relative"
    style={{ aspectRatio: `${width} / ${height}`, width: `min(100cqw, ${(100 * width) / height}cqh)` }}
  >
    {children}
  </div>
);
