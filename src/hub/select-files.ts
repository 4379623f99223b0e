/** Which files of a repository scoring needs: repositories also hold the same weights for four other programs. */

import { HubError } from '../errors.ts';

/** What is wanted of a repository. */
export type Wanted =
  | { what: 'clip' | 'classifier' }
  /** With the VAE's decoder where pictures are to be drawn: scoring needs none. */
  | { what: 'diffusion'; decoder?: boolean }
  /** Whichever of these it is. */
  | { what: 'model' }
  | { what: 'everything' }
  /** The files that match any of the patterns; see `globToRegExp`. */
  | { what: 'matching'; globs: readonly string[] }
  /** The first of several such sets that the repository has in full. */
  | { what: 'first'; choices: readonly (readonly string[])[] };

/** Subfolders of a diffusers folder that scoring opens; it decodes nothing, so the VAE's decoder mostly stays away. */
const DIFFUSION_PARTS = /^(?:text_encoder(?:_[23])?|unet|transformer|vae_encoder)$/;
const DIFFUSION_ROOT = /^(?:model_index|winoscope|calibration|sampling)\.json$/;
const CLASSIFIER_ROOT = /^(?:config|preprocessor_config|processor_config|winoscope)\.json$/;
const CLIP_ROOT =
  /^(?:config|preprocessor_config|processor_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|winoscope)\.json$|^(?:merges|vocab)\.txt$|\.model$/;
/** What sits beside graphs but belongs to other programs. A `.bin` of another name may be a graph's weights. */
const FOREIGN =
  /\.(?:safetensors|safetensors\.index\.json|msgpack|h5|ckpt|pth?|ot|tflite|mlmodel|armnn|rknn|engine|plan|trt|gguf|md|png|jpe?g|py)$|^(?:diffusion_)?pytorch_model[^/]*\.bin|^openvino_|^(?:flax|tf)_model/i;
const CLIP_GRAPHS = ['onnx/text_model.onnx', 'onnx/model.onnx', 'textual/model.onnx'];
/** Graphs of a CLIP-like model, the first that are there: as `describeClip` takes them. */
const CLIP_LAYOUTS = ['', '_fp16'].flatMap((precision) =>
  ['onnx/', ''].flatMap((place) => [
    [`${place}text_model${precision}.onnx`, `${place}vision_model${precision}.onnx`],
    [`${place}model${precision}.onnx`],
  ]),
);
const SMALL_TEXT = /\.(?:json|txt|model)$/;

/**
 * Picks from the names of a repository. In each folder the graph without a suffix is taken (`model.onnx`, not
 * `model_fp16.onnx` or `model_quantized.onnx`), and with it every file that belongs to no other graph, since external
 * weights have any name.
 * @throws HubError saying what the repository has instead, where it lacks what is wanted.
 */
export function selectFiles(names: readonly string[], wanted: Wanted, where: string): string[] {
  switch (wanted.what) {
    case 'everything':
      return names.filter((name) => name !== '.gitattributes');
    case 'matching': {
      const patterns = wanted.globs.map(globToRegExp);
      const found = names.filter((name) => patterns.some((pattern) => pattern.test(name)));
      const idle = wanted.globs.find((_, k) => !names.some((name) => patterns[k]!.test(name)));
      if (idle === undefined) return found;
      throw unusable('no file of the repository matches', where, idle, `Its files: ${listed(names)}.`);
    }
    case 'first': {
      const has = (glob: string) => names.some((name) => globToRegExp(glob).test(name));
      const globs = wanted.choices.find((choice) => choice.every(has));
      if (globs) return selectFiles(names, { what: 'matching', globs }, where);
      const expected = wanted.choices.map((choice) => choice.join(' with ')).join(', or ');
      const what = `the repository does not have ${expected}`;
      throw unusable(what, where, listed(names), 'Name another repository or revision.');
    }
    case 'diffusion':
      return diffusionFiles(names, where, wanted.decoder);
    case 'clip':
      return clipFiles(names, where);
    case 'classifier':
      return classifierFiles(names, where);
    case 'model':
      if (names.includes('model_index.json')) return diffusionFiles(names, where);
      if (
        names.some((name) => /^(?:(?:onnx|visual|textual)\/.*|(?:text_)?model(?:_fp16)?)\.onnx$/.test(name))
      )
        return clipFiles(names, where);
      throw noGraphs(
        names,
        where,
        'a diffusers folder or a CLIP model with ONNX files',
        '--include GLOB to take others',
      );
  }
}

/**
 * A pattern as Python's `fnmatch` and `hf download --include` understand it: `*` is any text, slashes included, `?` one
 * character, `[…]` one of a set; a slash at the end means all that is in the folder.
 */
export function globToRegExp(glob: string): RegExp {
  const source = (glob.endsWith('/') ? `${glob}*` : glob).replace(
    /\[(!?)([^\]]+)\]|[*?]|[\\^$.|+(){}[\]]/g,
    (all, not: string | undefined, set: string | undefined) => {
      if (all === '*') return '.*';
      if (all === '?') return '.';
      return set === undefined
        ? `\\${all}`
        : `[${not ? '^' : ''}${set.replaceAll('\\', '\\\\').replace(/^\^/, '\\^')}]`;
    },
  );
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return new RegExp(`^${glob.replace(/[\\^$.|+(){}[\]*?]/g, '\\$&')}$`); // `[z-a]` is only itself
  }
}

