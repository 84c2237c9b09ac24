import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import './styles/studio.css';

// Styles that dialogs put into the page while they are open carry the word that its rules ask for.
setNonce(document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '');

createRoot(document.getElementById('studio')!).render(<App />);
