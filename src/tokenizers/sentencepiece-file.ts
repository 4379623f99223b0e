/** Reads a sentencepiece model, a protocol buffer, as far as tokenizing needs it. */

import { readFileSync } from 'node:fs';
import { ModelFileError, messageOf } from '../errors.ts';

/** A sentencepiece vocabulary and its normalization. */
export interface SentencePieceModel {
  /** In order of their ids; scores are log probabilities. */
  pieces: { piece: string; score: number }[];
  unkId: number;
  /** The compiled character map of its normalizer in base64; null where it has none. */
  charsmap: string | null;
  isUnigram: boolean;
}

// Field numbers of sentencepiece_model.proto.
const MODEL = { pieces: 1, trainer: 2, normalizer: 3 };
const PIECE = { piece: 1, score: 2 };
const TRAINER = { modelType: 3, unkId: 40 };
const NORMALIZER = { charsmap: 2 };
const UNIGRAM = 1;

/** One field of a message: a number, or bytes (a string, a message, or four bytes of a float). */
interface Field {
  number: number;
  value: number | Uint8Array;
}

/**
 * Reads `spiece.model`.
 * @throws ModelFileError where the file is missing or is no sentencepiece model.
 */
export function readSentencePiece(path: string): SentencePieceModel {
  try {
    return parseModel(readFileSync(path));
  } catch (error) {
    throw new ModelFileError({
      what: 'cannot read the sentencepiece model',
      where: path,
      got: messageOf(error),
      fix: 'Export or copy the model again.',
      cause: error,
    });
  }
}

function parseModel(bytes: Uint8Array): SentencePieceModel {
  const model: SentencePieceModel = { pieces: [], unkId: 0, charsmap: null, isUnigram: true };
  for (const { number, value } of fields(bytes)) {
    if (typeof value === 'number') continue;
    if (number === MODEL.pieces) model.pieces.push(parsePiece(value));
    if (number === MODEL.trainer) {
      for (const field of fields(value)) {
        if (field.number === TRAINER.modelType) model.isUnigram = field.value === UNIGRAM;
        if (field.number === TRAINER.unkId) model.unkId = Number(field.value);
      }
    }
    if (number === MODEL.normalizer) {
      for (const field of fields(value)) {
        if (field.number === NORMALIZER.charsmap && typeof field.value !== 'number' && field.value.length > 0)
          model.charsmap = Buffer.from(field.value).toString('base64');
      }
    }
  }
  if (model.pieces.length === 0) throw new Error('it holds no vocabulary');
  return model;
}

function parsePiece(bytes: Uint8Array): { piece: string; score: number } {
  const found = { piece: '', score: 0 };
  for (const { number, value } of fields(bytes)) {
    if (typeof value === 'number') continue;
    if (number === PIECE.piece) found.piece = Buffer.from(value).toString('utf8');
    if (number === PIECE.score) found.score = Buffer.from(value).readFloatLE(0);
  }
  return found;
}

/** The fields of a message in order. @throws Error where the bytes are none. */
function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('it ends in the middle');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error('it is no protocol buffer');
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('it ends in the middle');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: take(8) };
        break;
      case 2:
        yield { number, value: take(varint()) };
        break;
      case 5:
        yield { number, value: take(4) };
        break;
      default:
        throw new Error('it is no protocol buffer');
    }
  }
}
