import { OratorPlayer } from './orator-player.ts';

export { OratorPlayer };

if (!customElements.get('orator-player')) customElements.define('orator-player', OratorPlayer);
