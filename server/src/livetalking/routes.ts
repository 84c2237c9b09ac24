import type { App } from '../api/app.ts';
import { readJsonBodies } from '../api/json-body.ts';
import type { Service } from '../service/service.ts';
import { adminRoutes } from './admin-routes.ts';
import { asrRoute } from './asr-route.ts';
import { newsRoutes } from './news-routes.ts';
import { offerRoutes } from './offer-routes.ts';
import { recordRoutes } from './record-routes.ts';
import { answerRefusal } from './replies.ts';
import { speakRoutes } from './speak-routes.ts';
import { Talks } from './talks.ts';
import { taskRoutes } from './task-routes.ts';

/**
 * LiveTalking's own endpoints over our sessions, files and jobs, so that its web page and its callers go on after a change of address.
 * Keys are asked for as everywhere. The contract is LiveTalking's, so it is no part of `/openapi.json`.
 */
export function livetalkingRoutes(app: App, service: Service): void {
  if (service.config.values.ORATOR_LIVETALKING === false) return;
  const talks = new Talks(service);
  app.register(async (inner) => {
    inner.setErrorHandler(answerRefusal);
    inner.addHook('onRoute', (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    inner.removeContentTypeParser('text/plain');
    readJsonBodies(inner as App, '*'); // LiveTalking reads any body as JSON, whatever its type says
    for (const routes of [offerRoutes, speakRoutes, newsRoutes, recordRoutes, taskRoutes, adminRoutes, asrRoute]) {
      routes(inner as App, service, talks);
    }
  });
}
