/** The only import of onnxruntime-node: opening a graph, checking feeds against what it declares, running it. */

// First of all: the library looks for it when it is loaded.
import './no-telemetry.ts';
import { existsSync, globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { ModelFileError, messageOf, ShapeError, UsageError } from '../errors.ts';
import { checkGraph } from './check-graph.ts';
import { readExternalData } from './external-data.ts';
import { fromFloat16, toFloat16 } from './float16.ts';
import { NUMBERED, sessionConfig } from './providers.ts';
import { foreignOperators } from './unsupported.ts';

/** Version of the inference library, recorded with every result since it may move the last bits. */
export const ORT_VERSION: string = ort.env.versions?.node ?? ort.env.versions?.common ?? 'unknown';

/** Where graphs can run, as far as onnxruntime was built for it; see `supportedDevices`. */
export const DEVICES = ['cpu', 'cuda', 'coreml', 'dml', 'webgpu'] as const;

/** A device name with an optional index, as `--device cuda:1` gives it. */
export interface Device {
  name: (typeof DEVICES)[number];
  id: number;
}

const CPU: Device = { name: 'cpu', id: 0 };

/** How a graph is opened. */
export interface SessionOptions {
  /** @default { name: 'cpu', id: 0 } */
  device?: Device;
  /** Threads within one call; 0 lets onnxruntime take all cores. @default 1 */
  threads?: number;
  /** The graph to open in place of the file at the path; its weights still lie beside that. For small graphs. */
  edited?: Uint8Array;
}

/** What a graph says of one of its inputs or outputs. Symbolic dimensions are names, scalars have shape `[]`. */
export interface TensorInfo {
  name: string;
  type: string;
  shape: readonly (number | string)[];
}

/** Values of one input. Numbers are cast to the declared type; `dims` must fit the declared shape. */
export interface Feed {
  data: Float32Array | Int32Array;
  dims: readonly number[];
}

/** Values of one output, row-major. */
export interface Output {
  data: Float32Array;
  /** Sizes, outermost first; a scalar has none. */
  dims: readonly number[];
}

/** One graph, opened on one device by one process, and closed by it. */
export class OnnxSession {
  readonly path: string;
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
  readonly #session: ort.InferenceSession;

  private constructor(path: string, session: ort.InferenceSession) {
    this.path = path;
    this.#session = session;
    this.inputs = describe(session.inputMetadata);
    this.outputs = describe(session.outputMetadata);
  }

  /**
   * Opens the graph at `path`. Weights beside it are found by onnxruntime itself, so the path is passed, not bytes:
   * they may be larger than any array of JavaScript's.
   * @throws ModelFileError where the file is missing, empty or not a graph that this device can run, or takes weights
   *   from outside its folder.
   */
  static async open(
    path: string,
    { device, threads = 1, edited }: SessionOptions = {},
  ): Promise<OnnxSession> {
    if (!existsSync(path)) {
      throw new ModelFileError({
        what: 'a model file is missing',
        where: path,
        fix: 'Export or copy the model again.',
      });
    }
    if (statSync(path).size === 0) {
      throw new ModelFileError({
        what: 'a model file is empty',
        where: path,
        fix: 'Export or copy the model again.',
      });
    }
    const graph = checkGraph(path);
    const name = device?.name ?? 'cpu';
    try {
      const options: ort.InferenceSession.SessionOptions = {
        ...(sessionConfig(device ?? CPU, threads) as ort.InferenceSession.SessionOptions),
        logSeverityLevel: 4, // its own lines on stderr would cut through ours; what it throws says the same
      };
      const session = edited
        ? await ort.InferenceSession.create(edited, {
            ...options,
            externalData: readExternalData(path, graph),
          })
        : await ort.InferenceSession.create(path, options);
      return new OnnxSession(path, session);
    } catch (error) {
      const got = messageOf(error);
      if (name !== 'cpu' && /backend|provider|shared library|adapter/i.test(got)) {
        throw new UsageError({
          ...unusable(name),
          got: got.replace(/^.* was false\. /s, ''), // where in onnxruntime's sources it was noticed
        });
      }
      const reason = foreignOperators(graph, name);
      if (reason) throw new ModelFileError({ ...reason, where: path, cause: error });
      throw new ModelFileError({
        what: 'cannot open the model file',
        where: path,
        expected: 'an ONNX graph that onnxruntime can run',
        got,
        fix: 'Export or copy the model again.',
        cause: error,
      });
    }
  }

  /**
   * The declared input of that name.
   * @throws ModelFileError where the graph has none: it is of another layout than its folder says.
   */
  input(name: string): TensorInfo {
    const info = this.inputs.get(name);
    if (!info) {
      throw new ModelFileError({
        what: `the graph has no input "${name}"`,
        where: this.path,
        got: [...this.inputs.keys()].join(', '),
      });
    }
    return info;
  }

  /**
   * Runs the graph once. Unknown feeds are refused (onnxruntime would drop them without a word).
   * @throws ShapeError where a feed is missing, unknown, or does not fit the declared type or rank, and where
   *   onnxruntime cannot run the graph on the feeds.
   */
  async run(
    feeds: Readonly<Record<string, Feed>>,
    wanted: readonly string[],
  ): Promise<Record<string, Output>> {
    const tensors: Record<string, ort.Tensor> = {};
    for (const [name, feed] of Object.entries(feeds)) {
      const info = this.inputs.get(name);
      if (!info) this.#refuse(`unknown input "${name}"`, [...this.inputs.keys()].join(', '), name);
      tensors[name] = this.#tensor(info!, feed);
    }
    for (const name of this.inputs.keys()) {
      if (!(name in tensors))
        this.#refuse(`input "${name}" was not given`, name, Object.keys(feeds).join(', '));
    }
    const results = await this.#call(tensors, wanted);
    return Object.fromEntries(
      wanted.map((name) => {
        const tensor = results[name]!;
        return [name, { data: this.#values(name, tensor), dims: tensor.dims }];
      }),
    );
  }

  /** Frees the graph's memory; the session cannot be used afterwards. */
  async release(): Promise<void> {
    await this.#session.release();
  }

  async #call(tensors: Record<string, ort.Tensor>, wanted: readonly string[]) {
    try {
      return await this.#session.run(tensors, [...wanted]);
    } catch (error) {
      const shapes = Object.entries(tensors).map(([name, { dims }]) => `${name} [${dims.join(', ')}]`);
      throw new ShapeError({
        what: `the model cannot be run on ${shapes.join(', ')}`,
        where: this.path,
        got: messageOf(error),
        ...(/bad_alloc|allocat|out of memory/i.test(messageOf(error)) && {
          fix: 'The memory does not suffice: pass a smaller --batch or fewer --workers.',
        }),
        cause: error,
      });
    }
  }

  /** An output as float32. */
  #values(name: string, { type, data }: ort.Tensor): Float32Array {
    if (type === 'float32') return data as Float32Array;
    if (type !== 'float16') this.#refuse(`output "${name}"`, 'float32', type);
    // Bits on Node 22; on newer ones JavaScript's own Float16Array, of which the bits are taken too.
    const { buffer, byteOffset, length } = data as Uint16Array;
    return fromFloat16(new Uint16Array(buffer, byteOffset, length));
  }

  #tensor(info: TensorInfo, { data, dims }: Feed): ort.Tensor {
    const fits =
      dims.length === info.shape.length &&
      info.shape.every((size, k) => typeof size === 'string' || size < 0 || size === dims[k]);
    if (!fits) {
      this.#refuse(`shape of input "${info.name}"`, `[${info.shape.join(', ')}]`, `[${dims.join(', ')}]`);
    }
    const count = dims.reduce((product, size) => product * size, 1);
    if (data.length !== count) this.#refuse(`values of input "${info.name}"`, `${count}`, `${data.length}`);
    if (info.type.startsWith('int') && !data.every(Number.isInteger)) {
      this.#refuse(`values of input "${info.name}"`, info.type, 'fractions');
    }
    const shape = dims as number[];
    switch (info.type) {
      case 'float32':
        return new ort.Tensor(
          'float32',
          data instanceof Float32Array ? data : Float32Array.from(data),
          shape,
        );
      case 'float16': {
        const halves = toFloat16(data);
        const tensor = new ort.Tensor('float16', halves, shape);
        // Where JavaScript has a Float16Array, onnxruntime makes one of the bits and then cannot read it.
        Object.defineProperty(tensor, 'data', { value: halves });
        return tensor;
      }
      case 'int64':
        return new ort.Tensor('int64', BigInt64Array.from(data as Int32Array, BigInt), shape);
      case 'int32':
        return new ort.Tensor('int32', data instanceof Int32Array ? data : Int32Array.from(data), shape);
      default:
        return this.#refuse(`type of input "${info.name}"`, 'float16, float32, int32 or int64', info.type);
    }
  }

  #refuse(what: string, expected: string, got: string): never {
    throw new ShapeError({ what, where: this.path, expected, got });
  }
}

