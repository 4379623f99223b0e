/** Names of the benchmarks for help texts, without what reading them takes. */
export const BENCHMARK_LIST: readonly { name: string; title: string; about: string }[] = [
  {
    name: 'sugarcrepe',
    title: 'SugarCrepe',
    about: 'a caption against one made false by replacing, swapping or adding',
  },
  { name: 'valse', title: 'VALSE', about: 'a caption against a foil, by linguistic phenomenon' },
  {
    name: 'cola',
    title: 'COLA, multi-object setting',
    about: "two pictures, two captions of objects with attributes: Winoground's form",
  },
  { name: 'aro', title: 'ARO', about: 'a relation with its sides swapped, two attributes exchanged' },
  {
    name: 'whatsup',
    title: "What'sUp, controlled images",
    about: 'two household objects: which of four prepositions',
  },
  { name: 'bivlc', title: 'BiVLC', about: 'SugarCrepe with a picture for the false caption as well' },
  {
    name: 'colorswap',
    title: 'ColorSwap',
    about: 'two pictures, two captions of the same words with colours exchanged',
  },
  {
    name: 'vismin',
    title: 'VisMin',
    about: 'two pictures that differ in one object, attribute, count or relation, two captions',
  },
  {
    name: 'mmvp-vlm',
    title: 'MMVP-VLM',
    about: 'two pictures that CLIP takes for alike, two captions, by visual pattern',
  },
  {
    name: 'naturalbench',
    title: 'NaturalBench-Retrieval',
    about: "natural pictures that CLIP mismatches: Winoground's form",
  },
];