function diffusionFiles(names: readonly string[], where: string, decoder = false): string[] {
  if (!names.includes('model_index.json'))
    throw noGraphs(names, where, 'a diffusers folder with model_index.json', hint(names, where, 'diffusion'));
  // Where the exported half says nothing of itself, the whole autoencoder's configuration does.
  const whole = names.includes('vae_encoder/config.json') ? undefined : 'vae/config.json';
  const picked = names.filter((name) => {
    if (name === whole) return true;
    const [folder = '', ...rest] = name.split('/');
    if (rest.length === 0) return DIFFUSION_ROOT.test(name);
    if (folder === 'scheduler') return /^[^/]+\.json$/.test(rest.join('/'));
    if (/^tokenizer(?:_[23])?$/.test(folder)) return rest.length === 1 && SMALL_TEXT.test(name);
    const isPart = DIFFUSION_PARTS.test(folder) || (decoder && folder === 'vae_decoder');
    return isPart && belongs(name, [`${folder}/model.onnx`], names);
  });
  // A transformer that is told classes, as DiT is, comes without anything that reads text.
  const readsText =
    !names.includes('transformer/model.onnx') ||
    names.some((name) => /^(?:text_encoder|tokenizer)/.test(name));
  const parts = [
    'unet|transformer',
    ...(readsText ? ['text_encoder'] : []),
    'vae_encoder',
    ...(decoder ? ['vae_decoder'] : []),
  ];
  const lacking = parts.find(
    (part) => !picked.some((name) => new RegExp(`^(?:${part})/model\\.onnx$`).test(name)),
  );
  if (lacking === undefined) return picked;
  const what = `model.onnx in ${lacking.replace('|', '/ or ')}/`;
  throw noGraphs(names, where, what, hint(names, where, 'diffusion'));
}

/** The graph of an image classifier with its configuration; its files are named as those of a joint CLIP. */
function classifierFiles(names: readonly string[], where: string): string[] {
  const graph = ['', '_fp16']
    .flatMap((precision) => ['onnx/', ''].map((place) => `${place}model${precision}.onnx`))
    .find((name) => names.includes(name));
  if (names.includes('config.json') && graph !== undefined) {
    const root = names.filter((name) => CLASSIFIER_ROOT.test(name));
    return [...root, ...names.filter((name) => name.startsWith(graph))];
  }
  const expected = 'config.json with onnx/model.onnx or model.onnx';
  throw noGraphs(names, where, expected, hint(names, where, 'classifier'));
}

function clipFiles(names: readonly string[], where: string): string[] {
  const root = names.filter((name) => !name.includes('/') && CLIP_ROOT.test(name));
  const halfGraphs = ['visual/model.onnx', 'textual/model.onnx'];
  if (halfGraphs.every((graph) => names.includes(graph))) {
    // OpenCLIP as immich exports it: a folder per half; deeper folders hold other runtimes.
    const halves = names.filter(
      (name) => /^(?:visual|textual)\/[^/]+$/.test(name) && belongs(name, halfGraphs, names),
    );
    return [...root, ...halves];
  }
  for (const graphs of CLIP_LAYOUTS) {
    if (!graphs.every((graph) => names.includes(graph))) continue;
    if (graphs[0]!.startsWith('onnx/')) {
      const inOnnx = names.filter((name) => /^onnx\/[^/]+$/.test(name));
      return [...root, ...inOnnx.filter((name) => belongs(name, graphs, names))];
    }
    // In the repository itself much lies beside a graph; its weights carry its name.
    return [...root, ...names.filter((name) => graphs.some((graph) => name.startsWith(graph)))];
  }
  const expected =
    'onnx/text_model.onnx with onnx/vision_model.onnx, onnx/model.onnx, or visual/ and textual/';
  throw noGraphs(names, where, expected, hint(names, where, 'clip'));
}

/**
 * Whether a file goes with one of the `graphs` of its folder. A name with `.onnx` in it says whose it is; with the
 * graph of that name absent it may still be ours, renamed, unless it is a variant of ours (`model_fp16.onnx_data`).
 */
function belongs(name: string, graphs: readonly string[], names: readonly string[]): boolean {
  if (FOREIGN.test(name.slice(name.indexOf('/') + 1))) return false;
  const owner = /^.*?\.onnx/.exec(name)?.[0];
  if (owner === undefined || graphs.includes(owner)) return true;
  return !names.includes(owner) && !graphs.some((graph) => owner.startsWith(graph.replace('.onnx', '_')));
}

function noGraphs(names: readonly string[], where: string, expected: string, fix: string): HubError {
  const graphs = names.filter((name) => name.endsWith('.onnx'));
  const got =
    graphs.length > 0
      ? `the ONNX files ${listed(graphs)}`
      : names.some((name) => /\.(?:safetensors|bin|ckpt)$/.test(name))
        ? 'PyTorch weights and no ONNX files'
        : `no ONNX files in ${names.length} files`;
  return new HubError('unusable', {
    what: 'the repository does not hold what scoring needs',
    where,
    expected,
    got,
    fix: `${fix.startsWith('--') ? `Use ${fix}` : fix}.`,
  });
}

function hint(names: readonly string[], where: string, kind: 'diffusion' | 'clip' | 'classifier'): string {
  const isDiffusion = names.includes('model_index.json');
  if (kind !== 'diffusion' && isDiffusion) return 'It is a diffusion model: pass it as --diffusion';
  if (kind === 'diffusion' && !isDiffusion && CLIP_GRAPHS.some((graph) => names.includes(graph)))
    return 'It looks like a CLIP model: pass it as --clip';
  const task = {
    diffusion: '',
    clip: ' --task zero-shot-image-classification',
    classifier: ' --task image-classification',
  }[kind];
  const repo = where.split('@')[0];
  return `Another revision may have them (see its branches); else export it, \`optimum-cli export onnx --model ${repo}${task} FOLDER\`, and pass the folder`;
}

function unusable(what: string, where: string, got: string, fix: string): HubError {
  return new HubError('unusable', { what, where, got, fix });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