/** The devices that this installation of onnxruntime has: built in, or with their library beside it. */
export function supportedDevices(): string[] {
  const built = ort.listSupportedBackends();
  return DEVICES.filter((name) =>
    built.some((backend) => backend.name === name && (backend.bundled || hasLibrary(name))),
  );
}

/** Whether the library of a provider that npm's package does not contain was installed beside it. */
function hasLibrary(device: string): boolean {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  const name =
    process.platform === 'win32'
      ? `onnxruntime_providers_${device}.dll`
      : `libonnxruntime_providers_${device}.so`;
  return globSync(join(root, 'bin', '*', process.platform, process.arch, name)).length > 0;
}

/** Demands a device that this installation has, by a number where there can be several. @throws UsageError */
export function checkDevice({ name, id }: Device): void {
  if (id > 0 && !NUMBERED.includes(name)) {
    throw new UsageError({
      what: `onnxruntime takes no number for the device "${name}"`,
      where: `${name}:${id}`,
      expected: `a number after ${NUMBERED.join(' or ')} only`,
      fix: `Use ${name}.`,
    });
  }
  if (supportedDevices().includes(name)) return;
  throw new UsageError({ ...unusable(name), got: 'no library for it in this installation' });
}

function unusable(name: string): { what: string; fix: string } {
  const others = supportedDevices().filter((other) => other !== name);
  const cuda = name === 'cuda' ? ' Its library is installed apart: see docs/models.md, "On a GPU".' : '';
  return { what: `the device "${name}" cannot be used`, fix: `Use one of: ${others.join(', ')}.${cuda}` };
}

function describe(metadata: readonly ort.InferenceSession.ValueMetadata[]): Map<string, TensorInfo> {
  return new Map(
    metadata.map((value) => [
      value.name,
      value.isTensor
        ? { name: value.name, type: value.type, shape: value.shape }
        : { name: value.name, type: 'not a tensor', shape: [] },
    ]),
  );
}
