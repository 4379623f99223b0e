/** What keys and results do to the pair screen; tasks are carried out by hand, with made services. */
import { describe, expect, test } from 'vitest';
import type { Interactive, RescoreEvent, RescoreRequest } from '../../../src/run/interactive-events.ts';
import { commandOf, KEYMAP } from '../../../tui/keymap.ts';
import { PAIR_KEYS } from '../../../tui/pair-keys.ts';
import { editedIn } from '../../../tui/screens/pair/edited.ts';
import { enterPair, initialPair, leavePair, reducePair } from '../../../tui/screens/pair/reduce.ts';
import { captionsOf, type PairState, variantOf } from '../../../tui/screens/pair/state.ts';
import type { Effect, ScreenContext, Step } from '../../../tui/screens/screen.ts';
import type { Services } from '../../../tui/services.ts';
import { madeContext, madeModel } from './made-model.ts';

const context = madeContext({ columns: 120, rows: 40 });

/** Presses keys as the keymap reads them. */
function press(state: PairState, keys: readonly string[], within: ScreenContext = context): Step<PairState> {
  let step: Step<PairState> = { state };
  const effects: Effect[] = [];
  for (const key of keys) {
    const typing = step.state.prompt !== undefined;
    const command = commandOf(key, 'pair', typing);
    if (command) step = reducePair(step.state, { type: 'command', command }, within);
    else if (typing) step = reducePair(step.state, { type: 'text', text: key }, within);
    effects.push(...(step.effects ?? []));
  }
  return { state: step.state, effects };
}

const tasks = ({ effects = [] }: Step<PairState>) =>
  effects.filter((effect): effect is Extract<Effect, { type: 'task' }> => effect.type === 'task');
const notices = ({ effects = [] }: Step<PairState>) =>
  effects.flatMap((effect) => (effect.type === 'notice' ? [effect.text] : []));

/** Carries out a task; everything it emits is reduced. */
async function carryOut(
  state: PairState,
  task: Extract<Effect, { type: 'task' }>,
  services: Services,
): Promise<PairState> {
  let next = state;
  await task.run(
    services,
    (value) => {
      next = reducePair(next, { type: 'result', key: task.key, value }, context).state;
    },
    new AbortController().signal,
  );
  return next;
}

/** Models that answer with these events. */
function answering(events: readonly RescoreEvent[], asked: RescoreRequest[] = []): Services {
  const interactive: Interactive = {
    async *score(request) {
      asked.push(request);
      yield* events;
    },
    reconstruct: () => Promise.reject(new Error('the model has no VAE decoder')),
    draw: () => Promise.reject(new Error('the model has no VAE decoder')),
    close: async () => {},
  };
  const model = { ...madeModel(), image: async () => ({ bytes: new Uint8Array(), name: 'x.png' }) };
  return { model, interactive: () => interactive };
}

const scored = (scorer: string): RescoreEvent => ({
  type: 'scored',
  scorer,
  result: { judgement: context.model.judge(scorer, 0)! },
});

const start = enterPair(initialPair(context), { order: [2, 0, 1], at: 1 }, context).state;

