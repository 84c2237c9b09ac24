import { fieldsOf } from '@orator/core/produce/fields';
import { renderRequest } from '@orator/core/produce/request';
import { expect, test } from 'vitest';
import { choicesOf } from '../../ui/schema-form.tsx';
import { withOption } from './make-draft.ts';
import { PRESETS, presetOf, presetsFor } from './presets.ts';

const fields = fieldsOf(renderRequest);

test('the presets are ones that the service knows, and a draft is one of them until it is changed', () => {
  expect(presetsFor(fields)).toEqual(['fast', 'balanced', 'high']);
  for (const [name, options] of Object.entries(PRESETS)) expect(presetOf(options, fields)).toBe(name);
  expect(presetOf(withOption(PRESETS.high, 'fps', 12), fields)).toBeUndefined();
  expect(presetOf({ ...PRESETS.high, emotion: 'happy' }, fields)).toBe('high');
});

test('a service that lacks a size has no preset with it', () => {
  const small = fields.map((field) => (field.name === 'size' ? { ...field, choices: ['512'] } : field));
  expect(presetsFor(small)).toEqual(['fast']);
  expect(presetsFor(fields.filter(({ name }) => name !== 'fps'))).toEqual([]);
});

test('lists and words with commas between become choices, descriptions do not', () => {
  const choices = Object.fromEntries(fields.map((field) => [field.name, choicesOf(field)]));
  expect(choices.gaze).toEqual(['natural', 'camera', 'away']);
  expect(choices.emotion).toContain('surprised');
  expect(choices.engine).toEqual(['portrait', 'wav2lip']);
  expect([choices.face, choices.text, choices.fps]).toEqual([undefined, undefined, undefined]);
});
