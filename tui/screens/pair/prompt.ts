/** Typing on the pair screen: a caption, or the folder that a variant is saved into. */

import type { Command } from '../../keymap.ts';
import type { ScreenAction, ScreenContext, Step } from '../screen.ts';
import { editLine, type LineEdit } from './line-editor.ts';
import { captionsOf, type PairState, type Prompt, variantOf } from './state.ts';
import { saveVariant } from './tasks.ts';
import { startScoring } from './variant.ts';

/** Commands that edit the line. */
const EDITS: Partial<Record<Command, Exclude<LineEdit['type'], 'insert'>>> = {
  left: 'left',
  right: 'right',
  first: 'home',
  last: 'end',
  erase: 'erase',
  'erase-next': 'delete',
  'erase-word': 'erase-word',
  clear: 'erase-line',
};

/** One action while something is typed. */
export function reducePrompt(
  state: PairState,
  action: ScreenAction,
  context: ScreenContext,
): Step<PairState> {
  const prompt = state.prompt!;
  if (action.type === 'text') return { state: edited(state, prompt, { type: 'insert', text: action.text }) };
  if (action.type !== 'command') return { state };
  const edit = EDITS[action.command];
  if (edit) return { state: edited(state, prompt, { type: edit }) };
  if (action.command === 'back') return { state: { ...state, prompt: undefined } };
  if (action.command !== 'open') return { state };
  return prompt.of === 'caption' ? enterCaption(state, prompt, context) : enterFolder(state, prompt, context);
}

function edited(state: PairState, prompt: Prompt, edit: LineEdit): PairState {
  return { ...state, prompt: { ...prompt, line: editLine(prompt.line, edit) } };
}

function enterCaption(state: PairState, { line }: Prompt, context: ScreenContext): Step<PairState> {
  const before = captionsOf(state, context);
  const caption = line.text.trim();
  if (caption === '')
    return {
      state,
      effects: [{ type: 'notice', text: 'A caption needs at least one word; Esc leaves it as it was.' }],
    };
  if (caption === before[state.caption]) return { state: { ...state, prompt: undefined } };
  const captions = before.map((text, c) => (c === state.caption ? caption : text));
  const seen: PairState = { ...state, panel: state.panel === 'clean' ? 'clean' : 'running' };
  return startScoring(seen, { captions, force: variantOf(state)?.force ?? false });
}

function enterFolder(state: PairState, { line }: Prompt, context: ScreenContext): Step<PairState> {
  const folder = line.text.trim();
  if (folder === '') return { state, effects: [{ type: 'notice', text: 'A folder needs a name.' }] };
  return {
    state: { ...state, folder, prompt: undefined },
    effects: [saveVariant(state.index, captionsOf(state, context), folder)],
  };
}
