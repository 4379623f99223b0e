import { ModelFileError } from '../errors.ts';
import { checkExternalData } from './external-data.ts';
import { type GraphFile, readGraphFile } from './graph-file.ts';
import { foreignTypes } from './unsupported.ts';

/**
 * Reads a graph and refuses what can be refused without opening it: weights from outside its folder or missing ones, and
 * element types that onnxruntime for Node has not.
 * @throws ModelFileError naming the file.
 */
export function checkGraph(path: string): GraphFile {
  const graph = readGraphFile(path);
  checkExternalData(path, graph);
  const foreign = foreignTypes(graph);
  if (foreign) throw new ModelFileError({ ...foreign, where: path });
  return graph;
}