describe('walking', () => {
  test('goes through the list that it was come from, and says where it ends', () => {
    const next = press(start, ['n']);
    expect(next.state.index).toBe(1);
    expect(tasks(next).map(({ key }) => key)).toEqual(['image 1 0']);
    const last = press(next.state, ['right']);
    expect(last.state).toEqual(next.state);
    expect(notices(last)).toEqual(['This is the last example of the list.']);
    expect(press(start, ['p']).state.index).toBe(2);
  });

  test('edits of an example are there again when it is come back to, and so is what undo takes back', async () => {
    const first = press(start, ['e', '!', 'return']);
    const services = answering([scored('clip'), scored('diffusion')]);
    const once = await carryOut(first.state, tasks(first)[0]!, services);
    const second = press(once, ['e', '?', 'return']);
    const twice = await carryOut(second.state, tasks(second)[0]!, services);
    const away = press(twice, ['n']).state;
    expect(captionsOf(away, context)).toEqual(context.model.examples[1]!.captions);
    expect([...editedIn(away)]).toEqual([0]);
    const back = press(away, ['p']);
    expect(captionsOf(back.state, context)[0]).toBe('a cat on a dog!?');
    // Scored already: nothing is scored again.
    expect(tasks(back).map(({ key }) => key)).toEqual(['image 0 0', 'image 0 1']);
    expect(captionsOf(press(back.state, ['u']).state, context)[0]).toBe('a cat on a dog!');
    const none = press(back.state, ['u', 'u', 'n']).state;
    expect([...editedIn(none)]).toEqual([]);
    const listed = enterPair(away, { order: [2, 0], at: 1 }, context).state;
    expect(captionsOf(listed, context)[0]).toBe('a cat on a dog!?');
  });

  test('an edit that was left while it was scored is scored anew when it is seen again', () => {
    const away = press(start, ['e', '!', 'return', 'n']).state;
    const back = press(away, ['p']);
    expect(tasks(back).map(({ key }) => key)).toEqual(['image 0 0', 'image 0 1', 'score']);
    expect(back.state.variants).toHaveLength(1);
  });

  test('edits outlast a look at another run', () => {
    const left = leavePair(press(start, ['e', '!', 'return']).state);
    expect([...editedIn(left)]).toEqual([0]);
    expect(captionsOf(enterPair(left, { order: [0], at: 0 }, context).state, context)[0]).toBe(
      'a cat on a dog!',
    );
  });

  test('coming back to the same example keeps edits, another one has none of them', () => {
    const loaded = reducePair(
      start,
      { type: 'result', key: 'image 0 0', value: { missing: 'gone' } },
      context,
    ).state;
    const edited = press(loaded, ['e', 'x', 'return']).state;
    expect(enterPair(edited, { order: [2, 0, 1], at: 1 }, context).state.variants).toHaveLength(1);
    expect(press(edited, ['n']).state.variants).toEqual([]);
    expect(tasks(press(edited, ['n'])).map(({ key }) => key)).toContain('score');
  });

  test('an image of another example that comes late changes nothing', () => {
    const late = reducePair(start, { type: 'result', key: 'image 2 0', value: { missing: 'late' } }, context);
    expect(late.state).toBe(start);
  });
});

describe('looking', () => {
  test('m goes round the ways of drawing heat maps; z gives and takes the room', () => {
    expect(['m', 'm', 'm'].reduce((state, key) => press(state, [key]).state, start)).toEqual(start);
    expect(press(start, ['m']).state.heat).toBe('beside');
    expect(press(press(start, ['z']).state, ['z']).state).toEqual(start);
  });

  test(', and . choose timesteps of the plan, from its middle', () => {
    const chosen = press(start, ['.']).state;
    expect(chosen.timestep).toBe(531);
    expect(press(chosen, [',', ',']).state.timestep).toBe(406);
    const first = press(chosen, new Array<string>(40).fill(',')).state;
    expect(first.timestep).toBe(31);
    expect(press(first, [',']).state).toBe(first);
  });

  test('a and b choose the captions that are contrasted; they never become one', () => {
    const many = enterPair(start, { order: [1], at: 0 }, context).state;
    expect([many.first, many.second]).toEqual([2, expect.any(Number)]);
    const moved = press(many, ['end', 'a']).state;
    expect(moved.first).toBe(3);
    const same = press(moved, ['b']).state;
    expect(same.first).not.toBe(same.second);
    expect(same.second).toBe(3);
  });

  test('x asks for reconstructions at the chosen timestep, once per image and place', () => {
    const opened = press(start, ['x']);
    expect(tasks(opened).map(({ key }) => key)).toEqual(['clean 0 0', 'clean 0 1']);
    expect(opened.state.timestep).toBe(531);
    expect(tasks(press(opened.state, ['j']))).toEqual([]);
    expect(tasks(press(opened.state, ['.'])).map(({ key }) => key)).toEqual(['clean 0 0', 'clean 0 1']);
  });

  test('a model without a decoder says so in the picture’s place', async () => {
    const opened = press(start, ['x']);
    const after = await carryOut(opened.state, tasks(opened)[0]!, answering([]));
    expect(after.clean[0]?.message).toBe('The model has no VAE decoder.');
  });
});

