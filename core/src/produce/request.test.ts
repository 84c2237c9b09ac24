import { describe, expect, test } from 'vitest';
import { parseEmotions } from './emotion-list.ts';
import { fieldsOf } from './fields.ts';
import { parseRequest, renderRequest } from './request.ts';

const refusal = (input: unknown) => {
  try {
    parseRequest(input);
  } catch (thrown) {
    return thrown as { code: string; message: string };
  }
  throw new Error('was accepted');
};

describe('a request', () => {
  test('has a value for every option when nothing is said', () => {
    expect(parseRequest({})).toMatchObject({
      engine: 'portrait',
      size: 'auto',
      fps: 25,
      face: 'largest',
      maxDuration: 3600,
    });
  });

  test.each([
    [{ fps: 9 }, 'The option fps must be at least 10.'],
    [{ fps: 61 }, 'The option fps must be at most 60.'],
    [{ fps: 24.5 }, 'The option fps must be a whole number.'],
    [{ size: '8k' }, 'The option size must be one of 512, auto, 720p, 1080p, 4k, source.'],
    [{ face: 'tallest' }, 'The option face must be largest, left, or a number counted from the left, from 0.'],
    [{ colour: 'red' }, 'There is no option "colour". See the list of options with --help.'],
  ])('%j is refused in one sentence that says what is allowed', (input, sentence) => {
    expect(refusal(input)).toMatchObject({ code: 'request/invalid', message: sentence });
  });

  test('refuses an emotion nobody has before any work is done', () => {
    expect(refusal({ emotion: 'hungry' }).message).toMatch(/^"hungry" is not an emotion\. Use one of neutral, happy/);
  });
});

describe('a list of emotions', () => {
  test('gives each its time and its own or the common intensity', () => {
    expect(parseEmotions('neutral@0, happy:0.8@2.5s,sad@6', 0.4)).toEqual([
      { emotion: 'neutral', intensity: 0.4, at: 0 },
      { emotion: 'happy', intensity: 0.8, at: 2.5 },
      { emotion: 'sad', intensity: 0.4, at: 6 },
    ]);
  });

  test.each(['happy@3,sad@3', 'happy:1.2', 'happy@', '', 'happy,,sad'])('"%s" is refused', (list) => {
    expect(() => parseEmotions(list, 0.5)).toThrow(expect.objectContaining({ code: 'request/invalid' }));
  });
});

test('every option of the schema is a field with a title of its own', () => {
  const fields = fieldsOf(renderRequest);
  expect(fields.map((field) => field.name)).toEqual(Object.keys(renderRequest.shape));
  for (const field of fields) expect(field.title).not.toBe(field.name);
  expect(fields.find((field) => field.name === 'fps')).toMatchObject({
    type: 'integer',
    minimum: 10,
    maximum: 60,
    default: 25,
  });
});
