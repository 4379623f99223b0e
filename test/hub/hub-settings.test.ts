import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { HubError, UsageError } from '../../src/errors.ts';
import { hubSettings } from '../../src/hub/hub-settings.ts';
import { temporaryFolder } from '../temporary.ts';

const settings = (env: Record<string, string>) =>
  hubSettings({}, { HF_TOKEN_PATH: '/nowhere/token', ...env });

describe('where the cache is', () => {
  test.each([
    [{}, join(homedir(), '.cache/huggingface/hub')],
    [{ XDG_CACHE_HOME: '/x' }, '/x/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, '/h/hub'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HF_HOME: '/h', HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/new' }, '/new'],
    [{ HF_HUB_CACHE: '~/hub' }, join(homedir(), 'hub')],
    [{ HF_HUB_CACHE: '$DISK/hub', DISK: '/d' }, '/d/hub'],
    [{ HF_HUB_CACHE: '', HF_HOME: '/h' }, '/h/hub'],
  ])('%j', (env, cache) => expect(settings(env).cache).toBe(cache));
});

describe('the token', () => {
  test('comes from HF_TOKEN, then HUGGING_FACE_HUB_TOKEN, then the file', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'token'), 'hf_file\n');
    const of = (env: Record<string, string>) => hubSettings({}, { HF_HOME: folder, ...env }).token?.reveal();
    expect(of({})).toBe('hf_file');
    expect(of({ HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toBe('hf_old');
    expect(of({ HUGGING_FACE_HUB_TOKEN: 'hf_old', HF_TOKEN: ' hf_new\n' })).toBe('hf_new');
    expect(of({ HF_TOKEN_PATH: join(folder, 'other') })).toBeUndefined();
    expect(of({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
  });

  test('is not shown by anything that prints settings', () => {
    const shown = settings({ HF_TOKEN: 'hf_secret' });
    for (const text of [
      JSON.stringify(shown),
      inspect(shown, { depth: 9, showHidden: true }),
      `${shown.token}`,
    ])
      expect(text).not.toContain('hf_secret');
  });

  test('that cannot be one is refused without being repeated', () => {
    const broken = () => settings({ HF_TOKEN: 'hf_se cret' });
    expect(broken).toThrow(HubError);
    expect(broken).not.toThrow(/hf_se|cret/);
  });
});

describe('offline', () => {
  test.each([
    ['1', true],
    ['true', true],
    ['YES', true],
    ['0', false],
    ['', false],
    ['no', false],
  ])('HF_HUB_OFFLINE=%s', (value, offline) => {
    expect(settings({ HF_HUB_OFFLINE: value }).offline).toBe(offline);
  });

  test('also by the flag', () => expect(hubSettings({ offline: true }, {}).offline).toBe(true));
});

describe('the endpoint', () => {
  test.each([
    [{}, 'https://huggingface.co'],
    [{ HF_ENDPOINT: 'https://mirror.example/' }, 'https://mirror.example'],
    [{ HF_ENDPOINT: 'http://host:8080/hub//' }, 'http://host:8080/hub'],
  ])('%j', (env, endpoint) => expect(settings(env).endpoint).toBe(endpoint));

  test.each(['mirror.example', 'ftp://x', 'https://user:hf_secret@host'])('refuses %s', (address) => {
    const broken = () => settings({ HF_ENDPOINT: address });
    expect(broken).toThrow(UsageError);
    expect(broken).not.toThrow(/hf_secret/);
  });
});