describe('drawing', () => {
  const opened = press(start, ['d']);

  test('d asks for A and B from one noise, again for the next noise, another panel stops it', () => {
    expect(tasks(opened).map(({ key }) => key)).toContain('drawn');
    expect(opened.state.drawn).toMatchObject({
      scorer: 'diffusion',
      captions: captionsOf(start, context),
      seed: 0,
    });
    expect(press(opened.state, ['d']).state.drawSeed, 'not before the first is there').toBe(0);
    const picture = { width: 1, height: 1, data: new Uint8Array(3) };
    const there = { ...opened.state, drawn: { ...opened.state.drawn!, pictures: [picture, picture] } };
    const again = press(there, ['d']);
    expect(again.state.drawn).toMatchObject({ seed: 1, done: 0 });
    const left = press(again.state, ['t']);
    expect(left.state.drawn).toBeUndefined();
    expect(tasks(left).map(({ key }) => key)).toEqual(['drawn']);
  });

  test('says how far it is, shows what comes, or why nothing does', async () => {
    const picture = { width: 1, height: 1, data: new Uint8Array(3) };
    const drawing = tasks(opened).find(({ key }) => key === 'drawn')!;
    const seen: unknown[] = [];
    const services = answering([]);
    const draw: Interactive['draw'] = async (_, { captions }, watch) => {
      watch?.onProgress?.({ done: 1, total: 2 });
      return captions.map(() => picture);
    };
    const able = { ...services, interactive: () => ({ ...services.interactive!(context.model), draw }) };
    await drawing.run(able, (value) => seen.push(value), new AbortController().signal);
    expect(seen).toMatchObject([{ done: 1, total: 2 }, { pictures: [picture, picture] }]);
    const without = await carryOut(opened.state, drawing, services);
    expect(without.drawn?.message).toBe('The model has no VAE decoder.');
  });
});

describe('editing', () => {
  const typed = press(start, ['e', 'ctrl-w', 'c', 'o', 'w']);

  test('e opens the caption, keys are text, Enter scores it by every scorer', async () => {
    expect(typed.state.prompt?.line.text).toBe('a cat on a cow');
    const entered = press(typed.state, ['return']);
    expect(entered.state.prompt).toBeUndefined();
    expect(captionsOf(entered.state, context)).toEqual(['a cat on a cow', 'a dog on a cat']);
    expect(tasks(entered).map(({ key }) => key)).toEqual(['score']);
    const asked: RescoreRequest[] = [];
    const done = await carryOut(
      entered.state,
      tasks(entered)[0]!,
      answering([{ type: 'loading', scorer: 'clip' }, scored('clip')], asked),
    );
    expect(asked[0]).toMatchObject({ captions: ['a cat on a cow', 'a dog on a cat'], force: false });
    expect(variantOf(done)?.standings.clip).toMatchObject({ state: 'done' });
    expect(done.panel).toBe('running');
  });

  test('Escape leaves the caption as it was, an unchanged one is not scored, an empty one is refused', () => {
    expect(press(typed.state, ['escape']).state).toEqual(start);
    expect(tasks(press(start, ['e', 'return']))).toEqual([]);
    const empty = press(start, ['e', 'ctrl-u', 'return']);
    expect(empty.state.prompt).toBeDefined();
    expect(notices(empty)).toEqual(['A caption needs at least one word; Esc leaves it as it was.']);
  });

  test('captions that are not kept cannot be edited or reconstructed', () => {
    const example = { ...context.model.examples[0]!, captions: ['caption 0', 'caption 1'] };
    const task = { ...context.model.task, redistribution: 'none' as const };
    const kept = { ...context, model: { ...context.model, task, examples: [example] } };
    const seen = enterPair(initialPair(kept), { order: [0], at: 0 }, kept).state;
    const asked = press(seen, ['e'], kept);
    expect(asked.state).toBe(seen);
    expect(notices(asked)).toEqual([
      'The captions of this task are not kept in runs, and the task it was made of is not here.',
    ]);
    expect(tasks(press(seen, ['x'], kept))).toEqual([]);
  });

  test('q and ? are letters while a caption is typed', () => {
    expect(press(start, ['e', 'q', '?']).state.prompt?.line.text).toBe('a cat on a dogq?');
  });

  test('u takes edits back one by one, and ends the scoring', async () => {
    const first = press(typed.state, ['return']);
    const once = await carryOut(
      first.state,
      tasks(first)[0]!,
      answering([scored('clip'), scored('diffusion')]),
    );
    const twice = press(once, ['e', '!', 'return']);
    expect(captionsOf(twice.state, context)[0]).toBe('a cat on a cow!');
    const undone = press(twice.state, ['u']);
    expect(captionsOf(undone.state, context)[0]).toBe('a cat on a cow');
    expect(variantOf(undone.state)?.standings.diffusion?.state).toBe('done');
    const all = press(undone.state, ['u']);
    expect(captionsOf(all.state, context)[0]).toBe('a cat on a dog');
    expect(tasks(all).map(({ key }) => key)).toEqual(['score']);
    expect(notices(press(all.state, ['u']))).toEqual(['There is nothing to undo.']);
  });

  test('undoing to an edit whose scoring was interrupted scores it anew', () => {
    const interrupted = press(typed.state, ['return', 'e', '!', 'return']);
    const undone = press(interrupted.state, ['u']);
    expect(undone.state.variants).toHaveLength(1);
    expect(tasks(undone).map(({ key }) => key)).toEqual(['score']);
  });

  test('f forces what was refused, and nothing else', async () => {
    const entered = press(typed.state, ['return']);
    expect(tasks(press(entered.state, ['f']))).toEqual([]);
    const message = 'The model does not know the word "cow".';
    const refused = await carryOut(
      entered.state,
      tasks(entered)[0]!,
      answering([{ type: 'refused', scorer: 'diffusion', message }]),
    );
    expect(variantOf(refused)?.standings.diffusion).toMatchObject({ state: 'refused', message });
    const forced = press(refused, ['f']);
    expect(variantOf(forced.state)?.force).toBe(true);
    expect(forced.state.variants).toHaveLength(1);
    const asked: RescoreRequest[] = [];
    await carryOut(forced.state, tasks(forced)[0]!, answering([], asked));
    expect(asked[0]?.force).toBe(true);
  });

  test('an image that is gone is told in one sentence, and so is a dashboard without models', async () => {
    const entered = press(typed.state, ['return']);
    const gone = await carryOut(entered.state, tasks(entered)[0]!, { ...answering([]), model: madeModel() });
    expect(variantOf(gone)?.problem).toBe('The task is not here.');
    const bare = await carryOut(entered.state, tasks(entered)[0]!, { model: madeModel() });
    expect(variantOf(bare)?.problem).toBe('This dashboard was opened without the means to score.');
  });
});

