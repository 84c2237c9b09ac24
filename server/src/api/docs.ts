import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { App } from './app.ts';

const REDOC_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orator API</title>
<body style="margin:0">
<redoc spec-url="/openapi.json" disable-google-font="true" hide-download-button="false"></redoc>
<script src="/redoc/redoc.js"></script>
</body>
</html>
`;

/**
 * The schema of a route as the document has it. What writes that one marks the names of HEAD routes, which often share them with GET; ours
 * have their own.
 */
export const documentedRoute: typeof jsonSchemaTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route);
  return { url, schema: { ...schema, operationId: schema?.operationId?.replace(/-head$/, '') } };
};

/** `/openapi.json`, and the two ways to read it: Swagger UI at `/docs`, ReDoc at `/redoc`. Nothing comes from elsewhere. */
export async function docsRoutes(app: App): Promise<void> {
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { persistAuthorization: true } });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  let redoc: Promise<Buffer> | undefined;
  app.get('/redoc', { schema: { hide: true } }, async (_request, reply) => reply.type('text/html').send(REDOC_PAGE));
  app.get('/redoc/redoc.js', { schema: { hide: true } }, async (_request, reply) => {
    redoc ??= readFile(createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js'));
    return reply
      .type('text/javascript')
      .header('cache-control', 'public, max-age=86400')
      .send(await redoc);
  });
}
