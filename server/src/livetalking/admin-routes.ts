import type { App } from '../api/app.ts';
import { requireScope } from '../api/keys.ts';
import { shownValue } from '../config.ts';
import type { Service } from '../service/service.ts';
import { SETTINGS, type SettingName } from '../settings.ts';
import { sessionConfig } from '../stream/client-message.ts';
import { done } from './replies.ts';
import type { Talks } from './talks.ts';

/** What LiveTalking's page of its operator shows: settings without their secrets, and all live sessions. */
export function adminRoutes(app: App, { config, live }: Service, talks: Talks): void {
  const usual = sessionConfig.parse({});
  const common = { model: 'portrait', transport: 'webrtc', batch_size: 1 };

  app.get('/api/admin/config', async ({ caller }) => {
    requireScope(caller, 'admin');
    const { ORATOR_PORT, ORATOR_LIVE_AVATAR } = config.values;
    const names = Object.keys(SETTINGS) as SettingName[];
    return done({
      config: {
        ...common,
        ...{ avatar_id: ORATOR_LIVE_AVATAR ?? '', tts: 'espeak-ng', REF_FILE: usual.voice, fps: usual.fps },
        ...{ listenport: ORATOR_PORT, max_session: live.sessions.most, push_url: '' },
        ...Object.fromEntries(names.map((name) => [name, shownValue(config, name)])),
      },
    });
  });

  app.get('/api/admin/sessions', async ({ caller }) => {
    requireScope(caller, 'admin');
    const sessions = live.sessions.list().map((session) => {
      const { avatar, actions } = talks.of(session);
      return {
        sessionid: session.id,
        speaking: session.isBusy,
        recording: session.recording !== undefined,
        ...common,
        avatar_id: avatar ?? '',
        REF_FILE: session.voice,
        customopt: actions.actions,
        audiotype: actions.current,
      };
    });
    return done({ sessions });
  });
}
