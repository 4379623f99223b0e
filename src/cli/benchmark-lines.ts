/** What is known of a benchmark without its data. */

import type { Benchmark } from '../../tasks/benchmarks/benchmark.ts';

/** Its facts, a line each: where its files and pictures are, its parts, how its authors count, published scores. */
export function benchmarkLines(benchmark: Benchmark, part?: string): string[] {
  const { name, title, about, count, parts, hasParts, counted, published, hub } = benchmark;
  const own = part === undefined ? count : parts.find((one) => one.name === part)?.count;
  const partList = parts.map((one) => `${name}-${one.name}${one.count === undefined ? '' : ` ${one.count}`}`);
  return [
    `${part === undefined ? name : `${name}-${part}`}: ${title}${part === undefined ? '' : `, ${part}`}; ${about}`,
    `  examples   ${own ?? 'not known'} of ${benchmark.shape} (images × captions)`,
    ...(hasParts && part === undefined ? [`  parts      ${partList.join(', ')}`] : []),
    `  counted    ${counted}`,
    `  licence    ${benchmark.license}`,
    `  cite       ${benchmark.citation}`,
    `  files      ${benchmark.files} of ${benchmark.source}`,
    `  pictures   ${benchmark.pictures}`,
    `  checked    ${benchmark.checked}`,
    ...published.map(
      ({ scorer, metric, percent, source }) => `  published  ${scorer}: ${metric} ${percent} (${source})`,
    ),
    `  run        winoscope score ${name} --data ${hub ? hub.repo : 'FOLDER'}${hub ? '' : ' --images FOLDER'}`,
  ];
}
