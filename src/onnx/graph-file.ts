/** What an ONNX file holds, read without loading it: nodes, ports, and where its weights lie. */

import { closeSync, fstatSync, openSync } from 'node:fs';
import { ModelFileError, messageOf } from '../errors.ts';
import { type Field, FileBytes, fields, integers } from './protobuf.ts';

/** A weight or constant of a graph. */
export interface GraphTensor {
  name: string;
  /** ONNX's number of the element type: 1 float32, 10 float16, 16 bfloat16 … */
  type: number;
  dims: number[];
  /** Files beside the graph that hold its values; one at most in a sound file. */
  locations: string[];
}

/** A node of the main graph. */
export interface GraphNode {
  op: string;
  /** Empty for ONNX's own operators. */
  domain: string;
  inputs: string[];
  outputs: string[];
  /** Attributes that are whole numbers or lists of them. */
  integers: Map<string, number[]>;
  /** Where the node's field begins and ends in the file, tag included. */
  range: { start: number; end: number };
}

/** An input or output. */
export interface GraphPort {
  name: string;
  type: number;
  /** Sizes; a name stands for a free one. */
  shape: (number | string)[];
}

export interface GraphFile {
  nodes: GraphNode[];
  /** `domain:op` of every node, those in branches, loops and functions included; no domain for ONNX's own. */
  operators: Set<string>;
  weights: GraphTensor[];
  inputs: GraphPort[];
  outputs: GraphPort[];
  /** Every file that any tensor refers to, wherever it is. */
  locations: Set<string>;
  /** Every element type of a tensor or port. */
  types: Set<number>;
  /** Where the graph's payload lies; more than one range only in odd files. */
  graphs: { start: number; end: number; fieldStart: number }[];
}

/**
 * Reads the structure of an ONNX file, whatever its size.
 * @throws ModelFileError where it is missing or is no ONNX file.
 */
export function readGraphFile(path: string): GraphFile {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return new Reader(new FileBytes(fd, fstatSync(fd).size)).model();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ModelFileError({
      what: missing ? 'a model file is missing' : 'cannot open the model file',
      where: path,
      ...(missing ? {} : { expected: 'an ONNX graph', got: messageOf(error) }),
      fix: 'Export or copy the model again.',
      cause: error,
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Field numbers are those of onnx.proto. */
class Reader {
  readonly #bytes: FileBytes;
  readonly #result: GraphFile = {
    nodes: [],
    operators: new Set(),
    weights: [],
    inputs: [],
    outputs: [],
    locations: new Set(),
    types: new Set(),
    graphs: [],
  };

  constructor(bytes: FileBytes) {
    this.#bytes = bytes;
  }

  model(): GraphFile {
    let last = 0;
    for (const field of this.#fields({ start: 0, end: this.#bytes.length })) {
      if (field.number === 7) {
        this.#result.graphs.push({ start: field.start, end: field.end, fieldStart: last });
        this.#graph(field, true);
      } else if (field.number === 25) this.#function(field);
      last = field.end;
    }
    if (this.#result.graphs.length === 0) throw new RangeError('there is no graph in it');
    return this.#result;
  }

  #fields({ start, end }: { start: number; end: number }): Generator<Field> {
    return fields(this.#bytes, start, end);
  }

  #text({ start, end }: Field): string {
    return this.#bytes.text(start, end);
  }

  #graph(graph: Field, main: boolean): void {
    let last = graph.start;
    for (const field of this.#fields(graph)) {
      if (field.number === 1) {
        const node = this.#node(field, last);
        if (main) this.#result.nodes.push(node);
      } else if (field.number === 5) {
        const tensor = this.#tensor(field);
        if (main) this.#result.weights.push(tensor);
      } else if (field.number === 15) this.#sparse(field);
      else if (field.number === 11 || field.number === 12) {
        const port = this.#port(field);
        if (main) (field.number === 11 ? this.#result.inputs : this.#result.outputs).push(port);
      }
      last = field.end;
    }
  }

  #function(definition: Field): void {
    for (const field of this.#fields(definition)) {
      if (field.number === 7) this.#node(field, field.start);
      else if (field.number === 11) this.#attribute(field, new Map()); // an attribute's default
    }
  }

  #node(message: Field, start: number): GraphNode {
    const node: GraphNode = {
      op: '',
      domain: '',
      inputs: [],
      outputs: [],
      integers: new Map(),
      range: { start, end: message.end },
    };
    for (const field of this.#fields(message)) {
      if (field.number === 1) node.inputs.push(this.#text(field));
      else if (field.number === 2) node.outputs.push(this.#text(field));
      else if (field.number === 4) node.op = this.#text(field);
      else if (field.number === 7) node.domain = this.#text(field);
      else if (field.number === 5) this.#attribute(field, node.integers);
    }
    if (node.domain === 'ai.onnx') node.domain = '';
    this.#result.operators.add(node.domain ? `${node.domain}:${node.op}` : node.op);
    return node;
  }

  #attribute(message: Field, found: Map<string, number[]>): void {
    let name = '';
    const values: number[] = [];
    for (const field of this.#fields(message)) {
      if (field.number === 1) name = this.#text(field);
      else if (field.number === 3 || field.number === 8) values.push(...integers(this.#bytes, field));
      else if (field.number === 5 || field.number === 10) this.#tensor(field);
      else if (field.number === 6 || field.number === 11) this.#graph(field, false);
      else if (field.number === 22 || field.number === 23) this.#sparse(field);
    }
    if (values.length > 0) found.set(name, values);
  }

  #sparse(message: Field): void {
    for (const field of this.#fields(message)) if (field.number <= 2) this.#tensor(field);
  }

  #tensor(message: Field): GraphTensor {
    const tensor: GraphTensor = { name: '', type: 0, dims: [], locations: [] };
    for (const field of this.#fields(message)) {
      if (field.number === 1) tensor.dims.push(...integers(this.#bytes, field));
      else if (field.number === 2) tensor.type = field.value;
      else if (field.number === 8) tensor.name = this.#text(field);
      else if (field.number === 13) tensor.locations.push(...this.#location(field));
    }
    this.#result.types.add(tensor.type);
    for (const location of tensor.locations) this.#result.locations.add(location);
    return tensor;
  }

  /** Of a key and a value, the value where the key is "location". */
  #location(entry: Field): string[] {
    const found = { key: '', value: '' };
    for (const field of this.#fields(entry)) {
      if (field.number === 1) found.key = this.#text(field);
      else if (field.number === 2) found.value = this.#text(field);
    }
    return found.key === 'location' ? [found.value] : [];
  }

  #port(message: Field): GraphPort {
    const port: GraphPort = { name: '', type: 0, shape: [] };
    for (const field of this.#fields(message)) {
      if (field.number === 1) port.name = this.#text(field);
      else if (field.number === 2) this.#type(field, port);
    }
    this.#result.types.add(port.type);
    return port;
  }

  #type(message: Field, port: GraphPort): void {
    for (const tensor of this.#fields(message)) {
      if (tensor.number !== 1) continue; // sequences and maps
      for (const field of this.#fields(tensor)) {
        if (field.number === 1) port.type = field.value;
        if (field.number !== 2) continue;
        for (const dimension of this.#fields(field)) {
          let size: number | string = '';
          for (const part of this.#fields(dimension)) {
            size = part.number === 1 ? part.value : part.number === 2 ? this.#text(part) : size;
          }
          port.shape.push(size);
        }
      }
    }
  }
}
