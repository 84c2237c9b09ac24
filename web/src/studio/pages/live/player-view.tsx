import '../../../player/player.ts';
import type { DetailedHTMLProps, Ref } from 'react';
import type { OratorPlayer } from '../../../player/orator-player.ts';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'orator-player': DetailedHTMLProps<HTMLAttributes<OratorPlayer>, OratorPlayer> & {
        readonly muted?: boolean;
        readonly calm?: boolean;
        readonly label?: string;
      };
    }
  }
}

/** The element that plays sessions. In a chunk of its own, since it is most of what this page loads. */
export default function PlayerView({
  player,
  label,
  muted,
  calm,
  className,
}: {
  readonly player: Ref<OratorPlayer>;
  readonly label: string;
  readonly muted: boolean;
  readonly calm: boolean;
  readonly className: string;
}) {
  return <orator-player ref={player} label={label} muted={muted} calm={calm} className={className} />;
}
