import { Box, useInput, usePaste } from 'ink';
import { useSyncExternalStore } from 'react';
import { footerLine, headerLine } from './components/frame.ts';
import { Lines, Rows } from './components/rows.tsx';
import type { Controller } from './controller.ts';
import { keyNames } from './key-name.ts';
import type { Picture } from './picture.ts';
import { SCREEN } from './screens/index.ts';

/** Below this there is no room for any screen. */
export const SMALLEST = { columns: 60, rows: 20 };

/** The whole dashboard. The only component that listens to keys. */
export function App({ controller }: { controller: Controller }) {
  const picture = useSyncExternalStore(controller.subscribe, controller.picture);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) controller.key(name);
  });
  usePaste((text) => controller.paste(text));
  return <Frame picture={picture} />;
}

/** What a picture looks like: header, screen, hints. Pure. */
export function Frame({ picture }: { picture: Picture }) {
  const { app, context, size } = picture;
  const { View } = SCREEN[app.current];
  const state = app.states[app.current];
  if (context.theme.linear) {
    return (
      <Box flexDirection="column">
        <Lines lines={[headerLine(picture)]} />
        <View state={state} context={context} />
        <Lines lines={[footerLine(picture)]} />
      </Box>
    );
  }
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) {
    const sentence = `The dashboard needs ${SMALLEST.columns}×${SMALLEST.rows}; this is ${size.columns}×${size.rows}. q quits.`;
    return (
      <Box width={size.columns} height={size.rows} overflow="hidden">
        <Rows lines={wrapPlain(sentence, size.columns)} height={size.rows} />
      </Box>
    );
  }
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Rows lines={[headerLine(picture), '']} height={2} />
      <Box height={context.height} flexShrink={0} overflow="hidden">
        <View state={state} context={context} />
      </Box>
      <Rows lines={[footerLine(picture)]} height={1} />
    </Box>
  );
}

function wrapPlain(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += Math.max(1, columns)) lines.push(text.slice(at, at + columns));
  return lines;
}