describe('saving', () => {
  test('asks for a folder, remembers it, and tells where it went', async () => {
    const edited = press(start, ['e', '!', 'return']).state;
    const prompt = press(edited, ['s']).state;
    expect(prompt.prompt).toMatchObject({ of: 'folder', line: { text: './my-variants' } });
    const saving = press(prompt, ['2', 'return']);
    expect(saving.state.folder).toBe('./my-variants2');
    const saved: unknown[] = [];
    const services: Services = {
      ...answering([]),
      saveVariant: async ({ captions, folder, index, images }) => {
        saved.push({ captions, folder, index, images: images.length });
        return { file: `${folder}/examples.jsonl`, id: 'one-edit-1', isKnown: saved.length > 1 };
      },
    };
    const task = tasks(saving).find(({ key }) => key === 'save')!;
    let told: string[] = [];
    const save = () =>
      task.run(
        services,
        (value) => {
          told = notices(reducePair(saving.state, { type: 'result', key: 'save', value }, context));
        },
        new AbortController().signal,
      );
    await save();
    expect(saved).toEqual([
      { captions: ['a cat on a dog!', 'a dog on a cat'], folder: './my-variants2', index: 0, images: 2 },
    ]);
    expect(told).toEqual(['Saved as "one-edit-1" in ./my-variants2/examples.jsonl.']);
    await save();
    expect(told).toEqual(['Saved already as "one-edit-1" in ./my-variants2/examples.jsonl; nothing added.']);
  });

  test('needs an edit', () => {
    expect(notices(press(start, ['s']))).toEqual(['Nothing is edited: e edits a caption.']);
  });
});

test('every key of the pair screen means one thing there', () => {
  const keys = KEYMAP.filter(({ screens }) => !screens || screens.includes('pair')).flatMap(
    ({ keys: own, command }) => own.map((key) => [key, command] as const),
  );
  const own = new Map(
    PAIR_KEYS.flatMap(({ keys: list, command }) => list.map((key) => [key, command] as const)),
  );
  for (const [key, command] of own) {
    expect(
      keys.filter(([other]) => other === key).map(([, name]) => name),
      key,
    ).toEqual([command]);
    expect(commandOf(key, 'pair', false)).toBe(command);
  }
});
