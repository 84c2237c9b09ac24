import { OratorError } from '@orator/core/base/errors';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** What every route takes where a key is asked for. */
const EVERYWHERE = ['ticket'];

/**
 * Holds the documented routes of `/api/v1` to their query parameters, as their bodies are held to their fields: a filter that is not known
 * must not seem to be one that all fits.
 * @throws {OratorError} `request/invalid`
 */
export function checkQuery({ query, routeOptions: { url, schema } }: FastifyRequest): void {
  const asked = Object.keys(query as object);
  if (asked.length === 0 || !url?.startsWith('/api/v1/') || schema?.hide) return;
  const own = schema?.querystring instanceof z.ZodObject ? Object.keys(schema.querystring.shape) : [];
  const wrong = asked.find((name) => !own.includes(name) && !EVERYWHERE.includes(name));
  if (wrong === undefined) return;
  const known = own.length > 0 ? `Known are: ${own.join(', ')}.` : 'There are none here.';
  throw new OratorError('request/invalid', `There is no query parameter "${wrong.slice(0, 40)}". ${known}`);
}
