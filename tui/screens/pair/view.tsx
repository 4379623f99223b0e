import { Lines, Rows } from '../../components/rows.tsx';
import { shown, sized, wrap } from '../../text.ts';
import { verdictSentence } from '../examples/sentences.ts';
import { type ScreenContext, screen, type ViewProps } from '../screen.ts';
import { enterPair, initialPair, type PairState, reducePair } from './state.ts';

/** One example in full: captions, verdicts, score matrices. */
export function PairView({ state, context }: ViewProps<PairState>) {
  const lines = pairLines(state, context);
  if (context.theme.linear) return <Lines lines={lines} />;
  return <Rows lines={lines.slice(Math.min(state.top, lines.length - 1))} height={context.height} />;
}

function pairLines({ order, at }: PairState, context: ScreenContext): string[] {
  const { model, theme, width } = context;
  const index = order[at];
  const example = index === undefined ? undefined : model.examples[index];
  if (index === undefined || !example) return [' No example.'];
  const lines = [
    ` ${theme.paint('title', `Example ${shown(example.id)}`)}${theme.paint('muted', `  ${at + 1} of ${order.length}  ${example.tags.map(shown).join(', ')}`)}`,
    '',
  ];
  for (const [k, caption] of example.captions.entries())
    lines.push(
      ...wrap(shown(caption), width - 5).map((text, n) => ` ${sized(n === 0 ? `${k}` : '', 3)}${text}`),
    );
  for (const { name } of model.scorers) {
    lines.push('', ...wrap(verdictSentence(context, name, index), width - 2).map((text) => ` ${text}`));
    const scores = model.judge(name, index)?.scores;
    for (const [image, row] of ((scores?.normalized ?? scores?.raw) || []).entries())
      lines.push(
        `   image ${image}  ${row
          .slice(0, 8)
          .map((value) => sized(value.toFixed(4), 10))
          .join('')}`.slice(0, width),
      );
  }
  return lines;
}

export const pairScreen = screen<PairState>({
  name: 'pair',
  title: 'Pair',
  initial: initialPair,
  enter: enterPair,
  reduce: reducePair,
  View: PairView,
});
