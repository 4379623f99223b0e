import { useEffect } from 'react';
import { exactly } from '../../components/lines.ts';
import { Lines, Rows } from '../../components/rows.tsx';
import type { Graphics, Placement } from '../../images/graphics.ts';
import { Painter } from '../../images/painter.ts';
import { type ScreenContext, screen, type ViewProps } from '../screen.ts';
import { captionLines, editorText } from './caption-lines.ts';
import { layoutOf } from './layout.ts';
import { panelLines } from './panel-lines.ts';
import { enterPair, initialPair, leavePair, reducePair } from './reduce.ts';
import { pairSentences } from './sentences.ts';
import type { PairState } from './state.ts';
import { statusLines } from './status-lines.ts';
import { mainLines, titleLine } from './upper-lines.ts';

/** One example: its images, captions and scores, where they differ, and what becomes of them when edited. */
export function PairView({ state, context }: ViewProps<PairState>) {
  const painter = new Painter(context.theme, context.theme.linear ? undefined : context.graphics);
  const lines = context.theme.linear ? pairSentences(state, context) : pairLines(state, context, painter);
  useHeld(painter.placements, context.graphics);
  if (context.theme.linear) return <Lines lines={lines} />;
  return <Rows lines={lines} height={context.height} />;
}

/** Lets the terminal hold the images of this drawing until another one does without them. */
function useHeld(placements: readonly Placement[], graphics: Graphics | undefined): void {
  const ids = placements.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: a placement is its number
  useEffect(() => {
    for (const placement of placements) graphics?.hold(placement);
    return () => {
      for (const placement of placements) graphics?.release(placement);
    };
  }, [ids, graphics]);
}

/** The whole screen, exactly `context.height` lines. */
export function pairLines(state: PairState, context: ScreenContext, painter: Painter): string[] {
  if (!context.model.examples[state.index]) return exactly([' No example.'], context.height);
  const layout = layoutOf(state, context);
  const folder = state.prompt?.of === 'folder' ? folderLine(state, context) : undefined;
  const lines = [
    folder ?? titleLine(state, context),
    ...captionLines(state, context, layout.captions),
    ...exactly(statusLines(state, context), layout.status),
    ...(state.zoom ? [] : mainLines(state, context, { layout, painter })),
    ...panelLines(state, context, { layout, painter }),
  ];
  return exactly(lines, context.height);
}

function folderLine({ prompt }: PairState, { theme, width }: ScreenContext): string {
  const label = 'Save the edited example into: ';
  return ` ${theme.paint('accent', label)}${editorText(prompt!.line, width - label.length - 2, theme)}`;
}

const LINE_KEYS = [
  ['←→', 'move'],
  ['Ctrl-W', 'erases a word'],
  ['Ctrl-U', 'erases all'],
] as const;

/** Keys while something is typed. */
const HINTS = {
  caption: [['Enter', 'scores'], ['Esc', 'cancels'], ...LINE_KEYS],
  folder: [['Enter', 'saves'], ['Esc', 'cancels'], ...LINE_KEYS],
} as const;

export const pairScreen = screen<PairState>({
  name: 'pair',
  title: 'Pair',
  initial: initialPair,
  enter: enterPair,
  reduce: reducePair,
  leave: leavePair,
  typing: ({ prompt }) => prompt !== undefined,
  hints: ({ prompt }) => prompt && HINTS[prompt.of],
  View: PairView,
});
