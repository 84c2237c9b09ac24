import type { JsonSchema } from '@orator/core/produce/field';
import { queryOptions } from '@tanstack/react-query';

interface ApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
}

/** What the service's own document says of a body by its name, such as `VideoRequest`: what forms are made from. */
export const schemaQuery = (name: string) =>
  queryOptions({
    queryKey: ['schemas'],
    staleTime: Number.POSITIVE_INFINITY, // it changes with the version of the service, which brings another page
    queryFn: async ({ signal }) => {
      const response = await fetch('/openapi.json', { signal });
      if (!response.ok) throw new Error(`The service does not describe itself: it answers ${response.status}.`);
      return (await response.json()) as ApiDocument;
    },
    select: (document): JsonSchema => document.components?.schemas?.[name] ?? {},
  });
