import { Box, Text } from 'ink';

/** Lines that are ready to be drawn, one below the other, at most `height` of them. */
export function Rows({ lines, height }: { lines: readonly string[]; height: number }) {
  return (
    <Box flexDirection="column" height={height} overflow="hidden" flexShrink={0}>
      {lines.slice(0, height).map((line, k) => (
        // Lines have no identity but their place; an empty one would take no row.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Text key={k} wrap="truncate-end">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

/** The same for a screen reader: every line, nothing cut. */
export function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <Box flexDirection="column">
      {lines.map((line, k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <Text key={k}>{line}</Text>
      ))}
    </Box>
  );
}
