/** Colours and marks, the only place that knows about either. Nothing is told by colour alone. */

/** What a terminal can show; as `tty.WriteStream.getColorDepth` counts. */
export type ColorLevel = 'none' | '16' | '256' | 'truecolor';

/** What a piece of text is. */
export type Role =
  | 'title'
  | 'muted'
  | 'accent'
  | 'good'
  | 'bad'
  | 'warn'
  | 'selected'
  | 'chance'
  | 'key'
  /** The two captions that are contrasted: told apart with any kind of colour blindness. */
  | 'first'
  | 'second';

/** How everything is drawn. */
export interface Theme {
  level: ColorLevel;
  /** For screen readers: sentences instead of bars and columns. */
  linear: boolean;
  /** Text with the colour of its role; its width does not change. Nest no other paint within. */
  paint(role: Role, text: string): string;
}

/** SGR parameters by level; mid tones that stand out on light and dark backgrounds alike. */
const STYLES: Record<Role, Record<Exclude<ColorLevel, 'none'>, string>> = {
  title: { '16': '1', '256': '1', truecolor: '1' },
  muted: { '16': '2', '256': '38;5;244', truecolor: '38;2;128;132;140' },
  accent: { '16': '36', '256': '38;5;32', truecolor: '38;2;34;136;204' },
  good: { '16': '32', '256': '38;5;35', truecolor: '38;2;38;162;105' },
  bad: { '16': '31', '256': '38;5;167', truecolor: '38;2;214;84;84' },
  warn: { '16': '33', '256': '38;5;172', truecolor: '38;2;205;126;20' },
  selected: { '16': '7', '256': '7', truecolor: '7' },
  chance: { '16': '35', '256': '38;5;133', truecolor: '38;2;160;96;176' },
  first: { '16': '1;33', '256': '1;38;5;208', truecolor: '1;38;2;226;124;24' },
  second: { '16': '1;34', '256': '1;38;5;33', truecolor: '1;38;2;48;128;235' },
  key: { '16': '1;36', '256': '1;38;5;32', truecolor: '1;38;2;34;136;204' },
};

/** A theme for a terminal. */
export function makeTheme({ level, linear = false }: { level: ColorLevel; linear?: boolean }): Theme {
  return {
    level,
    linear,
    paint: (role, text) =>
      level === 'none' || text === '' ? text : `\u001b[${STYLES[role][level]}m${text}\u001b[0m`,
  };
}

/** The level of a number of colour bits: 1, 4, 8 or 24. */
export function levelOf(depth: number): ColorLevel {
  return depth >= 24 ? 'truecolor' : depth >= 8 ? '256' : depth >= 4 ? '16' : 'none';
}
